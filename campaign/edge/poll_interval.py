"""How often watching pages may ask, told by how late this process's own threads get their turn."""

import threading
import time

DEFAULT_INTERVAL_MS = 1000
MAX_INTERVAL_MS = 10_000
# What watchers are told moves in steps, so that an unchanged count is answered by 304 in every process and at every moment.
STEPS_MS = (DEFAULT_INTERVAL_MS, 1500, 2000, 3000, 4500, 7000, MAX_INTERVAL_MS)
TICK = 0.1
LATE = 0.06
EARLY = 0.015


class Pace:
    """A clock that asks to be woken ten times a second and slows the watchers when it is woken late.

    Lateness measures what a visitor feels: a processor, or Python's lock, that is taken. `next_ms` moves between 1,000 and
    10,000 and returns by itself.
    """

    def __init__(self):
        self._ms = DEFAULT_INTERVAL_MS
        self._lateness = 0.0

    @property
    def next_ms(self):
        return max(step for step in STEPS_MS if step <= self._ms)

    def start(self):
        threading.Thread(target=self._watch, name="pace", daemon=True).start()
        return self

    def note(self, lateness):
        """Take one measurement, in seconds, and move the pace."""
        self._lateness += (lateness - self._lateness) * 0.1
        if self._lateness > LATE:
            self._ms = min(MAX_INTERVAL_MS, self._ms * 1.05)
        elif self._lateness < EARLY:
            self._ms = max(DEFAULT_INTERVAL_MS, self._ms * 0.97)

    def _watch(self):
        while True:
            before = time.monotonic()
            time.sleep(TICK)
            self.note(time.monotonic() - before - TICK)
