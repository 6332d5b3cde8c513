"""What every answer says to the browser about trust, and what posts are refused for coming from elsewhere."""

from urllib.parse import urlsplit

from flask import abort, current_app, request

from campaign.http.content_security_policy import policy
from campaign.http.urls import host_in

POLICY = policy()
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), browsing-topics=()",
    # What is public says so itself.
    "Cache-Control": "no-store",
}
SAFE = ("GET", "HEAD", "OPTIONS")


def init_app(app):
    app.before_request(refuse_foreign_posts)
    https = {"Strict-Transport-Security": "max-age=31536000"} if app.config["PRODUCTION"] else {}
    app.wsgi_app = StandingHeaders(app.wsgi_app, HEADERS | https)


def refuse_foreign_posts():
    """Refuse a post that a page of another site made: such a page must not sign or confirm in anybody's name."""
    if request.method in SAFE:
        return
    origin = request.headers.get("Origin", "null")
    if origin != "null":
        foreign = host_in(origin) not in _own_hosts()
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


class StandingHeaders:
    """WSGI layer that adds headers to every answer that does not have them itself.

    Below Flask's own answers, where each header costs a tenth of what it does there.
    """

    def __init__(self, app, headers):
        self._app = app
        self._headers = [(name.lower(), (name, value)) for name, value in headers.items()]

    def __call__(self, environ, start_response):
        def start(status, headers, exc_info=None):
            there = {name.lower() for name, _ in headers}
            if "content-security-policy" in there:
                # It says by itself who may hold the page; the older header knows only nobody.
                there.add("x-frame-options")
            added = [pair for name, pair in self._headers if name not in there]
            return start_response(status, [*headers, *added], exc_info)

        return self._app(environ, start)
