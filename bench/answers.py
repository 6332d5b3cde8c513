"""Just enough HTTP parsing to know when a response is complete."""

HEAD_END = b"\r\n\r\n"


class Answers:
    """Reads the responses on one connection, each complete before the next request."""

    __slots__ = ("_wanted", "_parts", "_got", "_status")

    def __init__(self):
        self._begin()

    def take(self, data):
        """Add received bytes; return the status once the response is complete, else None."""
        if self._wanted is None:
            data = b"".join((*self._parts, data)) if self._parts else data
            end = data.find(HEAD_END)
            if end < 0:
                self._parts = [data]
                return None
            self._status = int(data[9:12])
            self._wanted = end + 4 + _body_length(data[:end], self._status)
            self._got = 0
        self._got += len(data)
        if self._got < self._wanted:
            return None
        status = self._status
        self._begin()
        return status

    def _begin(self):
        self._wanted, self._parts, self._got, self._status = None, [], 0, 0


def _body_length(head, status):
    """Return how many bytes follow the head. Every server here sends its Content-Length."""
    if status in (204, 304):
        return 0
    place = head.lower().find(b"\r\ncontent-length:")
    if place < 0:
        raise ValueError(f"an answer without a length: {head[:200]!r}")
    return int(head[place + 17 :].split(b"\r\n", 1)[0])
