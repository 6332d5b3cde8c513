"""Lazy translations are plain text: templates escape them, and JSON writes them unchanged."""

from flask import Flask
from flask_babel.speaklater import LazyString
from markupsafe import escape


def init_app(app: Flask) -> None:
    # Flask-Babel marks a lazy translation as safe HTML, including all values interpolated into it.
    LazyString.__html__ = lambda self: escape(str(self))
    default = app.json.default
    app.json.default = lambda value: str(value) if isinstance(value, LazyString) else default(value)
