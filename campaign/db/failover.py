"""Leave a PostgreSQL server that has become a standby."""

from psycopg.errors import ReadOnlySqlTransaction
from sqlalchemy import event
from sqlalchemy.engine import Engine, ExceptionContext
from sqlalchemy.exc import OperationalError


def leave_standbys(engine: Engine) -> None:
    """Close all connections of `engine` when the server refuses a write because it is read-only.

    New ones find the new primary. The error becomes one after which the caller may try again.
    """

    @event.listens_for(engine, "handle_error", retval=True)
    def _leave(context: ExceptionContext) -> BaseException | None:
        error = context.original_exception
        if not isinstance(error, ReadOnlySqlTransaction):
            return None
        context.is_disconnect = True
        return OperationalError(None, None, error)
