"""Count the rows that PostgreSQL handles for a statement."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import event

from campaign.extensions import db


@contextmanager
def rows_handled(is_wanted: Callable[[str], bool]) -> Iterator[list[int]]:
    """Yield a list of the rows that each wanted statement handled. Each runs twice."""
    handled: list[int] = []

    def explain(connection, _cursor, statement, parameters, _context, _many):
        if not statement.startswith("explain") and is_wanted(statement):
            explained = connection.exec_driver_sql(
                f"explain (analyze, timing off, format json) {statement}", parameters
            )
            handled.append(_rows_of(explained.scalar()[0]["Plan"]))

    event.listen(db.engine, "before_cursor_execute", explain)
    try:
        yield handled
    finally:
        event.remove(db.engine, "before_cursor_execute", explain)


def _rows_of(node):
    own_rows = (
        node["Actual Rows"]
        + node.get("Rows Removed by Filter", 0)
        + node.get("Rows Removed by Join Filter", 0)
    ) * node["Actual Loops"]
    return own_rows + sum(_rows_of(below) for below in node.get("Plans", ()))
