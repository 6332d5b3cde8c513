"""The texts of something that is published, one row for each language."""

from collections.abc import Mapping
from typing import Any


def write_texts(rows: list[Any], model: type[Any], texts: Mapping[str, Mapping[str, Any]]) -> None:
    """Set these columns of the rows, by language. A new language gets a new row of `model`."""
    by_lang = {row.lang: row for row in rows}
    for lang, columns in texts.items():
        if lang not in by_lang:
            rows.append(model(lang=lang, **columns))
            continue
        for name, value in columns.items():
            setattr(by_lang[lang], name, value)
