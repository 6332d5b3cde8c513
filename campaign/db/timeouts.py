"""Deadlines for PostgreSQL: a database that hangs, or a network that drops packets, is an error within seconds.

The server's own `statement_timeout` ends slow statements, but a server that hangs does not keep it, so each answer has a
deadline on our side too.
"""

from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

# The pool asks idle connections whether they are alive before it hands them out.
PING_SECONDS = 2
# The server gets this much longer than its own limit to say that a statement was ended.
GRACE_SECONDS = 2


def limit_statements(engine: Engine, seconds: int) -> None:
    """Let no statement on `engine`, which is PostgreSQL, run longer than `seconds`, whatever state the server is in.

    What takes longer raises OperationalError, and its connection is not used again.
    """
    deadline_connection = type(
        "DeadlineConnection", (_DeadlineConnection,), {"answer_seconds": seconds + GRACE_SECONDS}
    )

    @event.listens_for(engine, "do_connect")
    def _connect(_dialect: Any, _record: Any, arguments: list, named: dict) -> psycopg.Connection:
        return deadline_connection.connect(*arguments, **named)

    @event.listens_for(engine, "begin")
    def _limit(connection: Connection) -> None:
        # For this transaction only: behind a pool such as PgBouncer the next one may be on another connection.
        connection.exec_driver_sql(f"set local statement_timeout = '{seconds}s'")


class _DeadlineConnection(psycopg.Connection):
    """A connection on which no single answer is waited for longer than `answer_seconds`."""

    answer_seconds: float

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        # Only the pool's question whether a connection is alive is asked outside of a transaction.
        usual = PING_SECONDS if self.autocommit else self.answer_seconds
        try:
            return super().wait(gen, interval=interval, timeout=timeout or usual)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                # Nothing came. An answer that comes later must not be taken for that to another question.
                self.pgconn.finish()
            raise
