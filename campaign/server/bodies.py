"""Read request bodies in the server, with a time limit, so that no thread waits for them."""

import threading
import time
from collections.abc import Callable
from typing import Any, Self

from granian._granian import RSGIHTTPProtocol as HTTPProtocol

BODY_SECONDS = 10
# At this rate 256 KB take BODY_SECONDS. A larger body may take proportionally longer.
MIN_BYTES_PER_SECOND = 26_000
# Memory that one process reserves for incomplete bodies, not counting small forms.
MAX_WAITING_BYTES = 128 * 1024 * 1024
SMALL_BYTES = 16 * 1024
CHECK_SECONDS = 0.5


class BodyError(Exception):
    """A body that was not read completely. `status` is the HTTP status to respond with."""

    status = 400


class BodyTooSlow(BodyError):
    """The client sent the body too slowly."""

    status = 408


class BodyTooLarge(BodyError):
    """The body is longer than this request may send."""

    status = 413


class TooManyBodies(BodyError):
    """Too many bodies are being read. No memory is left for this one."""

    status = 503


class BodyReader:
    """Reads the bodies of many requests at once, and cancels those that take too long."""

    def __init__(self) -> None:
        self._waiting: set[_Body] = set()
        self._reserved = 0
        self._lock = threading.Lock()
        self._shortest_wait: float | None = None

    def start(self) -> Self:
        """Start the thread that cancels slow bodies and return this object."""
        threading.Thread(target=self._watch, name="bodies", daemon=True).start()
        return self

    def read(
        self,
        proto: HTTPProtocol,
        length: int | None,
        max_bytes: int,
        done: Callable[[bytes | None, BodyError | None], object],
    ) -> None:
        """Read a request's body, then call `done(body, error)` once, on a thread of the server.

        `length` is the Content-Length, or None if the body comes in chunks of unknown total length.
        """
        size = max_bytes if length is None else length
        body = _Body(self, proto, size, done)
        if not self._reserve(body):
            done(None, TooManyBodies())
        elif length is None:
            body.read_chunks()
        else:
            body.read_whole()

    def take_shortest_wait(self) -> float:
        """Return the shortest time in which a small body was read since the last call, or 0.

        A small body usually arrives with its request. So if even the quickest took long, it waited
        for a thread.
        """
        shortest, self._shortest_wait = self._shortest_wait, None
        return shortest or 0.0

    def note_wait(self, seconds: float) -> None:
        """Note how long the body of a small request took. It may run on any thread."""
        shortest = self._shortest_wait
        if shortest is None or seconds < shortest:
            self._shortest_wait = seconds

    def close_slow(self, now: float) -> None:
        """Cancel the bodies whose deadline has passed at `now` (monotonic seconds)."""
        for body in list(self._waiting):
            if body.deadline <= now:
                body.cancel()

    def release(self, body: "_Body") -> None:
        """Forget a body that has ended, and free the memory reserved for it."""
        with self._lock:
            self._waiting.discard(body)
            self._reserved -= body.reserved

    def _reserve(self, body: "_Body") -> bool:
        with self._lock:
            if body.reserved and self._reserved + body.reserved > MAX_WAITING_BYTES:
                return False
            self._reserved += body.reserved
            self._waiting.add(body)
            return True

    def _watch(self) -> None:
        while True:
            time.sleep(CHECK_SECONDS)
            self.close_slow(time.monotonic())


class _Body:
    """A body that is being read. Granian's futures call back on any of its threads."""

    __slots__ = (
        "deadline",
        "reserved",
        "_started_at",
        "_reader",
        "_proto",
        "_max_bytes",
        "_done",
        "_future",
        "_chunks",
        "_size",
    )

    def __init__(
        self,
        reader: BodyReader,
        proto: HTTPProtocol,
        max_bytes: int,
        done: Callable[[bytes | None, BodyError | None], object],
    ) -> None:
        self._started_at = time.monotonic()
        self.deadline = self._started_at + max(BODY_SECONDS, max_bytes / MIN_BYTES_PER_SECOND)
        self.reserved = max_bytes if max_bytes > SMALL_BYTES else 0
        self._reader, self._max_bytes, self._done = reader, max_bytes, done
        # Granian's stub lacks the methods that read a body in chunks.
        self._proto: Any = proto
        self._future: Any = None
        self._chunks: list[bytes] = []
        self._size = 0

    def read_whole(self) -> None:
        self._await(self._proto(), self._receive_whole)

    def read_chunks(self) -> None:
        self._proto.__aiter__()
        self._await(self._proto.__anext__(), self._receive_chunk)

    def cancel(self) -> None:
        future = self._future
        if future is not None:
            # This does nothing if the future has completed in the meantime.
            future.cancel()

    def _await(self, future: Any, callback: Callable[[Any], None]) -> None:
        self._future = future
        future.add_done_callback(callback, context=None)

    def _receive_whole(self, future: Any) -> None:
        try:
            body = self._result(future)
        except BodyError as error:
            self._finish(None, error)
        else:
            self._finish(body, None)

    def _receive_chunk(self, future: Any) -> None:
        try:
            chunk = self._result(future)
            self._size += len(chunk)
            if self._size > self._max_bytes:
                raise BodyTooLarge
        except BodyError as error:
            self._finish(None, error)
            return
        if chunk:
            self._chunks.append(chunk)
            self._await(self._proto.__anext__(), self._receive_chunk)
        else:
            self._finish(b"".join(self._chunks), None)

    def _result(self, future: Any) -> bytes:
        if future.cancelled():
            raise BodyTooSlow
        try:
            return bytes(future.result())
        except Exception as error:
            # The client disconnected before the end.
            raise BodyError from error

    def _finish(self, body: bytes | None, error: BodyError | None) -> None:
        # The future refers to us as well, which the garbage collector cannot see. Without this,
        # neither the request nor its connection would ever be freed.
        self._future = None
        self._reader.release(self)
        if not self.reserved and error is None:
            self._reader.note_wait(time.monotonic() - self._started_at)
        self._done(body, error)
