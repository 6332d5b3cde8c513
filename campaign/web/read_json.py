"""JSON that others send, read with distrust."""

from flask.json.provider import DefaultJSONProvider


class WaryJson(DefaultJSONProvider):
    """Flask's own JSON, for which a text that cannot be taken in is none at all: nested too deep, or with halves of letters."""

    def loads(self, s, **options):
        """Return what the text `s` (str or bytes) says. Raises ValueError."""
        try:
            found = super().loads(s, **options)
            # A lone surrogate can be written in JSON, and neither in UTF-8 nor in a database.
            super().dumps(found, ensure_ascii=False).encode()
        except RecursionError as error:
            raise ValueError("nested too deep") from error
        return found


def init_app(app):
    app.json = WaryJson(app)
