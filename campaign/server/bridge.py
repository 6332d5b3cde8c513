"""Between Granian's RSGI and a WSGI application: the body first, then a thread."""

import io
import logging

from campaign.server.answers import Answer
from campaign.server.bodies import BodyError, BodyReader, BodyTooLarge
from campaign.server.environ import environ_of

logger = logging.getLogger(__name__)
REASONS = {400: "Bad Request", 408: "Request Timeout", 503: "Service Unavailable"}


class WsgiBridge:
    """Serves a WSGI application, which is called once the request has arrived whole.

    Bodies up to `max_bytes` are read from everybody. Where one is longer, `max_bytes_of(environ)` says how much this request
    may send, after it has found out who asks. The application answers what is too long itself: it is called without the body, and
    the Content-Length tells it.
    """

    def __init__(self, app, max_bytes, max_bytes_of=None):
        self._app = app
        self._max_bytes = max_bytes
        self._max_bytes_of = max_bytes_of or (lambda environ: max_bytes)
        self._bodies = BodyReader()

    def start(self):
        """Start what runs beside the requests; return this object."""
        self._bodies.start()
        return self

    def handle(self, scope, proto):
        """Answer one request, now or when its body is here; called on a thread of the server."""
        try:
            self._read(environ_of(scope), proto)
        except BaseException:
            _fail(proto)

    def _read(self, environ, proto):
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

        def done(body, error):
            try:
                self._go_on(environ, proto, body, error)
            except BaseException:
                _fail(proto)

        self._bodies.read(proto, length, max_bytes, done)

    def _go_on(self, environ, proto, body, error):
        if isinstance(error, BodyTooLarge):
            body, length = b"", self._max_bytes + 1
        elif isinstance(error, BodyError):
            _refuse(proto, error.status)
            return
        else:
            length = len(body)
        # What came in chunks has become one.
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        environ["CONTENT_LENGTH"] = str(length)
        self._run(environ, body, proto)

    def _run(self, environ, body, proto):
        environ["wsgi.input"] = io.BytesIO(body)
        answer = Answer(proto)
        answer.send(self._app(environ, answer.start))


def _length(environ):
    """Return the length of a request's body, or None where it comes in chunks; the server has checked what the headers say."""
    length = environ.get("CONTENT_LENGTH")
    if length is not None:
        return int(length)
    return None if "HTTP_TRANSFER_ENCODING" in environ else 0


def _refuse(proto, status):
    headers = [
        ("content-type", "text/plain"),
        ("cache-control", "no-store"),
        ("connection", "close"),
    ]
    if status == 503:
        headers.append(("retry-after", "10"))
    proto.response_str(status, headers, f"{REASONS[status]}\n")


def _fail(proto):
    logger.exception("a request could not be answered")
    # Where an answer has begun this does nothing.
    proto.response_empty(500, [])
