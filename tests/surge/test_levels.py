"""Tests of when the levels of a surge are entered and left, with a clock of our own."""

from collections import Counter

import pytest

from campaign.surge.levels import (
    DEFAULT_INTERVAL_MS,
    ENTRY_LOADS,
    FALL_SECONDS,
    LIMITS,
    MAX_INTERVAL_MS,
    RISE_SECONDS,
    SurgeControl,
    SurgeLevel,
)

TICK = 0.1


class Crowd:
    """A control that is told ten times a second how long people wait."""

    def __init__(self):
        self.control = SurgeControl()
        self.now = 1000.0

    def wait(self, seconds, *, name="processor", times=None, ticks=None):
        """Measure the same value several times and return the level."""
        for _ in range(ticks if ticks is not None else round(times / TICK)):
            self.now += TICK
            self.control.note({**dict.fromkeys(LIMITS, 0.0), name: seconds}, self.now)
        return self.control.level


def test_idle_server_lets_pages_poll_every_second():
    crowd = Crowd()
    assert crowd.wait(0.001, ticks=1000) == SurgeLevel.NONE
    assert crowd.control.next_ms == DEFAULT_INTERVAL_MS == 1000


def test_one_late_moment_slows_nobody():
    crowd = Crowd()
    assert crowd.wait(0.3, ticks=1) == SurgeLevel.NONE
    assert crowd.control.next_ms == DEFAULT_INTERVAL_MS


def test_server_that_stays_late_slows_polling_to_ten_seconds():
    crowd = Crowd()
    crowd.wait(0.2, ticks=20)
    assert DEFAULT_INTERVAL_MS < crowd.control.next_ms < MAX_INTERVAL_MS
    assert crowd.control.level >= SurgeLevel.PULSE_SLOWS
    crowd.wait(0.2, ticks=1000)
    assert crowd.control.next_ms == MAX_INTERVAL_MS == 10_000


def test_interval_changes_in_steps_so_that_etags_stay():
    crowd, intervals = Crowd(), []
    for _ in range(100):
        crowd.wait(0.2, ticks=1)
        intervals.append(crowd.control.next_ms)
    assert sorted(set(intervals)) == [1000, 1500, 2000, 3000, 4500, 7000, 10_000]
    assert intervals == sorted(intervals)


def test_interval_settles_where_the_server_can_keep_up():
    crowd = Crowd()
    crowd.wait(0.2, ticks=50)
    crowd.wait(0.03, ticks=50)
    before = crowd.control.next_ms
    crowd.wait(0.03, ticks=50)
    assert crowd.control.next_ms == before
    # As long as pages poll less often, the first step is taken.
    crowd.wait(0.03, ticks=1000)
    assert crowd.control.level == SurgeLevel.PULSE_SLOWS


@pytest.mark.parametrize(("pages", "longest"), [(20_000, 0.5), (60_000, 1), (140_000, 3)])
def test_requests_of_many_open_pages_do_not_come_in_waves(pages, longest):
    """A page learns of a new interval only when it asks next, up to ten seconds later."""
    waits = waits_of_pages(pages, served_per_tick=1500, minutes=6)
    settled = sorted(waits[len(waits) // 3 :])
    assert settled[int(0.99 * len(settled))] < longest


def waits_of_pages(pages, *, served_per_tick, minutes):
    """Return how long requests wait, in seconds, every 100 ms. All pages open in one minute.

    As in browsers, each request comes up to a tenth of the interval later.
    """
    crowd, waits, waiting = Crowd(), [], 0
    due = Counter(dict.fromkeys(range(600), pages // 600))
    for tick in range(round(minutes * 60 / TICK)):
        waiting += due.pop(tick, 0)
        served = min(waiting, served_per_tick)
        waiting -= served
        soonest = round(crowd.control.next_ms / 1000 / TICK)
        spread = 1 + soonest // 10
        for later in range(spread):
            due[tick + soonest + later] += served // spread + (later < served % spread)
        waits.append(waiting / served_per_tick * TICK)
        crowd.wait(waits[-1], name="threads", ticks=1)
    return waits


@pytest.mark.parametrize("name", LIMITS)
@pytest.mark.parametrize("level", list(SurgeLevel)[1:])
def test_each_level_is_entered_by_each_measurement_and_left_later(name, level):
    crowd = Crowd()
    seconds = ENTRY_LOADS[level - 1] * LIMITS[name] * 1.05
    assert crowd.wait(seconds, name=name, times=60) == level
    assert crowd.control.reason == name
    assert crowd.wait(0, name=name, times=60) == SurgeLevel.NONE
    assert crowd.control.next_ms == DEFAULT_INTERVAL_MS


def test_levels_rise_and_fall_one_by_one():
    crowd, levels = Crowd(), []
    for seconds, times in ((2, 20), (0, 60)):
        for _ in range(round(times / TICK)):
            crowd.wait(seconds, ticks=1)
            if not levels or levels[-1] != crowd.control.level:
                levels.append(crowd.control.level)
    assert levels == [0, 1, 2, 3, 4, 5, 4, 3, 2, 1, 0]


def test_each_level_gets_time_to_help():
    crowd = Crowd()
    crowd.wait(5, times=RISE_SECONDS)
    assert crowd.control.level <= SurgeLevel.PULSE_SLOWS
    crowd.wait(5, times=5 * RISE_SECONDS + 1)
    assert crowd.control.level == SurgeLevel.SIGNING_RETRIES


def test_level_stays_until_the_load_is_clearly_lower():
    crowd = Crowd()
    limit = LIMITS["commits"]
    high = ENTRY_LOADS[2] * limit
    assert crowd.wait(high * 1.1, name="commits", times=20) == SurgeLevel.WORK_WAITS
    assert crowd.wait(high * 0.7, name="commits", times=60) == SurgeLevel.WORK_WAITS
    assert crowd.wait(high * 0.3, name="commits", times=FALL_SECONDS / 2) == SurgeLevel.WORK_WAITS
    assert crowd.wait(high * 0.3, name="commits", times=60) < SurgeLevel.WORK_WAITS
