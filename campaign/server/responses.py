"""Pass responses of a WSGI application to Granian: whole, as a file, or in pieces."""

import os
import re
import select
from collections.abc import Iterable, Iterator
from typing import Any

from granian._granian import RSGIHTTPProtocol as HTTPProtocol
from werkzeug.wsgi import FileWrapper

# Smaller responses are assembled before they are sent, so that no thread waits for the client.
MAX_WHOLE_BYTES = 1024 * 1024
# A client that reads nothing for this long is considered gone.
STALL_SECONDS = 60
# The server opens the pipe at once, or never if the client has already gone.
OPEN_SECONDS = 5
_RANGE = re.compile(r"bytes (\d+)-(\d+)/", re.ASCII)


class Response:
    """One response: pass `start` to the application, then `send` what it returned.

    If it `closes`, the client is told to open a new connection for its next request.
    """

    def __init__(self, proto: HTTPProtocol, *, closes: bool = False) -> None:
        self._proto = proto
        self._closes = closes
        self.status = 500
        self.headers: list[tuple[str, str]] = []

    def start(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        """Accept status and headers. This is WSGI's `start_response`."""
        self.status = int(status[:3])
        self.headers = [*headers, ("connection", "close")] if self._closes else headers

    def send(self, chunks: Iterable[bytes]) -> None:
        """Send the body `chunks` and return when this thread has nothing left to do."""
        if isinstance(chunks, list):
            self._send_bytes(chunks[0] if len(chunks) == 1 else b"".join(chunks))
            return
        try:
            if not self._send_file(chunks):
                self._send_pieces(iter(chunks))
        finally:
            if hasattr(chunks, "close"):
                chunks.close()

    def _send_bytes(self, body: bytes) -> None:
        self._proto.response_bytes(self.status, self.headers, body)

    def _send_file(self, chunks: Iterable[bytes]) -> bool:
        """If the body is a file, let the server read it, however slow the client is.

        Returns whether it is a file.
        """
        wrapper = getattr(chunks, "iterable", chunks)
        path = getattr(wrapper.file, "name", None) if isinstance(wrapper, FileWrapper) else None
        if not isinstance(path, str):
            return False
        if wrapper is chunks:
            self._proto.response_file(self.status, self.headers, path)
            return True
        # Werkzeug wraps the file again for a range request.
        part = _RANGE.match(dict(_lowered(self.headers)).get("content-range", ""))
        if part:
            self._proto.response_file_range(
                self.status, self.headers, path, int(part[1]), int(part[2]) + 1
            )
        return part is not None

    def _send_pieces(self, pieces: Iterator[bytes]) -> None:
        first: list[bytes] = []
        size = 0
        for piece in pieces:
            first.append(piece)
            size += len(piece)
            if size > MAX_WHOLE_BYTES:
                break
        else:
            self._send_bytes(b"".join(first))
            return
        reading, writing = os.pipe()
        is_ours = True
        try:
            # Granian's own streams buffer everything in memory. A pipe makes us wait for clients.
            self._proto.response_file(self.status, self.headers, f"/dev/fd/{reading}")
            os.set_blocking(writing, False)
            if _write_first(b"".join(first), reading, writing):
                is_ours = False
                for piece in pieces:
                    if not _write(piece, writing):
                        break
        finally:
            os.close(writing)
            if is_ours:
                os.close(reading)


def _write_first(data: bytes, reading: int, writing: int) -> bool:
    """Fill the pipe, and close our copy of its reading end once the server has opened its own.

    Returns whether all of `data` was written.
    """
    # `data` is more than a pipe holds. So the pipe is full until the server begins to read.
    written = os.write(writing, data)
    if not _can_write(writing, OPEN_SECONDS):
        return False
    os.close(reading)
    return _write(memoryview(data)[written:], writing)


def _write(data: bytes | memoryview, writing: int) -> bool:
    """Write `data` as fast as it is read and return whether all of it was written."""
    left = memoryview(data)
    while left:
        try:
            left = left[os.write(writing, left) :]
        except BlockingIOError:
            if not _can_write(writing, STALL_SECONDS):
                return False
        except BrokenPipeError:
            return False
    return True


def _can_write(writing: int, seconds: float) -> bool:
    poll = select.poll()
    poll.register(writing, select.POLLOUT)
    return bool(poll.poll(seconds * 1000))


def _lowered(headers: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    return ((name.lower(), value) for name, value in headers)
