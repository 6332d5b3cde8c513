"""Send requests as visitors do: each in its own context, never in that of the test."""

from contextvars import Context

from flask.testing import FlaskClient


class Visitor(FlaskClient):
    """A client whose requests share nothing with the test: no session, no language, no snapshot."""

    def open(self, *arguments, **options):
        return Context().run(super().open, *arguments, **options)
