"""Just enough HTTP parsing to know when a response is complete."""

HEAD_END = b"\r\n\r\n"


class ResponseReader:
    """Reads the responses on one connection, each complete before the next request."""

    __slots__ = ("_expected", "_parts", "_received", "_status")

    def __init__(self):
        self._begin()

    def feed(self, data):
        """Add received bytes and return the status once the response is complete, else None."""
        if self._expected is None:
            data = b"".join((*self._parts, data)) if self._parts else data
            end = data.find(HEAD_END)
            if end < 0:
                self._parts = [data]
                return None
            self._status = int(data[9:12])
            self._expected = end + 4 + _body_length(data[:end], self._status)
            self._received = 0
        self._received += len(data)
        if self._received < self._expected:
            return None
        status = self._status
        self._begin()
        return status

    def _begin(self):
        self._expected, self._parts, self._received, self._status = None, [], 0, 0


def _body_length(head, status):
    """Return how many bytes follow the head. Every server here sends its Content-Length."""
    if status in (204, 304):
        return 0
    position = head.lower().find(b"\r\ncontent-length:")
    if position < 0:
        raise ValueError(f"an answer without a length: {head[:200]!r}")
    return int(head[position + 17 :].split(b"\r\n", 1)[0])
