"""Sessions, which only signed-in pages have."""

from typing import cast

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import BadSignature, URLSafeTimedSerializer

from campaign.http.security_headers import cookie_name

SECTIONS = ("organize", "kiosk")


class SectionSessions(SecureCookieSessionInterface):
    """Flask's sessions, separate for organizers and kiosks. Other pages have none, at no cost."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if "HTTP_COOKIE" not in request.environ or not _has_session():
            return self.session_class()
        session = super().open_session(app, request)
        return session or self._former_session(app) or session

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        super().save_session(app, session, response)
        if self.get_cookie_secure(app) and self._former_name(app) in request.cookies:
            response.delete_cookie(self._former_name(app), path=f"/{_section()}")

    def get_cookie_name(self, app: Flask) -> str:
        name = self._former_name(app)
        return cookie_name(f"{name}_{_section()}") if self.get_cookie_secure(app) else name

    def get_cookie_path(self, app: Flask) -> str:
        """Return the cookie's path.

        A cookie named __Host- must cover the whole host, so there organizers and kiosks differ by
        name.
        """
        return "/" if self.get_cookie_secure(app) else f"/{_section()}"

    def _former_session(self, app: Flask) -> SecureCookieSession | None:
        """Return the session stored under the cookie's former plain name, or None.

        It will be saved under the new name.
        """
        value = request.cookies.get(self._former_name(app)) if self.get_cookie_secure(app) else None
        if not value:
            return None
        try:
            max_age = int(app.permanent_session_lifetime.total_seconds())
            serializer = cast(URLSafeTimedSerializer, self.get_signing_serializer(app))
            session = self.session_class(serializer.loads(value, max_age=max_age))
        except BadSignature:
            return None
        session.modified = True
        return session

    @staticmethod
    def _former_name(app: Flask) -> str:
        return cast(str, app.config["SESSION_COOKIE_NAME"])


def _has_session() -> bool:
    return request.path.split("/", 2)[1] in SECTIONS


def _section() -> str:
    return request.path.split("/", 2)[1] if _has_session() else SECTIONS[0]


def init_app(app: Flask) -> None:
    app.session_interface = SectionSessions()
