"""Tests of values that are kept in memory for seconds."""

import threading

import pytest

from campaign.process.snapshot import Snapshot

TIMEOUT_SECONDS = 15


def fail():
    raise LookupError


def test_value_is_loaded_once_until_it_expires_or_is_forgotten():
    values = iter(range(9))
    kept, expired = Snapshot(3600), Snapshot(0)
    assert [kept.get(lambda: next(values)) for _ in range(2)] == [0, 0]
    kept.forget()
    assert kept.get(lambda: next(values)) == 1
    assert [expired.get(lambda: next(values)) for _ in range(2)] == [2, 3]


def test_previous_value_stays_while_loading_fails():
    snapshot = Snapshot(0)
    with pytest.raises(LookupError):
        snapshot.get(fail)
    assert snapshot.get(lambda: 1) == 1
    assert snapshot.get(fail) == 1


def test_others_get_the_previous_value_while_one_thread_loads():
    snapshot = Snapshot(0)
    snapshot.get(lambda: "old")
    started, finish = threading.Event(), threading.Event()

    def load():
        started.set()
        assert finish.wait(TIMEOUT_SECONDS)
        return "new"

    loader = threading.Thread(target=snapshot.get, args=(load,))
    loader.start()
    assert started.wait(TIMEOUT_SECONDS)
    assert snapshot.get(fail) == "old"
    finish.set()
    loader.join(TIMEOUT_SECONDS)
    assert snapshot.get(fail) == "new"


def test_others_wait_for_the_next_value_if_theirs_expired_long_ago(monkeypatch):
    monkeypatch.setattr("campaign.process.snapshot.WAIT_SECONDS", TIMEOUT_SECONDS)
    snapshot = Snapshot(0)
    snapshot.get(lambda: "of yesterday")
    started, finish, seen = threading.Event(), threading.Event(), []

    def load():
        started.set()
        assert finish.wait(TIMEOUT_SECONDS)
        snapshot._seconds = 3600
        return "new"

    loader = threading.Thread(target=snapshot.get, args=(load,))
    loader.start()
    assert started.wait(TIMEOUT_SECONDS)
    reader = threading.Thread(target=lambda: seen.append(snapshot.get(fail)))
    reader.start()
    finish.set()
    for thread in (loader, reader):
        thread.join(TIMEOUT_SECONDS)
    assert seen == ["new"]


def test_threads_without_a_previous_value_load_it_too_instead_of_waiting():
    snapshot = Snapshot(3600)
    started, finish = threading.Event(), threading.Event()

    def load():
        started.set()
        assert finish.wait(TIMEOUT_SECONDS)
        return "first"

    loader = threading.Thread(target=snapshot.get, args=(load,))
    loader.start()
    assert started.wait(TIMEOUT_SECONDS)
    assert snapshot.get(lambda: "second") == "second"
    finish.set()
    loader.join(TIMEOUT_SECONDS)


def test_value_forgotten_while_it_was_loaded_is_not_kept():
    snapshot = Snapshot(3600)

    def load():
        snapshot.forget()
        return "before the change"

    snapshot.get(load)
    assert snapshot.get(lambda: "after it") == "after it"
