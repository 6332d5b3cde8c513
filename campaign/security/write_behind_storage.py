"""Rate-limit counters in memory that are added to a shared storage a few times a second."""

import threading
import time
from typing import Any

from limits.storage import Storage


class WriteBehindStorage(Storage):
    """A storage for the `limits` library that writes to another one, `shared`, in batches.

    Counts reach other processes up to `seconds` late, so a limit can be exceeded by what arrives in
    that time. For a key without recent counts, the shared storage is read first. So a client that
    pauses does not start from zero.
    """

    def __init__(self, shared: Any, seconds: float) -> None:
        super().__init__(None)
        self._shared = shared
        self._seconds = seconds
        self._guard = threading.Lock()
        self._untold = {}  # key: (amount, length of its window in seconds)
        self._heard = {}  # key: (count, time until which it is valid)
        self._next_telling = time.monotonic() + seconds

    @property
    def base_exceptions(self) -> type[Exception] | tuple[type[Exception], ...]:
        return self._shared.base_exceptions

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        with self._guard:
            self._untold[key] = (self._untold_of(key) + amount, expiry)
        now = time.monotonic()
        if now >= self._next_telling:
            self._tell(now)
        return self._count_of(key, now)

    def get(self, key: str) -> int:
        return self._count_of(key, time.monotonic())

    def get_expiry(self, key: str) -> float:
        expiry, now = self._shared.get_expiry(key), time.time()
        # The shared storage does not know of a window that has just begun here.
        return expiry if expiry > now else now + self._untold.get(key, (0, 0))[1]

    def check(self) -> bool:
        return self._shared.check()

    def reset(self) -> int | None:
        self._untold, self._heard = {}, {}
        return self._shared.reset()

    def clear(self, key: str) -> None:
        self._untold.pop(key, None)
        self._heard.pop(key, None)
        self._shared.clear(key)

    def _count_of(self, key, now):
        count, until = self._heard.get(key, (0, 0))
        if now > until:
            count = self._shared.get(key)
            self._heard[key] = (count, now + self._seconds)
        return self._untold_of(key) + count

    def _untold_of(self, key):
        return self._untold.get(key, (0, 0))[0]

    def _tell(self, now):
        """Add recent counts to the shared storage, and remember the totals that it returns."""
        with self._guard:
            if now < self._next_telling:
                return
            self._next_telling = now + self._seconds
            untold, self._untold = self._untold, {}
        # Totals stay valid for twice the interval, so that none expires before the next batch.
        until = now + 2 * self._seconds
        self._heard = {
            key: (self._shared.incr(key, window, amount), until)
            for key, (amount, window) in untold.items()
        }
