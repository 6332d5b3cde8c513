"""A value that every request reads and that few people change, kept in memory for seconds."""

import threading
from collections.abc import Callable
from time import monotonic
from typing import Generic, TypeVar

from sqlalchemy import event
from sqlalchemy.orm import Session

Value = TypeVar("Value")


class Snapshot(Generic[Value]):
    """Keeps one value for `seconds`, then loads it again.

    While one thread loads, the others get the previous value, so that they never wait for a
    database connection. If loading fails, the previous value stays for another `seconds`.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._entry: tuple[float, Value] | None = None
        self._loading = threading.Lock()

    def get(self, load: Callable[[], Value]) -> Value:
        """Return the value; `load` reads it. Its error is raised only if there is no value yet."""
        entry = self._entry
        if entry is not None:
            if monotonic() - entry[0] < self._seconds or not self._loading.acquire(blocking=False):
                return entry[1]
        else:
            self._loading.acquire()
        try:
            try:
                value = load()
            except Exception:
                if entry is None:
                    raise
                value = entry[1]
            self._entry = monotonic(), value
            return value
        finally:
            self._loading.release()

    def forget(self) -> None:
        """Load the value again at the next call of `get`."""
        self._entry = None

    def forget_now_and_after(self, session: Session) -> None:
        """Forget the value, and again after the transaction that changes it is committed.

        In between, `get` may load the old value.
        """
        self.forget()
        event.listen(session, "after_commit", lambda _session: self.forget(), once=True)
