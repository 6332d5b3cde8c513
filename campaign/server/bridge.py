"""Serve a WSGI application through Granian's RSGI: first read the body, then use a thread."""

import io
import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Self, TypeAlias

from granian._granian import RSGIHTTPProtocol as HTTPProtocol
from granian.rsgi import Scope

from campaign.server.bodies import BodyError, BodyReader, BodyTooLarge
from campaign.server.environ import environ_of
from campaign.server.responses import Response

# Answers some requests without calling the application: with a status, headers and a body.
FastPath: TypeAlias = Callable[[Scope], tuple[int, list[tuple[str, str]], bytes] | None]

logger = logging.getLogger(__name__)
REASONS = {400: "Bad Request", 408: "Request Timeout", 503: "Service Unavailable"}


class WsgiBridge:
    """Serves a WSGI application, which is called once the whole request has arrived.

    Anyone may send bodies up to `max_bytes`. For a longer one, `max_bytes_of(environ)` says how
    much this request may send, depending on who sends it. If a body is too long, the application is
    called without it. It sees the Content-Length and responds with an error itself.

    `fast_path` is asked first. It must answer as the application would.
    """

    def __init__(
        self,
        app: Callable[..., Any],
        max_bytes: int,
        max_bytes_of: Callable[[dict[str, Any]], int] | None = None,
        fast_path: FastPath | None = None,
    ) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._max_bytes_of = max_bytes_of or (lambda _environ: max_bytes)
        self._fast_path = fast_path
        self._bodies = BodyReader()
        self._is_shutting_down = False
        self._begun_at: dict[int, float] = {}

    def start(self) -> Self:
        """Start the background thread and return this object."""
        self._bodies.start()
        return self

    def shut_down(self) -> None:
        """From now on, close each connection after its response."""
        self._is_shutting_down = True

    def queue_seconds(self, threads: int) -> float:
        """Return how long requests had to wait for one of the `threads` since the last call.

        If all threads are busy, it is at least the time since the last of them took a request.
        """
        waited = self._bodies.take_shortest_wait()
        begun_at = list(self._begun_at.values())
        if len(begun_at) < threads:
            return waited
        return max(waited, time.monotonic() - max(begun_at))

    def handle(self, scope: Scope, proto: HTTPProtocol) -> None:
        """Respond to a request, now or once its body has arrived. It runs on a server thread."""
        try:
            # While this process shuts down, each response must also close its connection.
            if self._fast_path is not None and not self._is_shutting_down:
                response = self._fast_path(scope)
                if response is not None:
                    proto.response_bytes(*response)
                    return
            self._read(environ_of(scope), proto)
        except BaseException as error:
            _fail(proto, error)

    def _read(self, environ: dict[str, Any], proto: HTTPProtocol) -> None:
        length = _length(environ)
        if length == 0:
            self._run(environ, b"", proto)
            return
        max_bytes = self._max_bytes
        if length is not None and length > max_bytes:
            max_bytes = self._max_bytes_of({**environ, "wsgi.input": io.BytesIO()})
            if length > max_bytes:
                self._run(environ, b"", proto)
                return

        def done(body: bytes | None, error: BodyError | None) -> None:
            try:
                self._continue(environ, proto, body, error)
            except BaseException as error:
                _fail(proto, error)

        self._bodies.read(proto, length, max_bytes, done)

    def _continue(
        self,
        environ: dict[str, Any],
        proto: HTTPProtocol,
        body: bytes | None,
        error: BodyError | None,
    ) -> None:
        if isinstance(error, BodyTooLarge):
            body, length = b"", self._max_bytes + 1
        elif body is None:
            _refuse(proto, error.status if error else BodyError.status)
            return
        else:
            length = len(body)
        # The chunks have been joined, so the application gets a plain body.
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        environ["CONTENT_LENGTH"] = str(length)
        self._run(environ, body, proto)

    def _run(self, environ: dict[str, Any], body: bytes, proto: HTTPProtocol) -> None:
        environ["wsgi.input"] = io.BytesIO(body)
        response = Response(proto, closes=self._is_shutting_down)
        thread = threading.get_ident()
        self._begun_at[thread] = time.monotonic()
        try:
            response.send(self._app(environ, response.start))
        finally:
            del self._begun_at[thread]


def _length(environ: Mapping[str, Any]) -> int | None:
    """Return the length of a request's body, or None if it comes in chunks.

    The server has already validated these headers.
    """
    length = environ.get("CONTENT_LENGTH")
    if length is not None:
        return int(length)
    return None if "HTTP_TRANSFER_ENCODING" in environ else 0


def _refuse(proto: HTTPProtocol, status: int) -> None:
    headers = [
        ("content-type", "text/plain"),
        ("cache-control", "no-store"),
        ("connection", "close"),
    ]
    if status == 503:
        headers.append(("retry-after", "10"))
    proto.response_str(status, headers, f"{REASONS[status]}\n")


def _fail(proto: HTTPProtocol, error: BaseException) -> None:
    logger.error("a request could not be answered", exc_info=error)
    # This does nothing if a response has already begun.
    proto.response_empty(500, [])
