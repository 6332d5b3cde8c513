"""How often live pages may poll, measured by how late this process's threads are woken."""

import threading
import time

DEFAULT_INTERVAL_MS = 1000
MAX_INTERVAL_MS = 10_000
# The interval moves in steps, so that every process gives the same answer and an unchanged count
# gets a 304.
STEPS_MS = (DEFAULT_INTERVAL_MS, 1500, 2000, 3000, 4500, 7000, MAX_INTERVAL_MS)
TICK = 0.1
LATE = 0.06
EARLY = 0.015


class PollInterval:
    """A thread that wakes ten times a second, and slows down polling when it is woken late.

    Lateness measures what a visitor feels: a busy processor, or a held GIL. `next_ms` stays between
    1,000 and 10,000 and recovers automatically.
    """

    def __init__(self) -> None:
        self._ms: float = DEFAULT_INTERVAL_MS
        self._lateness = 0.0

    @property
    def next_ms(self) -> int:
        """Return the milliseconds until a page's next poll."""
        return max(step for step in STEPS_MS if step <= self._ms)

    def start(self) -> "PollInterval":
        """Start measuring in a daemon thread; return self."""
        threading.Thread(target=self._watch, name="poll-interval", daemon=True).start()
        return self

    def note(self, lateness: float) -> None:
        """Record one measurement in seconds, and adjust the interval."""
        self._lateness += (lateness - self._lateness) * 0.1
        if self._lateness > LATE:
            self._ms = min(MAX_INTERVAL_MS, self._ms * 1.05)
        elif self._lateness < EARLY:
            self._ms = max(DEFAULT_INTERVAL_MS, self._ms * 0.97)

    def _watch(self) -> None:
        while True:
            before = time.monotonic()
            time.sleep(TICK)
            self.note(time.monotonic() - before - TICK)
