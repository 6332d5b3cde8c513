"""The levels at which the site sheds work in a rush, and when each is entered and left."""

from collections.abc import Mapping
from enum import IntEnum

DEFAULT_INTERVAL_MS = 1000
MAX_INTERVAL_MS = 10_000
# The interval moves in steps, so that every process gives the same answer and an unchanged count
# gets a 304.
INTERVALS_MS = (DEFAULT_INTERVAL_MS, 1500, 2000, 3000, 4500, 7000, MAX_INTERVAL_MS)
# After how many seconds of each kind of waiting signing is no longer answered in time: a load of 1.
# A request waits for a thread twice, and only the second time is measured.
LIMITS = {"processor": 0.5, "threads": 0.5, "commits": 1.0, "connections": 1.0, "database": 1.0}
# One slow moment is no rush. Measurements are taken ten times a second, and average over about one.
SMOOTHING = 0.1
# The load at which each level is entered, beginning with the first.
ENTRY_LOADS = (0.12, 0.25, 0.45, 0.7, 1.0)
# A level is left below this share of its entry load. In between, the site stays as it is.
EXIT_SHARE = 0.5
# Below this load, open pages poll faster again. A page learns of a shorter interval only after the
# longer one. So the interval shrinks by a fifth of itself until then: otherwise all pages would
# become too fast together, again and again.
QUIET_LOAD = 0.03
SHRINKAGE = 0.2
TICK_MS = 100
# Each level gets this long to help before the next is entered.
RISE_SECONDS = 1.0
# The load must be low for this long before a level is left.
FALL_SECONDS = 5.0


class SurgeLevel(IntEnum):
    """How much the site sheds. Each level includes those before it."""

    NONE = 0
    PULSE_SLOWS = 1
    PAGES_OLDER = 2
    WORK_WAITS = 3
    EMAILS_WAIT = 4
    SIGNING_RETRIES = 5


# Open pages poll no faster than this while the site has the level.
MIN_INTERVALS_MS = (DEFAULT_INTERVAL_MS, 1500, 2000, 4500, 7000, MAX_INTERVAL_MS)


class SurgeControl:
    """Turns what one process measures into a level and a polling interval.

    Call `note` ten times a second. The interval grows while the load is above the entry of the
    first level, and shrinks again when it is quiet. So it settles where the server can keep up. The
    other levels rise one by one, and fall one by one.
    """

    def __init__(self) -> None:
        self.load = 0.0
        self.reason = ""
        self._averages = dict.fromkeys(LIMITS, 0.0)
        self._interval_ms: float = DEFAULT_INTERVAL_MS
        self._level = SurgeLevel.NONE
        self._changing_since: float | None = None

    @property
    def next_ms(self) -> int:
        """Return the milliseconds until a page's next poll."""
        return max(step for step in INTERVALS_MS if step <= self._interval_ms)

    @property
    def level(self) -> SurgeLevel:
        """Return the level of this process."""
        if self._level == SurgeLevel.NONE and self.next_ms > DEFAULT_INTERVAL_MS:
            return SurgeLevel.PULSE_SLOWS
        return self._level

    def note(self, measured: Mapping[str, float], now: float) -> None:
        """Take measurements, in seconds by their name in LIMITS, at `now` (monotonic seconds)."""
        for name, seconds in measured.items():
            self._averages[name] += (seconds - self._averages[name]) * SMOOTHING
        loads = {name: average / LIMITS[name] for name, average in self._averages.items()}
        self.reason = max(loads, key=lambda name: loads[name])
        self.load = loads[self.reason]
        self._adjust_interval()
        self._adjust_level(now)

    def _adjust_interval(self) -> None:
        if self.load > ENTRY_LOADS[0]:
            self._interval_ms = min(MAX_INTERVAL_MS, self._interval_ms * 1.05)
        elif self.load < QUIET_LOAD:
            self._interval_ms = max(DEFAULT_INTERVAL_MS, self._interval_ms - SHRINKAGE * TICK_MS)

    def _adjust_level(self, now: float) -> None:
        if self._level < _levels_reached(self.load):
            step, seconds = 1, RISE_SECONDS
        elif self._level > _levels_reached(self.load / EXIT_SHARE):
            step, seconds = -1, FALL_SECONDS
        else:
            self._changing_since = None
            return
        if self._changing_since is None:
            self._changing_since = now
        elif now - self._changing_since >= seconds:
            self._level = SurgeLevel(self._level + step)
            self._changing_since = None


def _levels_reached(load: float) -> int:
    return sum(load >= entry for entry in ENTRY_LOADS)
