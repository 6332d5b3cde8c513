"""Deadlines for PostgreSQL: a hung database or dropped packets become an error within seconds.

The server's `statement_timeout` ends slow statements, but a server that hangs does not enforce
it. So each response has a deadline on our side too.
"""

from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

# The pool pings an idle connection before it hands it out. This is how long a ping may take.
PING_SECONDS = 2
# How long after its own limit the server may take to report that it ended a statement.
GRACE_SECONDS = 2


def limit_statements(engine: Engine, seconds: int) -> None:
    """Limit every statement on `engine` (PostgreSQL) to `seconds`, even if the server hangs.

    A slower statement raises OperationalError. If the server hangs, its connection is closed.
    """
    deadline_connection: type[_DeadlineConnection] = type(
        "DeadlineConnection", (_DeadlineConnection,), {"answer_seconds": seconds + GRACE_SECONDS}
    )

    @event.listens_for(engine, "do_connect")
    def _connect(
        _dialect: Any, _record: Any, arguments: list[Any], named: dict[str, Any]
    ) -> psycopg.Connection:
        return deadline_connection.connect(*arguments, **named)

    @event.listens_for(engine, "begin")
    def _limit(connection: Connection) -> None:
        # Set it per transaction: behind PgBouncer the next one may run on another connection.
        connection.exec_driver_sql(f"set local statement_timeout = '{seconds}s'")


class _DeadlineConnection(psycopg.Connection):
    """A connection that waits at most `answer_seconds` for each response."""

    answer_seconds: float

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for a response of the server, but no longer than its deadline."""
        # Only the pool's pings run outside a transaction.
        default_timeout = PING_SECONDS if self.autocommit else self.answer_seconds
        try:
            return super().wait(gen, interval=interval, timeout=timeout or default_timeout)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                # No response came. A late one must not be read as the result of another statement.
                self.pgconn.finish()
            raise
