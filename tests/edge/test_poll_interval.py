"""Tests of how often open pages may poll."""

import threading

from campaign.edge import poll_interval
from campaign.edge.poll_interval import DEFAULT_INTERVAL_MS, MAX_INTERVAL_MS, PollInterval


def noted(poll_interval, lateness, times):
    for _ in range(times):
        poll_interval.note(lateness)
    return poll_interval.next_ms


def test_idle_server_lets_pages_poll_every_second():
    assert noted(PollInterval(), 0.001, 1000) == DEFAULT_INTERVAL_MS == 1000


def test_one_late_moment_slows_nobody():
    assert noted(PollInterval(), 0.3, 1) == DEFAULT_INTERVAL_MS


def test_server_that_stays_late_slows_polling_to_ten_seconds():
    interval = PollInterval()
    after_two_seconds = noted(interval, 0.2, 20)
    assert DEFAULT_INTERVAL_MS < after_two_seconds < MAX_INTERVAL_MS
    assert noted(interval, 0.2, 1000) == MAX_INTERVAL_MS == 10_000


def test_interval_recovers_automatically():
    interval = PollInterval()
    noted(interval, 0.2, 1000)
    assert noted(interval, 0.0, 1000) == DEFAULT_INTERVAL_MS


def test_interval_changes_in_steps_so_that_etags_stay():
    interval = PollInterval()
    intervals = [noted(interval, 0.2, 1) for _ in range(100)]
    assert sorted(set(intervals)) == [1000, 1500, 2000, 3000, 4500, 7000, 10_000]
    assert intervals == sorted(intervals)


def test_interval_stays_between_late_and_early():
    interval = PollInterval()
    noted(interval, 0.2, 50)
    before = noted(interval, 0.03, 50)
    assert noted(interval, 0.03, 50) == before


def test_watch_measures_how_late_it_is_woken(monkeypatch):
    measured = threading.Event()
    monkeypatch.setattr(poll_interval, "TICK", 0.001)
    monkeypatch.setattr(
        PollInterval, "note", lambda self, lateness: lateness >= 0 and measured.set()
    )
    PollInterval().start()
    assert measured.wait(5)
