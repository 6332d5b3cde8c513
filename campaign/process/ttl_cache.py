"""The caches in memory for what many requests need and what may be a few seconds old."""

import threading
from collections.abc import Callable, Hashable
from time import monotonic
from typing import Generic, TypeVar

from sqlalchemy import event
from sqlalchemy.orm import Session

# A value that was not read for long may be very old. So other threads wait this long for the next
# one. If the database hangs, they go on with the old one.
WAIT_SECONDS = 0.25

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class TtlCache(Generic[Key, Value]):
    """Keeps at most `max_entries` values for `seconds` each. With 0 seconds it keeps nothing.

    Threads share it without a lock: an entry is one tuple, written at once. Two threads that miss
    at the same time both load. None is not kept, so unknown keys cannot fill the cache.
    """

    def __init__(self, seconds: float, *, max_entries: int = 1) -> None:
        self._seconds, self._max_entries = seconds, max_entries
        self._entries: dict[Key, tuple[float, Value]] = {}

    def get(self, key: Key, load: Callable[[], Value | None]) -> Value | None:
        """Return the kept value of `key`, or else what `load` returns, and keep that."""
        entry = self._entries.get(key)
        if entry is not None and monotonic() - entry[0] < self._seconds:
            return entry[1]
        value = load()
        if value is not None and self._seconds:
            if key not in self._entries and len(self._entries) >= self._max_entries:
                self._entries.clear()
            self._entries[key] = monotonic(), value
        return value


class TtlValue(Generic[Value]):
    """Keeps one value that every request reads for `seconds`, then loads it again.

    Unlike in a `TtlCache`, the value stays while the next is loaded, and if loading fails. A
    transaction can make it forget the value.

    While one thread loads, the others get the previous value, unless it expired long ago: then they
    wait a moment for the next one. Without any value they load it too. A thread that waited longer
    would keep its database connection, which the loading one may need. If loading fails, the
    previous value stays for another `seconds`.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._entry: tuple[float, Value] | None = None
        self._changes = 0
        self._loading = threading.Lock()
        self._loading_since = 0.0

    def get(self, load: Callable[[], Value]) -> Value:
        """Return the value. `load` reads it. Its error is raised only if there is no value yet."""
        entry, changes = self._entry, self._changes
        if entry is None:
            return self._keep(load(), changes)
        if self._is_fresh(entry):
            return entry[1]
        if not self._loading.acquire(timeout=self._wait_seconds(entry)):
            return (self._entry or entry)[1]
        try:
            newer = self._entry
            if newer is not None and newer is not entry and self._is_fresh(newer):
                return newer[1]
            self._loading_since = monotonic()
            try:
                value = load()
            except Exception:
                value = entry[1]
            return self._keep(value, changes)
        finally:
            self._loading.release()

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

    def _is_fresh(self, entry: tuple[float, Value]) -> bool:
        return monotonic() - entry[0] < self._seconds

    def _wait_seconds(self, entry: tuple[float, Value]) -> float:
        """Return for how many seconds to wait for the thread that loads."""
        now = monotonic()
        if now - entry[0] < 2 * self._seconds:
            return 0.0
        return max(0.0, self._loading_since + WAIT_SECONDS - now)

    def _keep(self, value: Value, changes: int) -> Value:
        self._entry = monotonic(), value
        if changes != self._changes:
            # The value was forgotten while it was read, so it may be the one before the change.
            self._entry = None
        return value
