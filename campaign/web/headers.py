"""What every answer says to the browser about trust, and what posts are refused for coming from elsewhere."""

from urllib.parse import urlsplit

from flask import abort, current_app, request

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "frame-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), browsing-topics=()",
}
SAFE = ("GET", "HEAD", "OPTIONS")


def init_app(app):
    app.before_request(refuse_foreign_posts)
    app.after_request(add_headers)
    if app.config["PRODUCTION"]:
        app.after_request(demand_https)


def refuse_foreign_posts():
    """Refuse a post that a page of another site made: such a page must not sign or confirm in anybody's name."""
    if request.method in SAFE:
        return
    origin = request.headers.get("Origin", "null")
    if origin != "null":
        foreign = urlsplit(origin).netloc not in _own_hosts()
    else:
        # A page may hide where it is; the browser still tells whether it is ours. Programs tell neither.
        foreign = request.headers.get("Sec-Fetch-Site", _unsaid()) not in ("same-origin", "none")
    if foreign:
        abort(403)


def _own_hosts():
    # A proxy may pass on its own name for us as the host; what the visitor sees is the public address.
    return request.host, urlsplit(current_app.config["PUBLIC_URL"]).netloc


def _unsaid():
    return "cross-site" if "Origin" in request.headers else "none"


def add_headers(response):
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response


def demand_https(response):
    response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response
