"""Send requests as visitors do: each in its own context, never in that of the test."""

import re
from contextvars import Context

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

TAG = re.compile(r"<[a-zA-Z][^<>]*>")
INDENT = re.compile(r"\s*\n\s+")


class Answer(TestResponse):
    """A response whose `text` does not depend on where the lines of a template are broken."""

    @property
    def text(self):
        """The body. If it is HTML, without line breaks in tags and between tags and text."""
        text = self.get_data(as_text=True)
        if self.mimetype != "text/html":
            return text
        text = TAG.sub(lambda tag: INDENT.sub(" ", tag[0]), text)
        return re.sub(r">\s*\n\s+", ">", re.sub(r"\s*\n\s+<", "<", text))


class Visitor(FlaskClient):
    """A client whose requests share nothing with the test: no session, no language, no snapshot."""

    def __init__(self, application, response_wrapper, **options):
        super().__init__(application, response_wrapper, **options)
        self.response_wrapper = type("Answer", (Answer, response_wrapper), {})

    def open(self, *arguments, **options):
        return Context().run(super().open, *arguments, **options)
