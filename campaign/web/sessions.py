"""Sessions, which only the signed-in have."""

from flask import request
from flask.sessions import SecureCookieSessionInterface

DOORS = ("organize", "kiosk")


class RareSessions(SecureCookieSessionInterface):
    """Flask's own sessions, at no cost for visitors who bring no cookie."""

    def open_session(self, app, request):
        if "HTTP_COOKIE" not in request.environ:
            return self.session_class()
        return super().open_session(app, request)

    def get_cookie_path(self, app):
        """Return the door that the cookie belongs to, so that the public pages beside it are asked for without one."""
        door = request.path.split("/", 2)[1]
        return f"/{door if door in DOORS else DOORS[0]}"


def init_app(app):
    app.session_interface = RareSessions()
