"""Whole batches of rows in one statement: binding each value by itself costs more than the database's own work."""

import json
from datetime import UTC, datetime
from functools import lru_cache

from sqlalchemy import JSON

# In place of columns: a row is left out whichever unique index it offends.
ANY_UNIQUE = ("any unique index",)


def insert_all(connection, table, rows, *, unless=(), returning=()):
    """Insert `rows`, dicts of the same columns, in their order; return the columns `returning` of those that were written.

    A row that agrees with an older one in the columns `unless`, which have a unique index, is left out; with ANY_UNIQUE
    one that agrees in those of any unique index. At most some hundred rows; datetimes are aware.
    """
    if not rows:
        return []
    write = _on_postgresql if connection.dialect.name == "postgresql" else _on_sqlite
    return write(connection, table, rows, tuple(unless), tuple(returning))


def _on_postgresql(connection, table, rows, unless, returning):
    text = json.dumps(rows, default=_as_text)
    result = connection.exec_driver_sql(
        _postgresql(table, tuple(rows[0]), unless, returning), (text,)
    )
    return result.all() if returning else []


@lru_cache
def _postgresql(table, columns, unless, returning):
    """Return an INSERT of one JSON text, whose values the database itself reads by the table's column types."""
    names = ", ".join(columns)
    source = f"json_populate_recordset(null::{table.name}, %s::json)"
    return (
        f"insert into {table.name} ({names}) select {names} from {source}{_end(unless, returning)}"
    )


def _as_text(value):
    return f"\\x{value.hex()}" if isinstance(value, bytes) else value.isoformat()


def _on_sqlite(connection, table, rows, unless, returning):
    columns = tuple(rows[0])
    cast = [json.dumps if isinstance(table.c[name].type, JSON) else _kept for name in columns]
    values = tuple(to(row[name]) for row in rows for to, name in zip(cast, columns, strict=True))
    result = connection.exec_driver_sql(
        _sqlite(table, columns, len(rows), unless, returning), values
    )
    return result.all() if returning else []


@lru_cache
def _sqlite(table, columns, many, unless, returning):
    """Return an INSERT of so many rows. One by one, Python's lock would be given away and waited for at each."""
    row = f"({', '.join('?' * len(columns))})"
    return f"insert into {table.name} ({', '.join(columns)}) values {', '.join([row] * many)}{_end(unless, returning)}"


def _end(unless, returning):
    target = "" if unless == ANY_UNIQUE else f" ({', '.join(unless)})"
    conflict = f" on conflict{target} do nothing" if unless else ""
    return conflict + (f" returning {', '.join(returning)}" if returning else "")


def _kept(value):
    """Return the value as SQLite keeps it; an instant in the form that SQLAlchemy gives it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    return value
