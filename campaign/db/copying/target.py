"""The PostgreSQL database that receives the copy, with a table that says how far it is.

That table, `database_copy`, exists from the first row to the last check. Each batch of rows and
its new position are one transaction, so a copy can be killed at any time and continued. While the
table exists, no site or worker may start on the database.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg
from psycopg import Connection, Cursor, sql
from sqlalchemy import Table

from campaign.db.copying.checksums import Checksum, checksum_query

STATE_TABLE = "database_copy"
VERSION_TABLE = "alembic_version"
_START = "start"
# Below every row id of SQLite. One of our rows has the id 0.
BEFORE_ALL = -(2**63)
TABLES = (
    "select relname from pg_class"
    " where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p')"
)


class CopyStart(NamedTuple):
    """Where an unfinished copy came from, and the state of its source then."""

    source: str
    state: str


class CopyTarget:
    """Writes to a PostgreSQL database in transactions, and in no other way.

    All settings last for one transaction only, because PgBouncer may give the next one another
    connection.
    """

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection

    def tables(self) -> set[str]:
        """Return the names of all tables in the schema that the user writes to."""
        with self._transaction() as cursor:
            return {name for (name,) in cursor.execute(TABLES)}

    def encoding(self) -> str:
        """Return the encoding of the database."""
        with self._transaction() as cursor:
            return str(_scalar(cursor, "show server_encoding"))

    def version(self) -> str | None:
        """Return the migration that the database is at. Its table must exist."""
        with self._transaction() as cursor:
            version: str | None = _scalar(cursor, f"select version_num from {VERSION_TABLE}")
            return version

    def has_rows(self, table: Table, *, besides: str = "") -> bool:
        """Return whether a table has rows, other than those that match the SQL `besides`."""
        condition = sql.SQL(f" where not ({besides})" if besides else "")
        query = sql.SQL("select exists (select from {}{})").format(_name(table), condition)
        with self._transaction() as cursor:
            return bool(_scalar(cursor, query))

    def start(self) -> CopyStart | None:
        """Return how the unfinished copy that this database holds began, or None."""
        with self._transaction() as cursor:
            if _scalar(cursor, f"select to_regclass('{STATE_TABLE}')") is None:
                return None
            value = _scalar(cursor, f"select value from {STATE_TABLE} where name = '{_START}'")
            return CopyStart(**json.loads(value))

    def begin(self, start: CopyStart, *, emptied: Iterable[Table]) -> None:
        """Create the table that says how far the copy is, and empty the tables `emptied`."""
        with self._transaction() as cursor:
            cursor.execute(
                f"create table {STATE_TABLE} (name text primary key, value text not null)"
            )
            _set(cursor, _START, start._asdict())
            for table in emptied:
                cursor.execute(sql.SQL("delete from {}").format(_name(table)))

    def run(self, statements: str) -> None:
        """Run SQL in a transaction."""
        with self._transaction() as cursor:
            cursor.execute(statements)

    def position(self, table: Table) -> int:
        """Return the row id of the source up to which a table is copied."""
        with self._transaction() as cursor:
            value = _scalar(cursor, f"select value from {STATE_TABLE} where name = %s", _key(table))
            return int(json.loads(value)) if value else BEFORE_ALL

    def add(self, table: Table, rows: Iterable[Sequence[Any]], *, position: int) -> None:
        """Write one batch of rows, which have all columns of `table`, and the new position."""
        columns = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)
        statement = sql.SQL("copy {} ({}) from stdin").format(_name(table), columns)
        with self._transaction() as cursor:
            with cursor.copy(statement) as copy:
                for row in rows:
                    copy.write_row(row)
            _set(cursor, _key(table), position)

    def continue_ids(self, table: Table, column: str, *, after: int) -> None:
        """Make new rows get ids after `after`."""
        with self._transaction() as cursor:
            sequence = _scalar(cursor, "select pg_get_serial_sequence(%s, %s)", table.name, column)
            if sequence and after:
                cursor.execute("select setval(%s, %s)", (sequence, after))

    def checksum(self, table: Table) -> Checksum:
        """Return the Checksum of all rows."""
        with self._transaction() as cursor:
            rows, total = cursor.execute(checksum_query(table)).fetchall()[0]
            return Checksum(int(rows), int(total))

    def analyze(self) -> None:
        """Let the planner know how many rows there are."""
        with self._transaction() as cursor:
            cursor.execute("analyze")

    def finish(self) -> None:
        """Say that the copy is complete: sites and workers may start."""
        with self._transaction() as cursor:
            cursor.execute(f"drop table {STATE_TABLE}")

    @contextmanager
    def _transaction(self) -> Iterator[Cursor[Any]]:
        with self._connection.transaction(), self._connection.cursor() as cursor:
            # Instants without a zone are in UTC, as SQLite stores them.
            cursor.execute("set local timezone = 'UTC'")
            cursor.execute("set local statement_timeout = 0")
            yield cursor


def has_unfinished_copy(connection: Any) -> bool:
    """Return whether a database that SQLAlchemy has connected to holds an unfinished copy."""
    if connection.dialect.name != "postgresql":
        return False
    state_table = connection.exec_driver_sql(f"select to_regclass('{STATE_TABLE}')").scalar()
    return state_table is not None


@contextmanager
def open_target(conninfo: str, **options: Any) -> Iterator[CopyTarget]:
    """Connect to a PostgreSQL database. Raise psycopg.OperationalError if that fails."""
    with psycopg.connect(
        conninfo, autocommit=True, prepare_threshold=None, **options
    ) as connection:
        yield CopyTarget(connection)


def _name(table: Table) -> sql.Identifier:
    return sql.Identifier(table.name)


def _key(table: Table) -> str:
    return f"table {table.name}"


def _scalar(cursor: Cursor[Any], query: Any, *parameters: Any) -> Any:
    row = cursor.execute(query, parameters or None).fetchone()
    return row[0] if row else None


def _set(cursor: Cursor[Any], name: str, value: Any) -> None:
    cursor.execute(
        f"insert into {STATE_TABLE} (name, value) values (%s, %s)"
        " on conflict (name) do update set value = excluded.value",
        (name, json.dumps(value)),
    )
