"""Tests of how the processes of a site share how busy they are."""

import threading
import time
from datetime import timedelta

import pytest

from campaign.db.group_commit import GroupCommit
from campaign.extensions import db, write
from campaign.process.clock import utcnow
from campaign.surge import monitor as monitor_module
from campaign.surge.levels import DEFAULT_INTERVAL_MS, MIN_INTERVALS_MS, SurgeLevel
from campaign.surge.models import SurgeReport
from campaign.surge.monitor import SurgeMonitor
from campaign.surge.operations import report_level
from campaign.surge.queries import shared_level
from campaign.surge.state import STATE, SurgeState, follow_surge, surge_level

pytestmark = pytest.mark.both_databases


def shared():
    with db.engine.connect() as connection:
        return shared_level(connection)


def end(level):
    def set_end():
        row = db.session.get(SurgeReport, level)
        row.ends_at = utcnow() - timedelta(minutes=1)

    write(set_end)


def test_highest_level_that_is_valid_is_that_of_the_site(app):
    assert shared().level == SurgeLevel.NONE
    write(report_level, level=2, reason="database")
    write(report_level, level=4, reason="commits")
    assert (shared().level, shared().reason) == (SurgeLevel.EMAILS_WAIT, "commits")
    end(4)
    assert (shared().level, shared().reason) == (SurgeLevel.PAGES_OLDER, "database")
    end(2)
    assert shared().level == SurgeLevel.NONE


def test_level_lasts_since_it_was_entered(app):
    write(report_level, level=3, reason="commits")
    since = shared().since
    write(report_level, level=3, reason="threads")
    assert (shared().since, shared().reason) == (since, "threads")
    end(3)
    write(report_level, level=3, reason="threads")
    assert shared().since > since


def test_another_process_follows(app):
    write(report_level, level=3, reason="commits")
    assert surge_level() == SurgeLevel.NONE
    follow_surge()
    assert surge_level() == SurgeLevel.WORK_WAITS
    end(3)
    follow_surge()
    assert surge_level() == SurgeLevel.NONE


def test_site_has_the_higher_of_the_own_and_shared_levels():
    state = SurgeState()
    state.set_measured(SurgeLevel.PULSE_SLOWS, 3000)
    assert (state.level, state.next_ms) == (SurgeLevel.PULSE_SLOWS, 3000)
    state.set_shared(SurgeLevel.EMAILS_WAIT)
    assert state.level == SurgeLevel.EMAILS_WAIT
    assert state.next_ms == MIN_INTERVALS_MS[SurgeLevel.EMAILS_WAIT]
    state.set_shared(SurgeLevel.NONE)
    assert (state.level, state.next_ms) == (SurgeLevel.PULSE_SLOWS, 3000)


@pytest.mark.parametrize("max_level", [0, 1, 3, 5])
def test_level_never_exceeds_what_the_operator_allows(max_level):
    state = SurgeState(max_level)
    for set_level in (state.set_shared, lambda level: state.set_measured(level, 7000)):
        set_level(SurgeLevel.SIGNING_RETRIES)
        assert state.level == max_level
    assert (state.next_ms > DEFAULT_INTERVAL_MS) == (max_level > 0)


class BusyControl:
    """A control that has measured the same level at all times."""

    def __init__(self, level):
        self.level, self.next_ms, self.reason = level, 10_000, "threads"

    def note(self, measured, now):
        self.measured = measured


def make_monitor(app, level=SurgeLevel.NONE, queue_seconds=0.0):
    monitor = SurgeMonitor(app, lambda: queue_seconds)
    monitor.control = BusyControl(level)
    return monitor


def test_busy_process_reports_its_level_and_a_calm_one_follows(app):
    busy = make_monitor(app, SurgeLevel.WORK_WAITS)
    busy.measure(0.5)
    busy.share()
    app.extensions[STATE] = SurgeState()
    calm = make_monitor(app)
    calm.share()
    assert app.extensions[STATE].level == SurgeLevel.WORK_WAITS
    calm.measure(0.0)
    assert app.extensions[STATE].level == SurgeLevel.WORK_WAITS
    # A process that only follows reports nothing itself. Otherwise no level would ever end.
    end(3)
    calm.share()
    assert app.extensions[STATE].level == SurgeLevel.NONE


def test_busy_process_reports_no_more_than_the_operator_allows(app):
    app.extensions[STATE] = SurgeState(max_level=2)
    busy = make_monitor(app, SurgeLevel.SIGNING_RETRIES)
    busy.measure(0.5)
    busy.share()
    assert shared().level == SurgeLevel.PAGES_OLDER


def test_level_that_rises_is_shared_at_once_and_only_once(app):
    busy = make_monitor(app, SurgeLevel.WORK_WAITS)
    assert not busy._changed.is_set()
    busy.measure(0.5)
    assert busy._changed.is_set()
    busy._changed.clear()
    busy.measure(0.5)
    assert not busy._changed.is_set()


def test_monitor_measures_threads_and_a_database_that_hangs(app):
    monitor = make_monitor(app, queue_seconds=0.7)
    monitor.share()
    monitor.measure(0.02)
    assert monitor.control.measured["threads"] == 0.7
    assert monitor.control.measured["processor"] == 0.02
    assert monitor.control.measured["database"] < 5
    monitor._asked_at = time.monotonic() - 60
    monitor.measure(0.0)
    assert monitor.control.measured["connections"] >= 60


def test_threads_of_the_monitor_measure_and_share(app, monkeypatch):
    measured, shared_once = threading.Event(), threading.Event()

    def rest_after(event):
        event.set()
        # The threads last as long as the process, and should not disturb other tests.
        threading.Event().wait()

    monkeypatch.setattr(monitor_module, "TICK_SECONDS", 0.001)
    monkeypatch.setattr(SurgeMonitor, "measure", lambda self, late: rest_after(measured))
    monkeypatch.setattr(SurgeMonitor, "share", lambda self: rest_after(shared_once))
    SurgeMonitor(app, lambda: 0.0).start()
    assert measured.wait(5)
    assert shared_once.wait(5)


def test_commit_that_hangs_is_measured_while_it_hangs():
    hanging, release = threading.Event(), threading.Event()
    group = GroupCommit(lambda: BatchThatHangs(hanging, release))
    assert group.seconds(time.monotonic()) == 0
    thread = threading.Thread(target=group.run, args=[lambda: None])
    thread.start()
    assert hanging.wait(5)
    assert group.seconds(time.monotonic() + 60) >= 60
    release.set()
    thread.join(5)
    # It counts once. Without new commits there is nothing to wait for.
    assert 0 < group.seconds(time.monotonic() + 60) < 60
    assert group.seconds(time.monotonic()) == 0


class BatchThatHangs:
    def __init__(self, hanging, release):
        self.hanging, self.release = hanging, release

    def __enter__(self):
        self.hanging.set()
        self.release.wait(5)

    def __exit__(self, *_):
        return False
