"""Log failures at most once per kind and second, so that an outage does not fill the disk."""

import logging
import secrets
import threading
import time
import traceback
from collections.abc import Callable, Collection

from campaign.db.transactions import DATABASE_AWAY
from campaign.monitoring.metrics import note_failure
from campaign.process.logs import PRIVATE_VALUES

QUIET_SECONDS = 1.0
MAX_KINDS = 500


class FailureLog:
    """Logs failures. Those of one kind within a second share an entry and its reference.

    `private_values` returns what the current request has sent. Messages of errors may repeat it, so
    it is left out.
    """

    def __init__(
        self, log: logging.Logger, private_values: Callable[[], Collection[str]] = tuple
    ) -> None:
        self._log = log
        self._private_values = private_values
        self._lock = threading.Lock()
        self._entries: dict[tuple[object, ...], tuple[str, float, int]] = {}

    def note(self, error: BaseException, where: str) -> str:
        """Log `error`, which happened at `where`, and return its reference number in the log.

        Logs nothing if an error of its kind was logged within the last second. `where` must hold
        no personal data, because the log must hold none.
        """
        cause = getattr(error, "orig", None) or error
        is_away = isinstance(error, DATABASE_AWAY)
        note_failure("database" if is_away else "unexpected")
        # When the database is away, every request fails in the same way, wherever it was.
        kind = (type(error), type(cause)) if is_away else (type(error), where, *_place(error))
        reference, unlogged = self._enter(kind)
        if unlogged is None:
            return reference
        suffix = f" ({unlogged} more since the last entry)" if unlogged else ""
        if is_away:
            # The statement and the traceback do not help to find out why the database is away.
            self._log.error(
                "reference %s at %s: %s: %s%s",
                reference,
                where,
                type(cause).__name__,
                _first_line(cause),
                suffix,
            )
        else:
            self._log.error(
                "reference %s at %s%s",
                reference,
                where,
                suffix,
                exc_info=error,
                extra={PRIVATE_VALUES: self._private_values()},
            )
        return reference

    def _enter(self, kind: tuple[object, ...]) -> tuple[str, int | None]:
        """Return (reference, number of failures not logged since the last entry).

        The number is None if this failure must not be logged either.
        """
        now = time.monotonic()
        with self._lock:
            reference, logged_at, unlogged = self._entries.get(kind, ("", now - QUIET_SECONDS, 0))
            if now - logged_at < QUIET_SECONDS:
                self._entries[kind] = reference, logged_at, unlogged + 1
                return reference, None
            if len(self._entries) >= MAX_KINDS:
                self._entries.clear()
            reference = secrets.token_hex(4)
            self._entries[kind] = reference, now, 0
            return reference, unlogged


def _place(error: BaseException) -> tuple[str, int | None]:
    """Return the file and line that raised the error."""
    frames = traceback.extract_tb(error.__traceback__)
    return (frames[-1].filename, frames[-1].lineno) if frames else ("", None)


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0]
