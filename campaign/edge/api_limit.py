"""Rate limit of the API per network, counted in front of the page cache.

Requests that the cache answers therefore count too.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from limits import parse
from limits.strategies import FixedWindowRateLimiter

from campaign.security.digests import is_local
from campaign.security.network_limits import NetworkLimit
from campaign.security.rate_limit_storage import limit_storage
from campaign.security.write_behind_storage import WriteBehindStorage

PREFIX = "/api/"
LATE_SECONDS = 0.25


class ApiLimit:
    """WSGI layer that limits API requests per network and reports how many are left.

    The headers follow the IETF draft on RateLimit fields. Requests from this machine are not
    counted: they come from a proxy missing in TRUSTED_PROXIES, or from a developer.
    """

    def __init__(self, app: WSGIApplication, config: Mapping[str, Any]) -> None:
        storage = limit_storage(config)
        if config.get("SERVING"):
            storage = WriteBehindStorage(storage, LATE_SECONDS)
        self._app = app
        self._limit = parse(config["API_LIMIT"])
        self._network = NetworkLimit(
            FixedWindowRateLimiter(storage), self._limit, config["SECRET_KEY"].encode(), "api"
        )
        seconds = self._limit.get_expiry()
        self._seconds = seconds
        self._policy = f'"default";q={self._limit.amount};w={seconds}'

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Count API requests, and pass on those within the limit. Other requests just pass."""
        if (
            not environ.get("PATH_INFO", "").startswith(PREFIX)
            or environ["REQUEST_METHOD"] == "OPTIONS"
        ):
            return self._app(environ, start_response)
        left, renewed = self._count(environ.get("REMOTE_ADDR", ""))
        told = [
            ("RateLimit-Policy", self._policy),
            ("RateLimit", f'"default";r={max(0, left)};t={renewed}'),
        ]
        if left < 0:
            return _refuse(environ, start_response, [*told, ("Retry-After", str(renewed))])

        def start(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None
        ) -> Callable[[bytes], object]:
            return start_response(status, [*headers, *told], exc_info)

        return self._app(environ, start)

    def _count(self, address: str) -> tuple[int, int]:
        """Count one request; return how many are left, and in how many seconds the window resets.

        The first number is -1 if this request exceeds the limit. An invalid address is not counted.
        """
        try:
            if is_local(address):
                return self._limit.amount, self._seconds
            admitted = self._network.hit(address)
            left, renewed = self._network.window(address)
        except ValueError:
            return self._limit.amount, self._seconds
        return (left if admitted else -1), renewed


def _refuse(
    environ: WSGIEnvironment, start_response: StartResponse, headers: list[tuple[str, str]]
) -> Iterable[bytes]:
    words = {
        "type": "about:blank",
        "title": "Too Many Requests",
        "status": 429,
        "detail": "Wait for as many seconds as Retry-After says.",
    }
    body = (json.dumps(words) + "\n").encode()
    kind = [
        ("Content-Type", "application/problem+json"),
        ("Content-Length", str(len(body))),
        ("Access-Control-Allow-Origin", "*"),
    ]
    start_response(
        "429 Too Many Requests",
        [*kind, ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"), *headers],
    )
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
