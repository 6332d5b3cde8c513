"""SQL functions that return instants as ISO 8601 text.

Exports read up to a million of them. Building Python datetimes would take longer than all the rest.
"""

from sqlalchemy import String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction


class iso_instant(GenericFunction):
    """SQL: an instant as 2026-11-24T20:05:09+00:00, in UTC."""

    type = String()
    inherit_cache = True


class iso_day(GenericFunction):
    """SQL: the day of an instant as 2026-11-24, in UTC."""

    type = String()
    inherit_cache = True


@compiles(iso_instant, "sqlite")
def _instant_on_sqlite(element, compiler, **options):
    # SQLite stores 2026-11-24 20:05:09.123456.
    instant = compiler.process(element.clauses, **options)
    return f"(substr({instant}, 1, 10) || 'T' || substr({instant}, 12, 8) || '+00:00')"


@compiles(iso_day, "sqlite")
def _day_on_sqlite(element, compiler, **options):
    return f"substr({compiler.process(element.clauses, **options)}, 1, 10)"


@compiles(iso_instant, "postgresql")
def _instant_on_postgresql(element, compiler, **options):
    instant = compiler.process(element.clauses, **options)
    return f"to_char(timezone('UTC', {instant}), 'YYYY-MM-DD\"T\"HH24:MI:SS\"+00:00\"')"


@compiles(iso_day, "postgresql")
def _day_on_postgresql(element, compiler, **options):
    return f"to_char(timezone('UTC', {compiler.process(element.clauses, **options)}), 'YYYY-MM-DD')"
