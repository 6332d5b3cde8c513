"""Row ids in URLs: a number that no database column can hold matches no route."""

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter

from campaign.security.tokens import MAX_ID


class RowNumber(IntegerConverter):
    """`<int:…>` in a rule, up to the largest id that a row can have."""

    regex = r"[0-9]{1,19}"

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **{"max": MAX_ID, **options})


def init_app(app: Flask) -> None:
    app.url_map.converters["int"] = RowNumber
