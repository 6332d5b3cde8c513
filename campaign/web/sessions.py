"""Sessions, which only the signed-in have."""

from flask.sessions import SecureCookieSessionInterface


class RareSessions(SecureCookieSessionInterface):
    """Flask's own sessions, at no cost for visitors who bring no cookie."""

    def open_session(self, app, request):
        if "HTTP_COOKIE" not in request.environ:
            return self.session_class()
        return super().open_session(app, request)


def init_app(app):
    app.session_interface = RareSessions()
