"""Strict parsing of JSON sent by others."""

from typing import Any

from flask import Flask
from flask.json.provider import DefaultJSONProvider


class StrictJson(DefaultJSONProvider):
    """Flask's JSON provider that rejects text nested too deeply or with lone surrogates."""

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
    app.json = StrictJson(app)
