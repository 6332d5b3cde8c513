"""Tests of counters that reach the shared storage a moment later."""

import pytest

from campaign.security import sqlite_storage, write_behind_storage
from campaign.security.sqlite_storage import SqliteStorage
from campaign.security.write_behind_storage import WriteBehindStorage
from tests.security.clocks import Clock


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(write_behind_storage, "time", clock)
    return clock


@pytest.fixture
def shared(tmp_path):
    return SqliteStorage(tmp_path / "counters.sqlite3")


@pytest.fixture
def counters(clock, shared):
    return WriteBehindStorage(shared, 0.25)


def test_local_hits_are_known_locally_at_once(counters):
    assert [counters.incr("amalia", 60) for _ in range(3)] == [1, 2, 3]
    assert counters.get("amalia") == 3


def test_other_processes_see_hits_within_the_given_time(counters, shared, clock):
    counters.incr("amalia", 60)
    counters.incr("amalia", 60)
    assert shared.get("amalia") == 0
    clock.now += 0.3
    counters.incr("amalia", 60)
    assert shared.get("amalia") == 3


def test_two_processes_count_together(counters, shared, clock):
    other = WriteBehindStorage(shared, 0.25)
    for _ in range(5):
        counters.incr("amalia", 60)
        other.incr("amalia", 60)
    clock.now += 0.3
    counters.incr("amalia", 60)
    assert other.incr("amalia", 60) == 12
    assert counters.incr("amalia", 60) == 7
    clock.now += 0.3
    assert counters.incr("amalia", 60) == 14


def test_reading_includes_the_hits_of_others(counters, shared):
    shared.incr("amalia", 60, amount=7)
    assert counters.get("amalia") == 7


def test_reading_again_at_once_does_not_ask_the_shared_storage(counters, shared, clock):
    assert counters.get("amalia") == 0
    shared.incr("amalia", 60, amount=7)
    assert counters.get("amalia") == 0
    clock.now += 0.3
    assert counters.get("amalia") == 7


def test_cleared_counter_starts_again(counters, shared):
    counters.incr("amalia", 60)
    counters.clear("amalia")
    assert counters.get("amalia") == 0
    assert counters.incr("amalia", 60) == 1


def test_resetting_deletes_everything(counters, shared, clock):
    counters.incr("amalia", 60)
    clock.now += 0.3
    counters.incr("amalia", 60)
    counters.reset()
    assert counters.get("amalia") == 0
    assert shared.get("amalia") == 0


def test_pausing_does_not_restart_the_count(counters, clock):
    counters.incr("amalia", 60, amount=300)
    # Others are counted in the meantime, and her counter gets no more hits.
    for _ in range(4):
        clock.now += 0.3
        counters.incr("teo", 60)
    assert counters.incr("amalia", 60) == 301


def test_window_that_began_here_ends_on_time(counters, clock, monkeypatch):
    monkeypatch.setattr(sqlite_storage, "time", clock)
    counters.incr("amalia", 60)
    assert counters.get_expiry("amalia") == clock.now + 60
    clock.now += 0.3
    counters.incr("amalia", 60)
    assert counters.get_expiry("amalia") == clock.now + 60
