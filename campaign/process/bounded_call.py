"""Call what may hang, and wait for it only so long."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

Value = TypeVar("Value")


class BoundedCall(Generic[Value]):
    """Calls a function in a separate thread, and waits at most `seconds` for it.

    Only one call runs at a time. Threads that ask for a result during a call wait for that call. So
    a function that hangs occupies one thread, and what one call holds, such as a connection.
    """

    def __init__(self, function: Callable[[], Value], *, seconds: float) -> None:
        self._function = function
        self._seconds = seconds
        self._lock = threading.Lock()
        self._call: Future[Value] | None = None

    def result(self) -> Value:
        """Return the result of a call. Raise what the function raises, or TimeoutError."""
        with self._lock:
            if self._call is None or self._call.done():
                self._call = Future()
                threading.Thread(target=self._run, args=(self._call,), daemon=True).start()
            call = self._call
        return call.result(self._seconds)

    def _run(self, call: Future[Value]) -> None:
        try:
            call.set_result(self._function())
        except BaseException as error:
            call.set_exception(error)
