"""Tests of the cache with a time to live."""

import pytest

from campaign.process import ttl_cache
from campaign.process.ttl_cache import TtlCache


@pytest.fixture
def clock(monkeypatch):
    """A clock in seconds that the test sets: `clock[0] = …`."""
    seconds = [100.0]
    monkeypatch.setattr(ttl_cache, "monotonic", lambda: seconds[0])
    return seconds


def test_value_is_loaded_again_after_its_time(clock):
    cache = TtlCache(2)
    assert cache.get("key", lambda: "first") == "first"
    clock[0] += 1.9
    assert cache.get("key", lambda: "second") == "first"
    clock[0] += 0.1
    assert cache.get("key", lambda: "second") == "second"


def test_without_seconds_nothing_is_kept(clock):
    cache = TtlCache(0)
    assert cache.get("key", lambda: "first") == "first"
    assert cache.get("key", lambda: "second") == "second"


def test_none_is_not_kept(clock):
    cache = TtlCache(2)
    assert cache.get("key", lambda: None) is None
    assert cache.get("key", lambda: "value") == "value"


def test_full_cache_starts_over(clock):
    cache = TtlCache(2, max_entries=2)
    for key in "abc":
        assert cache.get(key, lambda key=key: key) == key
    assert cache.get("c", lambda: "again") == "c"
    assert cache.get("a", lambda: "again") == "again"


def test_expired_key_is_renewed_without_clearing_others(clock):
    cache = TtlCache(2, max_entries=2)
    cache.get("a", lambda: "a")
    clock[0] += 1.5
    cache.get("b", lambda: "b")
    clock[0] += 1
    assert cache.get("a", lambda: "new") == "new"
    assert cache.get("b", lambda: "again") == "b"
