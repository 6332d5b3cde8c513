"""SQL functions for the hour and the day of an instant, on SQLite and PostgreSQL."""

from datetime import UTC, datetime

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import NullType

from campaign.process.clock import UtcDateTime


class hour_of(GenericFunction):
    """SQL: the UTC hour of an instant; convert the result with `read_hour`."""

    type = NullType()
    inherit_cache = True


@compiles(hour_of, "sqlite")
def _on_sqlite(element, compiler, **options):
    # SQLite stores text that begins with the date and hour: 2026-11-24 20.
    return f"substr({compiler.process(element.clauses, **options)}, 1, 13)"


@compiles(hour_of, "postgresql")
def _on_postgresql(element, compiler, **options):
    return f"date_trunc('hour', timezone('UTC', {compiler.process(element.clauses, **options)}))"


class noon_of(GenericFunction):
    """SQL: noon of an instant's UTC day, which is the same day in nearly every time zone."""

    type = UtcDateTime()
    inherit_cache = True


@compiles(noon_of, "sqlite")
def _noon_on_sqlite(element, compiler, **options):
    return f"(substr({compiler.process(element.clauses, **options)}, 1, 10) || ' 12:00:00.000000')"


@compiles(noon_of, "postgresql")
def _noon_on_postgresql(element, compiler, **options):
    instant = compiler.process(element.clauses, **options)
    return f"((date_trunc('day', timezone('UTC', {instant})) + interval '12 hours') at time zone 'UTC')"


def read_hour(value: str | datetime) -> datetime:
    """Return the result of `hour_of` as an aware datetime."""
    hour = datetime.strptime(value, "%Y-%m-%d %H") if isinstance(value, str) else value
    return hour.replace(tzinfo=UTC)
