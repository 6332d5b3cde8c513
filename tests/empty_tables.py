"""Empty the tables between tests.

Most tests write to a few tables, so the rest is only checked.
"""

from functools import cache

from campaign.extensions import db
from campaign.notices.models import NOT_RECORDED

RESTART = "select setval(format('%%I', sequencename)::regclass, start_value, false) from pg_sequences where last_value is not null"


def empty(engine):
    """Leave every table without rows and ids starting at 1, so that no test depends on another."""
    with engine.begin() as connection:
        used = connection.exec_driver_sql(_used()).scalars().all()
        if connection.dialect.name == "postgresql":
            _on_postgresql(connection, used)
        elif used:
            _on_sqlite(connection, used)
            # Triggers have noted what was deleted.
            connection.exec_driver_sql("delete from search_change")


def _on_postgresql(connection, used):
    # This disables the triggers that protect the activity log. Truncating would recreate each
    # table's files, a hundred times as slow.
    connection.exec_driver_sql("set local session_replication_role = replica")
    for name in used:
        connection.exec_driver_sql(f"delete from {name}{_filled(name)}")
    connection.exec_driver_sql(RESTART)


def _on_sqlite(connection, used):
    guards = (
        connection.exec_driver_sql(
            "select name, sql from sqlite_master where type = 'trigger'"
        ).all()
        if "audit_entry" in used
        else []
    )
    for guard in guards:
        connection.exec_driver_sql(f"drop trigger {guard.name}")
    for name in used:
        connection.exec_driver_sql(f"delete from {name}{_filled(name)}")
    connection.exec_driver_sql("delete from sqlite_sequence")
    for guard in guards:
        connection.exec_driver_sql(guard.sql)


@cache
def _used():
    """Return a query for the tables that have rows, those that reference others first."""
    names = [table.name for table in reversed(db.metadata.sorted_tables)]
    return " union all ".join(
        f"select '{name}' as name where exists (select 1 from {name}{_filled(name)})"
        for name in names
    )


def _filled(name):
    """Return the condition that a row was added by a test. The migration adds one notice."""
    return f" where id <> {NOT_RECORDED}" if name == "notice" else ""
