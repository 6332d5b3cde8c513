"""Tests of the caches with a time to live."""

import threading
from contextlib import contextmanager

import pytest

from campaign.process import ttl_cache
from campaign.process.ttl_cache import TtlCache, TtlValue

TIMEOUT_SECONDS = 15


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


def fail():
    raise LookupError


@contextmanager
def loading(cached, value, and_then=lambda: None):
    """Let a thread load `value`. It waits until `finish` is set or the block ends."""
    started, finish = threading.Event(), threading.Event()

    def load():
        started.set()
        assert finish.wait(TIMEOUT_SECONDS)
        and_then()
        return value

    loader = threading.Thread(target=cached.get, args=(load,))
    loader.start()
    assert started.wait(TIMEOUT_SECONDS)
    yield finish
    finish.set()
    loader.join(TIMEOUT_SECONDS)


def test_value_is_loaded_once_until_it_expires_or_is_forgotten():
    values = iter(range(9))
    kept, expired = TtlValue(3600), TtlValue(0)
    assert [kept.get(lambda: next(values)) for _ in range(2)] == [0, 0]
    kept.forget()
    assert kept.get(lambda: next(values)) == 1
    assert [expired.get(lambda: next(values)) for _ in range(2)] == [2, 3]


def test_previous_value_stays_while_loading_fails():
    cached = TtlValue(0)
    with pytest.raises(LookupError):
        cached.get(fail)
    assert cached.get(lambda: 1) == 1
    assert cached.get(fail) == 1


def test_others_get_the_previous_value_while_one_thread_loads():
    cached = TtlValue(0)
    cached.get(lambda: "old")
    with loading(cached, "new"):
        assert cached.get(fail) == "old"
    assert cached.get(fail) == "new"


def test_others_wait_for_the_next_value_if_theirs_expired_long_ago(monkeypatch):
    monkeypatch.setattr(ttl_cache, "WAIT_SECONDS", TIMEOUT_SECONDS)
    cached, seen = TtlValue(0), []
    cached.get(lambda: "of yesterday")
    with loading(cached, "new", and_then=lambda: setattr(cached, "_seconds", 3600)) as finish:
        reader = threading.Thread(target=lambda: seen.append(cached.get(fail)))
        reader.start()
        finish.set()
        reader.join(TIMEOUT_SECONDS)
    assert seen == ["new"]


def test_threads_without_a_previous_value_load_it_too_instead_of_waiting():
    cached = TtlValue(3600)
    with loading(cached, "first"):
        assert cached.get(lambda: "second") == "second"


def test_value_forgotten_while_it_was_loaded_is_not_kept():
    cached = TtlValue(3600)

    def load():
        cached.forget()
        return "before the change"

    cached.get(load)
    assert cached.get(lambda: "after it") == "after it"
