"""Where we replace what Flask does: ids in addresses, JSON that others send, and lazy texts."""

from typing import Any

from flask import Flask
from flask.json.provider import DefaultJSONProvider
from flask_babel.speaklater import LazyString
from markupsafe import escape
from werkzeug.routing import IntegerConverter

from campaign.security.tokens import MAX_ID


class IdConverter(IntegerConverter):
    """`<int:…>` in a rule, up to the largest id that a row can have.

    A number that no database column can hold matches no route.
    """

    regex = r"[0-9]{1,19}"

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **{"max": MAX_ID, **options})


def _serializable(value: Any) -> Any:
    return str(value) if isinstance(value, LazyString) else DefaultJSONProvider.default(value)


class StrictJson(DefaultJSONProvider):
    """Flask's JSON provider that writes lazy translations as text.

    It rejects text that is nested too deeply or has lone surrogates.
    """

    default = staticmethod(_serializable)

    def loads(self, s: str | bytes, **options: Any) -> Any:
        """Return the parsed value of `s`. Raise ValueError if it is not acceptable JSON."""
        try:
            value = super().loads(s, **options)
            # JSON can spell a lone surrogate, but neither UTF-8 nor a database can hold one.
            super().dumps(value, ensure_ascii=False).encode()
        except RecursionError as error:
            raise ValueError("nested too deep") from error
        return value


def init_app(app: Flask) -> None:
    app.url_map.converters["int"] = IdConverter
    # Flask-Babel marks a lazy translation as safe HTML, including all values interpolated into it.
    LazyString.__html__ = lambda self: escape(str(self))
    app.json = StrictJson(app)
