"""Cache headers: how long the edge, proxies and browsers may store a response, if at all."""

from flask import Response

# Set in the WSGI environ of a request that failed because the database is away. The edge then
# answers other requests from its cache.
DATABASE_IS_AWAY = "volante.database_away"
YEAR_SECONDS = 31_536_000


def public(response: Response, seconds: int = 1, *, stale: int = 5) -> Response:
    """Mark `response` as the same for everyone and fresh for `seconds`, and return it.

    For `stale` more seconds, a cache may use it while it fetches a new one.
    """
    response.cache_control.public = True
    response.cache_control.max_age = seconds
    response.cache_control["stale-while-revalidate"] = str(stale)
    response.cache_control["stale-if-error"] = "86400"
    return response


def immutable(response: Response) -> Response:
    """Mark `response` as the same for everyone for as long as its URL is used and return it."""
    response.headers["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable"
    return response


def private(response: Response) -> Response:
    """Mark `response` as one person's and return it.

    It must not be cached or indexed, and its URL is not sent to other sites.
    """
    response.headers.update(
        {"Cache-Control": "no-store", "Referrer-Policy": "same-origin", "X-Robots-Tag": "noindex"}
    )
    return response
