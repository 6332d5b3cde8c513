"""The hour and the day of an instant, on both databases."""

from datetime import UTC, datetime

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import NullType

from campaign.process.clock import UtcDateTime


class hour_of(GenericFunction):
    """SQL: the UTC hour of an instant; `read_hour` reads what comes back."""

    type = NullType()
    inherit_cache = True


@compiles(hour_of, "sqlite")
def _on_sqlite(element, compiler, **options):
    # The text that SQLite keeps begins with the hour: 2026-11-24 20.
    return f"substr({compiler.process(element.clauses, **options)}, 1, 13)"


@compiles(hour_of, "postgresql")
def _on_postgresql(element, compiler, **options):
    return f"date_trunc('hour', timezone('UTC', {compiler.process(element.clauses, **options)}))"


class noon_of(GenericFunction):
    """SQL: noon of the UTC day of an instant. Shown in nearly every time zone it is still the same day."""

    type = UtcDateTime()
    inherit_cache = True


@compiles(noon_of, "sqlite")
def _noon_on_sqlite(element, compiler, **options):
    return f"(substr({compiler.process(element.clauses, **options)}, 1, 10) || ' 12:00:00.000000')"


@compiles(noon_of, "postgresql")
def _noon_on_postgresql(element, compiler, **options):
    instant = compiler.process(element.clauses, **options)
    return f"((date_trunc('day', timezone('UTC', {instant})) + interval '12 hours') at time zone 'UTC')"


def read_hour(value):
    """Return the aware datetime that an `hour_of` came back as."""
    hour = datetime.strptime(value, "%Y-%m-%d %H") if isinstance(value, str) else value
    return hour.replace(tzinfo=UTC)
