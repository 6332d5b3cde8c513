"""Tests of counters that several processes share."""

import multiprocessing
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest
from limits import RateLimitItemPerMinute
from limits.strategies import FixedWindowRateLimiter

from campaign.security import rate_limit_storage
from campaign.security.rate_limit_storage import SqliteStorage
from tests.security.clocks import Clock


@pytest.fixture
def clock(monkeypatch):
    clock = Clock(1_000_000.0)
    monkeypatch.setattr(rate_limit_storage, "time", clock)
    return clock


@pytest.fixture
def counters(tmp_path):
    return SqliteStorage(tmp_path / "new" / "counters.sqlite3")


def count_elsewhere(path, times):
    counters = SqliteStorage(path)
    for _ in range(times):
        counters.incr("amalia", 60)


def test_counter_counts(counters, clock):
    assert [counters.incr("amalia", 60) for _ in range(3)] == [1, 2, 3]
    assert counters.incr("amalia", 60, amount=5) == 8
    assert counters.get("amalia") == 8
    assert counters.get("teo") == 0


def test_counter_ends_with_its_window_and_starts_again(counters, clock):
    counters.incr("amalia", 60)
    clock.now += 30
    assert counters.incr("amalia", 60) == 2
    assert counters.get_expiry("amalia") == 1_000_060.0
    clock.now += 31
    assert counters.get("amalia") == 0
    assert counters.incr("amalia", 60) == 1
    assert counters.get_expiry("amalia") == clock.now + 60


def test_clock_set_back_makes_no_window_last_for_hours(counters, clock):
    counters.incr("amalia", 60, amount=300)
    clock.now -= 3600
    assert counters.incr("amalia", 60) == 1
    assert counters.get_expiry("amalia") == clock.now + 60


def test_counters_can_be_cleared_and_reset(counters, clock):
    for key in ("amalia", "teo"):
        counters.incr(key, 60)
    counters.clear("amalia")
    assert (counters.get("amalia"), counters.get("teo")) == (0, 1)
    counters.reset()
    assert counters.get("teo") == 0


def test_old_counters_are_deleted(counters, clock, monkeypatch, tmp_path):
    monkeypatch.setattr(rate_limit_storage, "SWEEP_EVERY", 10)
    for number in range(9):
        counters.incr(f"visitor {number}", 1)
    clock.now += 2
    counters.incr("late", 1)
    with sqlite3.connect(tmp_path / "new" / "counters.sqlite3") as file:
        assert file.execute("select key from counter").fetchall() == [("late",)]
    file.close()


def test_limiter_allows_exactly_the_limit(counters, clock):
    limiter = FixedWindowRateLimiter(counters)
    five = RateLimitItemPerMinute(5)
    assert [limiter.hit(five, "amalia") for _ in range(7)] == [True] * 5 + [False] * 2
    assert limiter.hit(five, "teo")
    assert limiter.get_window_stats(five, "amalia").reset_time == clock.now + 60


def test_threads_lose_no_count(counters):
    with ThreadPoolExecutor(8) as crowd:
        list(crowd.map(lambda _: counters.incr("amalia", 60), range(200)))
    assert counters.get("amalia") == 200


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_processes_share_a_count(counters, tmp_path):
    path = tmp_path / "new" / "counters.sqlite3"
    fork = multiprocessing.get_context("fork")
    others = [fork.Process(target=count_elsewhere, args=(path, 100)) for _ in range(2)]
    for process in others:
        process.start()
    for process in others:
        process.join(20)
        assert process.exitcode == 0
    assert counters.get("amalia") == 200


def test_storage_reports_whether_it_works(counters):
    assert counters.check()
    assert counters.base_exceptions is sqlite3.Error
