"""Counters in memory that tell a shared storage what they counted a few times a second, for rate limits."""

import threading
import time

from limits.storage import Storage


class WriteBehindStorage(Storage):
    """A storage for the `limits` library before another one, `shared`, which is told of many counts at once.

    What is counted here is known elsewhere up to `seconds` later, so a limit may be passed by what comes in that time. Of a key
    that nobody has counted lately the shared storage is asked first: whoever pauses does not begin anew.
    """

    def __init__(self, shared, seconds):
        super().__init__(None)
        self._shared = shared
        self._seconds = seconds
        self._guard = threading.Lock()
        self._untold = {}  # key: (amount, length of its window)
        self._heard = {}  # key: (count, until when that is good)
        self._next_telling = time.monotonic() + seconds

    @property
    def base_exceptions(self):
        return self._shared.base_exceptions

    def incr(self, key, expiry, amount=1):
        with self._guard:
            self._untold[key] = (self._untold_of(key) + amount, expiry)
        now = time.monotonic()
        if now >= self._next_telling:
            self._tell(now)
        return self._count_of(key, now)

    def get(self, key):
        return self._count_of(key, time.monotonic())

    def get_expiry(self, key):
        expiry, now = self._shared.get_expiry(key), time.time()
        # A window that began here is not known there yet.
        return expiry if expiry > now else now + self._untold.get(key, (0, 0))[1]

    def check(self):
        return self._shared.check()

    def reset(self):
        self._untold, self._heard = {}, {}
        return self._shared.reset()

    def clear(self, key):
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
        """Tell the shared storage what was counted since the last time, and hear what all counted together."""
        with self._guard:
            if now < self._next_telling:
                return
            self._next_telling = now + self._seconds
            untold, self._untold = self._untold, {}
        # Good for twice as long as until the next telling, so that nothing is forgotten in between.
        until = now + 2 * self._seconds
        self._heard = {
            key: (self._shared.incr(key, window, amount), until)
            for key, (amount, window) in untold.items()
        }
