"""Checksums of tables that are the same on SQLite and PostgreSQL if their rows are.

Each row becomes one text, and the checksum adds up the hashes of these texts. So it does not
depend on the order of rows, which differs with the collation.
"""

import struct
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from psycopg import sql
from sqlalchemy import Boolean, Column, Date, DateTime, Float, LargeBinary, Table

from campaign.process.clock import UtcDateTime

# Bytes of each hash that count: few enough for PostgreSQL to add up quickly.
HASH_BYTES = 7
_BETWEEN, _NULL = "\x1f", "\x1e"
_INSTANT = "'YYYY-MM-DD HH24:MI:SS.US'"


class Checksum(NamedTuple):
    """The number of rows of a table, and the sum of their hashes."""

    rows: int
    total: int


def checksum_of_rows(table: Table, rows: Iterable[Sequence[Any]]) -> Checksum:
    """Return the Checksum of `rows` as SQLite stores them, with all columns of `table`."""
    converters = [_converter(column) for column in table.columns]
    count = total = 0
    for row in rows:
        text = _BETWEEN.join(
            _NULL if value is None else convert(value)
            for convert, value in zip(converters, row, strict=True)
        )
        total += int.from_bytes(sha256(text.encode()).digest()[:HASH_BYTES])
        count += 1
    return Checksum(count, total)


def checksum_query(table: Table) -> sql.Composed:
    """Return PostgreSQL's query for the number of rows and the sum of their hashes."""
    texts = sql.SQL(", ").join(
        sql.SQL(_expression(column)).format(sql.Identifier(column.name)) for column in table.columns
    )
    return sql.SQL(
        "select count(*), coalesce(sum(('x' || encode(substr(sha256(convert_to(array_to_string("
        "array[{texts}], {between}, {null}), 'UTF8')), 1, {bytes}), 'hex'))::bit({bits})::bigint), 0)"
        " from {table}"
    ).format(
        texts=texts,
        between=_BETWEEN,
        null=_NULL,
        bytes=HASH_BYTES,
        bits=sql.SQL(str(HASH_BYTES * 8)),
        table=sql.Identifier(table.name),
    )


def _converter(column: Column[Any]) -> Callable[[Any], str]:
    """Return what makes the column's stored value the text that `_expression` makes of it."""
    if isinstance(column.type, LargeBinary):
        return lambda value: sha256(value).hexdigest()
    if isinstance(column.type, Float):
        return lambda value: struct.pack(">d", value).hex()
    if isinstance(column.type, DateTime | UtcDateTime):
        # SQL by hand may store an instant without its microseconds.
        return lambda value: value if len(value) > 19 else f"{value}.000000"
    return str


def _expression(column: Column[Any]) -> str:
    kind = column.type
    if isinstance(kind, LargeBinary):
        return "encode(sha256({}), 'hex')"
    if isinstance(kind, Float):
        return "encode(float8send({}), 'hex')"
    if isinstance(kind, UtcDateTime) or (isinstance(kind, DateTime) and kind.timezone):
        return f"to_char({{}} at time zone 'UTC', {_INSTANT})"
    if isinstance(kind, DateTime):
        return f"to_char({{}}, {_INSTANT})"
    if isinstance(kind, Date):
        return "to_char({}, 'YYYY-MM-DD')"
    if isinstance(kind, Boolean):
        return "{}::int::text"
    return "{}::text"
