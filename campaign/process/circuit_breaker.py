"""A pause after a service failed, during which nobody waits for it."""

from time import monotonic


class CircuitBreaker:
    """Is open for `seconds` after a failure. While it is open, callers do not use the service.

    Afterwards, everyone tries it again. Threads share it without a lock.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._open_until = 0.0
        self.error: Exception | None = None

    def is_open(self) -> bool:
        """Return whether the service failed within the last `seconds`."""
        return monotonic() < self._open_until

    def open(self, error: Exception | None = None) -> None:
        """Start the pause. `error` is kept for those who do not reach the service during it."""
        self.error, self._open_until = error, monotonic() + self._seconds
