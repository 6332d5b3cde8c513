"""Sessions, which only the signed-in have."""

from flask import request
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadSignature

from campaign.http.cookies import host_name

DOORS = ("organize", "kiosk")


class RareSessions(SecureCookieSessionInterface):
    """Flask's own sessions, of organizers and of kiosks apart; at no cost for visitors, whose pages have none."""

    def open_session(self, app, request):
        if "HTTP_COOKIE" not in request.environ or not _is_door():
            return self.session_class()
        session = super().open_session(app, request)
        return session or self._former_session(app) or session

    def save_session(self, app, session, response):
        super().save_session(app, session, response)
        if self.get_cookie_secure(app) and self._former_name(app) in request.cookies:
            response.delete_cookie(self._former_name(app), path=f"/{_door()}")

    def get_cookie_name(self, app):
        name = self._former_name(app)
        return host_name(f"{name}_{_door()}") if self.get_cookie_secure(app) else name

    def get_cookie_path(self, app):
        """Return the door that the cookie belongs to; a name with __Host- is for the whole host, and the two doors have one each."""
        return "/" if self.get_cookie_secure(app) else f"/{_door()}"

    def _former_session(self, app):
        """Return the session under the plain name that it had before, to be kept under its new name; or None."""
        value = request.cookies.get(self._former_name(app)) if self.get_cookie_secure(app) else None
        if not value:
            return None
        try:
            longest = int(app.permanent_session_lifetime.total_seconds())
            session = self.session_class(
                self.get_signing_serializer(app).loads(value, max_age=longest)
            )
        except BadSignature:
            return None
        session.modified = True
        return session

    @staticmethod
    def _former_name(app):
        return app.config["SESSION_COOKIE_NAME"]


def _is_door():
    return request.path.split("/", 2)[1] in DOORS


def _door():
    return request.path.split("/", 2)[1] if _is_door() else DOORS[0]


def init_app(app):
    app.session_interface = RareSessions()
