"""Lazy translations are plain text: templates escape them, and JSON writes them unchanged."""

from typing import cast

from flask import Flask
from flask.json.provider import DefaultJSONProvider
from flask_babel.speaklater import LazyString
from markupsafe import escape


def init_app(app: Flask) -> None:
    # Flask-Babel marks a lazy translation as safe HTML, including all values interpolated into it.
    LazyString.__html__ = lambda self: escape(str(self))
    provider = cast(DefaultJSONProvider, app.json)
    default = provider.default

    def serialize(value: object) -> object:
        return str(value) if isinstance(value, LazyString) else default(value)

    # Flask documents this way to serialize more types.
    provider.default = serialize
