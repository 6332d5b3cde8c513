"""The cache in memory for what many requests need and what may be a few seconds old."""

from collections.abc import Callable, Hashable
from time import monotonic
from typing import Generic, TypeVar

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
