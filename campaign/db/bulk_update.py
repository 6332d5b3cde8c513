"""UPDATE of many rows that get different values, with one statement on PostgreSQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, bindparam, cast, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY


def bulk_update(
    connection: Connection, table: Table, rows: Sequence[dict[str, Any]], **same: Any
) -> None:
    """Update the rows of `table` with these ids.

    `rows` are dicts with the same keys: `id`, and columns with the new value for that row. `same`
    are columns that get one value in all rows.
    """
    if not rows:
        return
    columns = [name for name in rows[0] if name != "id"]
    if connection.dialect.name == "postgresql":
        # Here, one statement per row takes twice as long.
        new = select(*(_unnested(table, name, rows) for name in rows[0])).subquery()
        values = {name: new.c[name] for name in columns} | same
        connection.execute(update(table).where(table.c.id == new.c.id).values(values))
        return
    values = {name: bindparam(f"new_{name}") for name in columns} | same
    connection.execute(
        update(table).where(table.c.id == bindparam("row_id")).values(values),
        [{"row_id": row["id"]} | {f"new_{name}": row[name] for name in columns} for row in rows],
    )


def _unnested(table: Table, name: str, rows: Sequence[dict[str, Any]]) -> ColumnElement[Any]:
    type_ = ARRAY(table.c[name].type)
    values = bindparam(None, [row[name] for row in rows], type_=type_)
    return func.unnest(cast(values, type_), type_=table.c[name].type).label(name)
