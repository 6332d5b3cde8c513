"""Lazy translations are plain text: pages escape them, and JSON says them as they are."""

from flask_babel.speaklater import LazyString
from markupsafe import escape


def init_app(app):
    # Flask-Babel lets a lazy translation pass as finished HTML, with all values that were put into it.
    LazyString.__html__ = lambda self: escape(str(self))
    others = app.json.default
    app.json.default = lambda value: str(value) if isinstance(value, LazyString) else others(value)
