"""Rows gathered by the hour of an instant, on both databases."""

from datetime import UTC, datetime

from sqlalchemy import String, func, literal_column, type_coerce

from campaign.extensions import db


def hour_of(column):
    """Return the SQL of the UTC hour of an instant; `read_hour` reads what comes back."""
    if db.session.get_bind().dialect.name == "sqlite":
        # The text that SQLite keeps begins with the hour: 2026-11-24 20.
        return func.substr(type_coerce(column, String), 1, 13)
    return func.date_trunc(literal_column("'hour'"), func.timezone(literal_column("'UTC'"), column))


def read_hour(value):
    """Return the aware datetime that an `hour_of` came back as."""
    hour = datetime.strptime(value, "%Y-%m-%d %H") if isinstance(value, str) else value
    return hour.replace(tzinfo=UTC)
