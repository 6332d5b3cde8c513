"""A value that every request reads and that few people change, kept in memory for seconds.

Unlike a `TtlCache`, it has one value, which stays while the next is loaded or cannot be loaded, and
which a transaction can make it forget.
"""

import threading
from collections.abc import Callable
from time import monotonic
from typing import Generic, TypeVar

from sqlalchemy import event
from sqlalchemy.orm import Session

Value = TypeVar("Value")


class Snapshot(Generic[Value]):
    """Keeps one value for `seconds`, then loads it again.

    While one thread loads, the others get the previous value. Without one they load it too: a
    thread that waited would keep its database connection, which the loading one may need. If
    loading fails, the previous value stays for another `seconds`.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._entry: tuple[float, Value] | None = None
        self._changes = 0
        self._loading = threading.Lock()

    def get(self, load: Callable[[], Value]) -> Value:
        """Return the value; `load` reads it. Its error is raised only if there is no value yet."""
        entry, changes = self._entry, self._changes
        if entry is None:
            return self._keep(load(), changes)
        if monotonic() - entry[0] < self._seconds or not self._loading.acquire(blocking=False):
            return entry[1]
        try:
            value = load()
        except Exception:
            value = entry[1]
        finally:
            self._loading.release()
        return self._keep(value, changes)

    def forget(self) -> None:
        """Load the value again at the next call of `get`."""
        self._changes += 1
        self._entry = None

    def forget_now_and_after(self, session: Session) -> None:
        """Forget the value, and again after the transaction that changes it is committed.

        In between, `get` may load the old value.
        """
        self.forget()
        event.listen(session, "after_commit", lambda _session: self.forget(), once=True)

    def _keep(self, value: Value, changes: int) -> Value:
        self._entry = monotonic(), value
        if changes != self._changes:
            # It was forgotten since it was read, so it may be the value before the change.
            self._entry = None
        return value
