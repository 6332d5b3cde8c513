"""Tests of reading bodies, with hand-made server futures."""

import pytest

from campaign.server import bodies
from campaign.server.bodies import BodyError, BodyReader, BodyTooLarge, BodyTooSlow, TooManyBodies


class Future:
    """A future like Granian's: it calls back on the thread that completes or cancels it."""

    def __init__(self):
        self._callback, self._result, self._cancelled = None, None, False

    def add_done_callback(self, callback, context=None):
        self._callback = callback

    def complete(self, result):
        self._result = result
        self._callback(self)

    def cancel(self):
        self._cancelled = True
        self._callback(self)

    def cancelled(self):
        return self._cancelled

    def result(self):
        if isinstance(self._result, Exception):
            raise self._result
        return self._result


class Proto:
    def __init__(self):
        self.futures = []

    def __call__(self):
        self.futures.append(Future())
        return self.futures[-1]

    def __aiter__(self):
        return self

    __anext__ = __call__


@pytest.fixture
def proto():
    return Proto()


@pytest.fixture
def reader():
    return BodyReader()


def reading(reader, proto, length, max_bytes=1000):
    results = []
    reader.read(proto, length, max_bytes, lambda body, error: results.append((body, type(error))))
    return results


def test_body_of_known_length_is_one_piece(reader, proto):
    results = reading(reader, proto, 3)
    assert results == []
    proto.futures[0].complete(b"abc")
    assert results == [(b"abc", type(None))]


def test_chunks_are_joined_up_to_the_limit(reader, proto):
    results = reading(reader, proto, None)
    for piece in (b"a" * 600, b"b" * 400, b""):
        proto.futures[-1].complete(piece)
    assert results == [(b"a" * 600 + b"b" * 400, type(None))]


def test_chunks_beyond_the_limit_are_refused(reader, proto):
    results = reading(reader, proto, None)
    proto.futures[-1].complete(b"a" * 600)
    proto.futures[-1].complete(b"b" * 401)
    assert results == [(None, BodyTooLarge)]


@pytest.mark.parametrize("length", [3, None])
def test_body_is_abandoned_when_its_time_is_over(reader, proto, monkeypatch, length):
    monkeypatch.setattr(bodies.time, "monotonic", lambda: 100)
    results = reading(reader, proto, length)
    reader.close_slow(100 + bodies.BODY_SECONDS - 1)
    assert results == []
    reader.close_slow(100 + bodies.BODY_SECONDS)
    assert results == [(None, BodyTooSlow)]


def test_longer_body_has_time_at_the_lowest_rate(reader, proto, monkeypatch):
    monkeypatch.setattr(bodies.time, "monotonic", lambda: 0)
    size = 100 * bodies.MIN_BYTES_PER_SECOND
    results = reading(reader, proto, size, max_bytes=size)
    reader.close_slow(99)
    assert results == []
    reader.close_slow(100)
    assert results == [(None, BodyTooSlow)]


def test_disconnected_sender_is_an_error(reader, proto):
    results = reading(reader, proto, 3)
    proto.futures[0].complete(RuntimeError("transport closed"))
    assert results == [(None, BodyError)]


def test_waiting_bodies_are_bounded_and_small_forms_always_read(reader, proto):
    large = bodies.MAX_WAITING_BYTES
    first = reading(reader, proto, large, max_bytes=large)
    assert reading(reader, proto, large, max_bytes=large) == [(None, TooManyBodies)]
    assert reading(reader, proto, bodies.SMALL_BYTES, max_bytes=large) == []
    proto.futures[0].complete(b"")
    assert first
    assert reading(reader, proto, large, max_bytes=large) == []
