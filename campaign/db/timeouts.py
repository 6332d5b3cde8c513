"""Deadlines for PostgreSQL: a hung database or dropped packets become an error within seconds.

The server's `statement_timeout` ends slow statements, but a server that hangs does not enforce
it. So each response has a deadline on our side too.
"""

import threading
from time import monotonic
from typing import Any

import psycopg
from psycopg.errors import ConnectionTimeout
from psycopg.pq import TransactionStatus
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

# The pool pings an idle connection before it hands it out. This is how long a ping may take.
PING_SECONDS = 2
# How long after its own limit the server may take to report that it ended a statement.
GRACE_SECONDS = 2
# After a server did not answer, one thread at a time tries again, after a pause. The others fail at
# once: one after the other, their waits would add up.
RETRY_SECONDS = 1


def limit_statements(engine: Engine, seconds: int) -> None:
    """Limit every statement on `engine` (PostgreSQL) to `seconds`, even if the server hangs.

    A slower statement raises OperationalError. If the server hangs, its connection is closed.
    """
    deadline_connection: type[_DeadlineConnection] = type(
        "DeadlineConnection", (_DeadlineConnection,), {"answer_seconds": seconds + GRACE_SECONDS}
    )
    silence = _ServerOutage()

    @event.listens_for(engine, "do_connect")
    def _connect(
        _dialect: Any, _record: Any, arguments: list[Any], named: dict[str, Any]
    ) -> psycopg.Connection:
        silence.check()
        is_silent = False
        try:
            return deadline_connection.connect(*arguments, **named)
        except ConnectionTimeout:
            # Any other error comes at once, so nobody waits for it.
            is_silent = True
            raise
        finally:
            silence.note(is_silent=is_silent)

    @event.listens_for(engine, "begin")
    def _limit(connection: Connection) -> None:
        # Set it per transaction: behind PgBouncer the next one may run on another connection.
        connection.exec_driver_sql(f"set local statement_timeout = '{seconds}s'")


class _ServerOutage:
    """Whether the server has stopped answering new connections, and who tries it next."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_silent = False
        self._is_tried = False
        self._next_try = 0.0

    def check(self) -> None:
        """Return if this thread may connect. Raise OperationalError while another one tries."""
        with self._lock:
            if not self._is_silent:
                return
            if self._is_tried or monotonic() < self._next_try:
                raise psycopg.OperationalError("the server did not answer a moment ago")
            self._is_tried = True

    def note(self, *, is_silent: bool) -> None:
        """Note how an attempt ended."""
        with self._lock:
            self._is_silent, self._is_tried = is_silent, False
            self._next_try = monotonic() + RETRY_SECONDS


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
