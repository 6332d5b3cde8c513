"""Rate limit of the API per network, counted in front of the page cache.

Requests that the cache answers therefore count too.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from limits import RateLimitItem

from campaign.security.rate_limits import RateLimiter, Window, is_counted

PREFIX = "/api/"


class ApiLimit:
    """WSGI layer that limits API requests per network and reports how many are left.

    The headers follow the IETF draft on RateLimit fields. Requests from this machine are not
    counted: they come from a proxy missing in TRUSTED_PROXIES, or from a developer.
    """

    def __init__(self, app: WSGIApplication, limiter: RateLimiter, limit: RateLimitItem) -> None:
        self._app, self._limiter, self._limit = app, limiter, limit
        self._full = Window(limit.amount, limit.get_expiry())
        self._policy = f'"default";q={limit.amount};w={limit.get_expiry()}'

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Count API requests, and pass on those within the limit. Other requests just pass."""
        if (
            not environ.get("PATH_INFO", "").startswith(PREFIX)
            or environ["REQUEST_METHOD"] == "OPTIONS"
        ):
            return self._app(environ, start_response)
        is_admitted, window = self._count(environ.get("REMOTE_ADDR", ""))
        limit_headers = [
            ("RateLimit-Policy", self._policy),
            ("RateLimit", f'"default";r={window.remaining};t={window.seconds}'),
        ]
        if not is_admitted:
            wait = ("Retry-After", str(window.seconds))
            return _refuse(environ, start_response, [*limit_headers, wait])

        def start(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None
        ) -> Callable[[bytes], object]:
            return start_response(status, [*headers, *limit_headers], exc_info)

        return self._app(environ, start)

    def _count(self, ip: str) -> tuple[bool, Window]:
        """Count one request and return whether it is within the limit, and what is left of it.

        An invalid address is not counted.
        """
        try:
            if not is_counted(ip):
                return True, self._full
            is_admitted = self._limiter.hit_network(self._limit, ip, "api")
            return is_admitted, self._limiter.network_window(self._limit, ip, "api")
        except ValueError:
            return True, self._full


def _refuse(
    environ: WSGIEnvironment, start_response: StartResponse, headers: list[tuple[str, str]]
) -> Iterable[bytes]:
    problem = {
        "type": "about:blank",
        "title": "Too Many Requests",
        "status": 429,
        "detail": "Too many requests. Wait for the number of seconds in Retry-After.",
    }
    body = (json.dumps(problem) + "\n").encode()
    body_headers = [
        ("Content-Type", "application/problem+json"),
        ("Content-Length", str(len(body))),
        ("Access-Control-Allow-Origin", "*"),
    ]
    start_response(
        "429 Too Many Requests",
        [
            *body_headers,
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            *headers,
        ],
    )
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
