"""How long an answer may be kept by the edge, by proxies and by browsers, and what must not be kept at all."""

# Left in the environ of a request that failed because the database is away: the edge then answers others from memory.
DATABASE_IS_AWAY = "volante.database_away"


def public(response, seconds=1, *, stale=5):
    """Mark `response` as the same for everybody and fresh for `seconds`; return it."""
    response.cache_control.public = True
    response.cache_control.max_age = seconds
    response.cache_control["stale-while-revalidate"] = str(stale)
    response.cache_control["stale-if-error"] = "86400"
    return response


def private(response):
    """Mark `response` as one person's: kept and listed nowhere, and its address told to no other site; return it."""
    response.headers.update(
        {"Cache-Control": "no-store", "Referrer-Policy": "same-origin", "X-Robots-Tag": "noindex"}
    )
    return response
