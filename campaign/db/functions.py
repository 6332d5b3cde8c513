"""SQL functions that SQLite and PostgreSQL each write in their own way."""

import sqlite3
from datetime import UTC, datetime
from typing import Any
from unicodedata import normalize

from sqlalchemy import String, event
from sqlalchemy.engine import Engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import NullType

from campaign.process.clock import UtcDateTime

# Letters that Unicode does not decompose. Characters that become spaces, and those to drop.
_LETTERS, _PLAIN = "øłđıħ", "oldih"
_SPACED, _DROPPED = "-.,", "’'"
_MARKS = range(0x300, 0x370)
_TABLE = (
    str.maketrans(_LETTERS + _SPACED, _PLAIN + " " * len(_SPACED))
    | dict.fromkeys(map(ord, _DROPPED))
    | dict.fromkeys(_MARKS)
)


class hour_of(GenericFunction[Any]):
    """SQL: the UTC hour of an instant. Convert the result with `read_hour`."""

    type = NullType()
    inherit_cache = True


@compiles(hour_of, "sqlite")
def _hour_on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    # SQLite stores text that begins with the date and hour: 2026-11-24 20.
    return f"substr({compiler.process(element.clauses, **options)}, 1, 13)"


@compiles(hour_of, "postgresql")
def _hour_on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"date_trunc('hour', timezone('UTC', {compiler.process(element.clauses, **options)}))"


class noon_of(GenericFunction[datetime]):
    """SQL: noon of an instant's UTC day, which is the same day in nearly every time zone."""

    type = UtcDateTime()
    inherit_cache = True


@compiles(noon_of, "sqlite")
def _noon_on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"(substr({compiler.process(element.clauses, **options)}, 1, 10) || ' 12:00:00.000000')"


@compiles(noon_of, "postgresql")
def _noon_on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    instant = compiler.process(element.clauses, **options)
    return f"((date_trunc('day', timezone('UTC', {instant})) + interval '12 hours') at time zone 'UTC')"


def read_hour(value: str | datetime) -> datetime:
    """Return the result of `hour_of` as an aware datetime."""
    hour = datetime.fromisoformat(value) if isinstance(value, str) else value
    return hour.replace(tzinfo=UTC)


def hour_text(instant: datetime) -> str:
    """Return the UTC hour of an instant as the text that `read_hour` reads. Texts sort by time."""
    return instant.astimezone(UTC).strftime("%Y-%m-%d %H")


# Exports read up to a million instants as text. Building Python datetimes would take longer than
# all the rest.
class iso_instant(GenericFunction[str]):
    """SQL: an instant as 2026-11-24T20:05:09+00:00, in UTC."""

    type = String()
    inherit_cache = True


class iso_day(GenericFunction[str]):
    """SQL: the day of an instant as 2026-11-24, in UTC."""

    type = String()
    inherit_cache = True


@compiles(iso_instant, "sqlite")
def _instant_on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    # SQLite stores 2026-11-24 20:05:09.123456.
    instant = compiler.process(element.clauses, **options)
    return f"(substr({instant}, 1, 10) || 'T' || substr({instant}, 12, 8) || '+00:00')"


@compiles(iso_day, "sqlite")
def _day_on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"substr({compiler.process(element.clauses, **options)}, 1, 10)"


@compiles(iso_instant, "postgresql")
def _instant_on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    instant = compiler.process(element.clauses, **options)
    return f"to_char(timezone('UTC', {instant}), 'YYYY-MM-DD\"T\"HH24:MI:SS\"+00:00\"')"


@compiles(iso_day, "postgresql")
def _day_on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"to_char(timezone('UTC', {compiler.process(element.clauses, **options)}), 'YYYY-MM-DD')"


class unaccented_lower(GenericFunction[str]):
    """SQL: the same as `plain` of a name."""

    type = String()
    inherit_cache = True


def plain(name: str) -> str:
    """Return a name in lower case, without accents and apostrophes.

    Hyphens, periods and commas become spaces.
    """
    small = name.lower()
    return (small if small.isascii() else normalize("NFKD", small).replace("ß", "ss")).translate(
        _TABLE
    )


@compiles(unaccented_lower, "postgresql")
def _letters_on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    name = compiler.process(element.clauses, **options)
    # Not every server has the extension for unaccent(), and translate() of all accented letters
    # takes ten times as long.
    bare = rf"regexp_replace(normalize(lower({name}), NFKD), '[\u0300-\u036f]', '', 'g')"
    small = f"case when octet_length({name}) > length({name}) then replace({bare}, 'ß', 'ss') else lower({name}) end"
    dropped = _DROPPED.replace("'", "''")
    return f"translate({small}, '{_LETTERS}{_SPACED}{dropped}', '{_PLAIN}{' ' * len(_SPACED)}')"


@compiles(unaccented_lower, "sqlite")
def _letters_on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    name = compiler.process(element.clauses, **options)
    # Half of all names have only plain letters. Lowering them in SQLite saves a call into Python,
    # which takes ten times as long.
    return f"case when {name} glob '*[^a-zA-Z ]*' then volante_plain({name}) else lower({name}) end"


@event.listens_for(Engine, "connect")
def _teach_sqlite(connection: Any, _record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.create_function("volante_plain", 1, plain, deterministic=True)
