"""Tests that rate limits continue while the shared storage is unreachable."""

import pytest
from limits import RateLimitItemPerMinute
from limits.strategies import FixedWindowRateLimiter

from campaign.process import circuit_breaker
from campaign.security import rate_limit_storage as module
from campaign.security.rate_limit_storage import (
    AWAY_SECONDS,
    FallbackStorage,
    SqliteStorage,
    limit_storage,
)
from tests.redis_server import FULL, redis_server
from tests.security.clocks import Clock


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    monkeypatch.setattr(circuit_breaker, "monotonic", clock.monotonic)
    return clock


@pytest.fixture
def path(tmp_path):
    return tmp_path / "counters.sqlite3"


def test_unusable_file_still_limits(path, clock):
    path.mkdir()
    limiter = FixedWindowRateLimiter(FallbackStorage(SqliteStorage(path)))
    three = RateLimitItemPerMinute(3)
    assert [limiter.hit(three, "amalia") for _ in range(4)] == [True, True, True, False]
    assert limiter.test(three, "teo") and not limiter.test(three, "amalia")
    assert limiter.get_window_stats(three, "amalia").remaining == 0


def test_damaged_file_blocks_no_request(path, clock):
    path.write_bytes(b"no database" * 1000)
    assert FallbackStorage(SqliteStorage(path)).incr("amalia", 60) == 1


def test_unreachable_redis_blocks_no_request(clock):
    counters = limit_storage({"REDIS_URL": "redis://127.0.0.1:1/0"})
    assert [counters.incr("amalia", 60) for _ in range(2)] == [1, 2]


def test_unreachable_storage_is_not_asked_every_time_and_is_retried(path, clock, caplog):
    path.mkdir()
    counters = FallbackStorage(SqliteStorage(path))
    for _ in range(5):
        counters.incr("amalia", 60)
    assert caplog.text.count("counts by itself") == 1
    path.rmdir()
    clock.now += AWAY_SECONDS
    assert counters.incr("amalia", 60) == 1
    assert SqliteStorage(path).get("amalia") == 1


def test_storage_says_whether_it_is_shared(path, clock):
    path.mkdir()
    counters = FallbackStorage(SqliteStorage(path))
    assert not counters.is_shared()
    path.rmdir()
    clock.now += AWAY_SECONDS
    assert counters.is_shared()


def test_redis_that_refuses_to_write_is_not_shared():
    with redis_server() as url:
        assert limit_storage({"REDIS_URL": url}).is_shared()
    with redis_server(FULL) as url:
        assert not limit_storage({"REDIS_URL": url}).is_shared()


def test_unresponsive_redis_does_not_delay_requests():
    waits = limit_storage(
        {"REDIS_URL": "redis://127.0.0.1:1/0"}
    )._shared.storage.connection_pool.connection_kwargs
    assert 0 < waits["socket_timeout"] <= 1 and 0 < waits["socket_connect_timeout"] <= 1
