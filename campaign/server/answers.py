"""Answers of a WSGI application, handed to Granian: whole, as a file, or piece by piece."""

import os
import re
import select

from werkzeug.wsgi import FileWrapper

# Up to here an answer is put together before it is sent, and no thread waits for the reader.
MAX_WHOLE_BYTES = 1024 * 1024
# A reader who takes nothing for so long has gone; the server begins at once, or never where the reader has gone before.
STALL_SECONDS = 60
OPEN_SECONDS = 5
_RANGE = re.compile(r"bytes (\d+)-(\d+)/", re.ASCII)


class Answer:
    """One answer: pass `start` to the application, then `send` what it returned."""

    def __init__(self, proto):
        self._proto = proto
        self.status, self.headers = 500, []

    def start(self, status, headers, exc_info=None):
        """Take status and headers, as WSGI's `start_response`."""
        self.status, self.headers = int(status[:3]), headers

    def send(self, chunks):
        """Send the body `chunks`; return once no more is needed of this thread."""
        if isinstance(chunks, list):
            self._send_bytes(chunks[0] if len(chunks) == 1 else b"".join(chunks))
            return
        try:
            if not self._send_file(chunks):
                self._send_pieces(iter(chunks))
        finally:
            if hasattr(chunks, "close"):
                chunks.close()

    def _send_bytes(self, body):
        self._proto.response_bytes(self.status, self.headers, body)

    def _send_file(self, chunks):
        """Let the server read a file by itself, however slow its reader is; return whether it is one."""
        wrapper = getattr(chunks, "iterable", chunks)
        path = getattr(wrapper.file, "name", None) if isinstance(wrapper, FileWrapper) else None
        if not isinstance(path, str):
            return False
        if wrapper is chunks:
            self._proto.response_file(self.status, self.headers, path)
            return True
        # Werkzeug wraps the file once more where a part of it was asked for.
        part = _RANGE.match(dict(_lowered(self.headers)).get("content-range", ""))
        if part:
            self._proto.response_file_range(
                self.status, self.headers, path, int(part[1]), int(part[2]) + 1
            )
        return part is not None

    def _send_pieces(self, pieces):
        first, size = [], 0
        for piece in pieces:
            first.append(piece)
            size += len(piece)
            if size > MAX_WHOLE_BYTES:
                break
        else:
            self._send_bytes(b"".join(first))
            return
        reading, writing = os.pipe()
        try:
            # Granian's own streams take as much into memory as they are given; a pipe makes the writer wait for the reader.
            self._proto.response_file(self.status, self.headers, f"/dev/fd/{reading}")
            os.set_blocking(writing, False)
            if _write_first(b"".join(first), reading, writing):
                reading = None
                for piece in pieces:
                    if not _write(piece, writing):
                        break
        finally:
            os.close(writing)
            if reading is not None:
                os.close(reading)


def _write_first(data, reading, writing):
    """Fill the pipe, and close our own end of its reader once the server has opened it; return whether it has."""
    data = memoryview(data)
    # More than a pipe holds, so it fills, and can be written to again only when somebody reads.
    written = os.write(writing, data)
    if not _can_write(writing, OPEN_SECONDS):
        return False
    os.close(reading)
    return _write(data[written:], writing)


def _write(data, writing):
    """Write `data` as fast as it is read; return whether all of it was."""
    data = memoryview(data)
    while data:
        try:
            data = data[os.write(writing, data) :]
        except BlockingIOError:
            if not _can_write(writing, STALL_SECONDS):
                return False
        except BrokenPipeError:
            return False
    return True


def _can_write(writing, seconds):
    poll = select.poll()
    poll.register(writing, select.POLLOUT)
    return bool(poll.poll(seconds * 1000))


def _lowered(headers):
    return ((name.lower(), value) for name, value in headers)
