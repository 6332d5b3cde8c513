"""Refuse requests for an unknown host, and never repeat that host's name in a response."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

# Monitoring asks for these under any Host, or none. They contain no links, so the name does not
# matter.
FOR_MACHINES = frozenset({"/healthz", "/readyz", "/metrics"})
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?", re.ASCII)


class KnownHosts:
    """WSGI layer that answers only for the host of `public_url`, `extra` hosts and this machine.

    A WSGI server joins two Host headers with a comma. That is not a valid name, so they get 400.
    """

    def __init__(self, app: WSGIApplication, public_url: str, extra: Iterable[str] = ()) -> None:
        self._app = app
        self._names = {
            urlsplit(public_url).netloc.rpartition("@")[2].lower(),
            *LOOPBACK,
            *(host.lower() for host in extra),
        }
        self._names |= {match["name"] for match in map(_HOST.fullmatch, self._names) if match}

    def is_known(self, host: str) -> bool:
        """Return whether this value of a Host header, in lower case, is exactly one of ours."""
        return host in self._names

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass on requests for a known host. Answer 421 to others, and 400 without a valid name."""
        host = environ.get("HTTP_HOST", "").lower()
        if self.is_known(host):
            return self._app(environ, start_response)
        match = _HOST.fullmatch(host)
        if (match and match["name"] in self._names) or environ.get("PATH_INFO") in FOR_MACHINES:
            return self._app(environ, start_response)
        status = "421 Misdirected Request" if match else "400 Bad Request"
        body = b"There is no site with this name.\n"
        headers = [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
        ]
        start_response(status, [*headers, ("X-Content-Type-Options", "nosniff")])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
