"""Rows gathered by the hour of an instant, on both databases."""

from datetime import UTC, datetime

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import NullType


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


def read_hour(value):
    """Return the aware datetime that an `hour_of` came back as."""
    hour = datetime.strptime(value, "%Y-%m-%d %H") if isinstance(value, str) else value
    return hour.replace(tzinfo=UTC)
