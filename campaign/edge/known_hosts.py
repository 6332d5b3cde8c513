"""Which site is asked for: a request under a name that is not ours gets no page, and its name is repeated nowhere."""

import re
from urllib.parse import urlsplit

# Without a name, or by any, machines ask these; they write no links.
FOR_MACHINES = frozenset({"/healthz", "/readyz", "/metrics"})
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?", re.ASCII)


class KnownHosts:
    """WSGI layer that answers only requests for the host of `public_url`, for `extra` hosts, and for this machine itself.

    Two Host lines arrive as one with a comma, which is no name.
    """

    def __init__(self, app, public_url, extra=()):
        self._app = app
        self._names = {
            urlsplit(public_url).netloc.rpartition("@")[2].lower(),
            *LOOPBACK,
            *(host.lower() for host in extra),
        }
        self._names |= {match["name"] for match in map(_HOST.fullmatch, self._names) if match}

    def __call__(self, environ, start_response):
        host = environ.get("HTTP_HOST", "").lower()
        match = _HOST.fullmatch(host)
        if (match and (host in self._names or match["name"] in self._names)) or environ.get(
            "PATH_INFO"
        ) in FOR_MACHINES:
            return self._app(environ, start_response)
        status = "421 Misdirected Request" if match else "400 Bad Request"
        body = b"There is no site of this name.\n"
        headers = [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
        ]
        start_response(status, [*headers, ("X-Content-Type-Options", "nosniff")])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
