"""A small application that echoes its request, for both interfaces of Granian."""

import json
import sys
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces
from werkzeug.wrappers import Request
from werkzeug.wsgi import wrap_file

from campaign.server import bodies, responses
from campaign.server.bridge import WsgiBridge
from campaign.server.process import server

MAX_BYTES = 10_000
MAX_UPLOAD_BYTES = 100_000
LONG_ANSWER = 5_000_000


def app(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/file":
        start_response("200 OK", [("Content-Type", "text/plain")])
        return wrap_file(environ, Path(__file__).open("rb"))
    if path == "/pieces":
        start_response("200 OK", [("Content-Type", "text/plain")])
        return (b"x" * 100_000 for _ in range(LONG_ANSWER // 100_000))
    if path == "/fails":
        raise LookupError("on purpose")
    body_text = {
        key: value
        for key, value in environ.items()
        if isinstance(value, str) and (key.isupper() or key == "wsgi.url_scheme")
    }
    request = Request(environ)
    request.max_content_length = MAX_BYTES
    body_text["body"] = request.stream.read().decode("latin-1")
    response = json.dumps(body_text).encode()
    start_response(
        "200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(response)))]
    )
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [response]


def quick_bridge():
    """Return a bridge with short timeouts for slow senders and for readers who have gone."""
    bodies.BODY_SECONDS = 1
    bodies.CHECK_SECONDS = 0.05
    responses.OPEN_SECONDS = 0.2
    return bridge()


def fast_bridge():
    """Return a bridge that answers one path without the application."""

    def fast_path(scope):
        return (200, [("Content-Type", "text/plain")], b"fast") if scope.path == "/fast" else None

    return WsgiBridge(app, MAX_BYTES, fast_path=fast_path)


def bridge():
    """Return a bridge that lets requests with `Cookie: known` send more."""
    return WsgiBridge(
        app,
        MAX_BYTES,
        lambda environ: MAX_UPLOAD_BYTES if environ.get("HTTP_COOKIE") == "known" else MAX_BYTES,
    )


if __name__ == "__main__":
    kind, port = sys.argv[1], int(sys.argv[2])
    if kind == "wsgi":
        Granian(
            "tests.server.echo:app", port=port, interface=Interfaces.WSGI, log_level="error"
        ).serve()
    else:
        server(
            f"tests.server.echo:{kind}",
            host="127.0.0.1",
            port=port,
            processes=1,
            threads=2,
            stop_seconds=2,
        ).serve()
