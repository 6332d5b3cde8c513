"""INSERT for either database: with conflicts, and of whole batches with one statement."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from flask import current_app
from sqlalchemy import JSON, Connection, FromClause
from sqlalchemy.dialects import postgresql, sqlite

from campaign.process.clock import utcnow


class DatabaseNow:
    """A value for `insert_all`: the time of the transaction, by the database's clock."""


DATABASE_NOW = DatabaseNow()
# Pass this in place of columns to skip a row that conflicts with any unique index.
ANY_UNIQUE = ("any unique index",)


def insert(table: Any) -> Any:
    """Return the database's own INSERT into `table`, a table or model.

    It offers `on_conflict_do_nothing` and `on_conflict_do_update`.
    """
    dialect = current_app.extensions["sqlalchemy"].engine.dialect.name
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def insert_all(
    connection: Connection,
    table: FromClause,
    rows: Sequence[dict[str, Any]],
    *,
    unless: Iterable[str] = (),
    returning: Iterable[str] = (),
) -> Sequence[Any]:
    """Insert `rows` in their order. Return the columns `returning` of the inserted ones.

    Binding the values row by row would cost more than the database's own work.

    `rows` are dicts with the same keys, at most a few hundred. Datetimes must be aware, or
    DATABASE_NOW. `unless` names the columns of a unique index: a row that conflicts with it is
    skipped. With ANY_UNIQUE, a row that conflicts with any unique index is skipped.
    """
    if not rows:
        return []
    write = _on_postgresql if connection.dialect.name == "postgresql" else _on_sqlite
    return write(connection, table, rows, tuple(unless), tuple(returning))


def _on_postgresql(
    connection: Connection,
    table: FromClause,
    rows: Sequence[dict[str, Any]],
    unless: tuple[str, ...],
    returning: tuple[str, ...],
) -> Sequence[Any]:
    text = json.dumps(rows, default=_as_text)
    result = connection.exec_driver_sql(
        _postgresql(table, tuple(rows[0]), unless, returning), (text,)
    )
    return result.all() if returning else []


@lru_cache
def _postgresql(
    table: Any, columns: tuple[str, ...], unless: tuple[str, ...], returning: tuple[str, ...]
) -> str:
    """Return an INSERT of one JSON text, whose values PostgreSQL casts to the column types."""
    names = ", ".join(columns)
    source = f"json_populate_recordset(null::{table.name}, %s::json)"
    return f"insert into {table.name} ({names}) select {names} from {source}{_conflict_clause(unless, returning)}"


def _as_text(value: bytes | datetime | DatabaseNow) -> str:
    if isinstance(value, DatabaseNow):
        # PostgreSQL reads this text as an instant.
        return "now"
    return f"\\x{value.hex()}" if isinstance(value, bytes) else value.isoformat()


def _on_sqlite(
    connection: Connection,
    table: FromClause,
    rows: Sequence[dict[str, Any]],
    unless: tuple[str, ...],
    returning: tuple[str, ...],
) -> Sequence[Any]:
    columns = tuple(rows[0])
    converters: list[Callable[[Any], Any]] = [
        json.dumps if isinstance(table.c[name].type, JSON) else _sqlite_value for name in columns
    ]
    values = tuple(
        convert(row[name])
        for row in rows
        for convert, name in zip(converters, columns, strict=True)
    )
    result = connection.exec_driver_sql(
        _sqlite(table, columns, len(rows), unless, returning), values
    )
    return result.all() if returning else []


@lru_cache
def _sqlite(
    table: Any,
    columns: tuple[str, ...],
    count: int,
    unless: tuple[str, ...],
    returning: tuple[str, ...],
) -> str:
    """Return an INSERT of `many` rows.

    With one statement per row, Python would release its global lock and wait for it each time.
    """
    row = f"({', '.join('?' * len(columns))})"
    return f"insert into {table.name} ({', '.join(columns)}) values {', '.join([row] * count)}{_conflict_clause(unless, returning)}"


def _conflict_clause(unless: tuple[str, ...], returning: tuple[str, ...]) -> str:
    target = "" if unless == ANY_UNIQUE else f" ({', '.join(unless)})"
    conflict = f" on conflict{target} do nothing" if unless else ""
    return conflict + (f" returning {', '.join(returning)}" if returning else "")


def _sqlite_value(value: Any) -> Any:
    """Return the value as SQLite stores it, datetimes in the format of SQLAlchemy."""
    if isinstance(value, DatabaseNow):
        value = utcnow()
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    return value
