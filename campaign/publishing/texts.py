"""The texts of something that is published, one row for each language."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeVar

from campaign.i18n.fallbacks import best_of


class _InLanguage(Protocol):
    @property
    def lang(self) -> str: ...


Row = TypeVar("Row", bound=_InLanguage)


def text_for(rows: Sequence[Row], lang: str, original: str = "") -> Row:
    """Return the text that a reader of `lang` gets: the nearest, or else the `original`."""
    return best_of({row.lang: row for row in rows}, lang, original) or rows[0]


def write_texts(rows: list[Any], model: type[Any], texts: Mapping[str, Mapping[str, Any]]) -> None:
    """Set these columns of the rows, by language. A new language gets a new row of `model`."""
    by_lang = {row.lang: row for row in rows}
    for lang, columns in texts.items():
        if lang not in by_lang:
            rows.append(model(lang=lang, **columns))
            continue
        for name, value in columns.items():
            setattr(by_lang[lang], name, value)
