"""How often one address may ask the API: counted before the memory of public pages, so that what is remembered counts too."""

import json

from limits import parse
from limits.strategies import FixedWindowRateLimiter

from campaign.security.digests import is_local
from campaign.security.network_limits import NetworkLimit
from campaign.security.rate_limit_storage import limit_storage
from campaign.security.write_behind_storage import WriteBehindStorage

PREFIX = "/api/"
LATE_SECONDS = 0.25


class ApiLimit:
    """WSGI layer that counts what each network address asks of the API, says how much is left, and refuses what is beyond.

    Headers are those of the IETF's draft on RateLimit fields. What comes from this machine itself is that of a proxy nobody
    named, or of a developer, and is not counted.
    """

    def __init__(self, app, config):
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

    def __call__(self, environ, start_response):
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

        def start(status, headers, exc_info=None):
            return start_response(status, [*headers, *told], exc_info)

        return self._app(environ, start)

    def _count(self, address):
        """Count one request; return (how many are left, -1 where it was too much; in how many seconds they are renewed)."""
        try:
            if is_local(address):
                return self._limit.amount, self._seconds
            admitted = self._network.hit(address)
            left, renewed = self._network.window(address)
        except ValueError:
            return self._limit.amount, self._seconds
        return (left if admitted else -1), renewed


def _refuse(environ, start_response, headers):
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
