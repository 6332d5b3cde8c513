"""Choose among texts in several languages: es-MX, else es, else the original, else any."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

Text = TypeVar("Text")


def fallbacks(lang: str) -> Iterator[str]:
    """Yield a BCP 47 tag, then each shorter one: zh-Hant-TW, zh-Hant, zh."""
    while lang:
        yield lang
        lang = lang.rpartition("-")[0]


def best_lang(available: Mapping[str, object], lang: str, original: str = "") -> str | None:
    """Return which of the languages `available` a reader of `lang` gets, or None if there is none.

    That is the nearest fallback, else another variety of the same language, else `original`, else
    the first.
    """
    for candidate in fallbacks(lang):
        if candidate in available:
            return candidate
    base = lang.partition("-")[0]
    related = (tag for tag in available if tag.partition("-")[0] == base)
    others = (tag for tag in (original, *available) if tag in available)
    return next(related, None) or next(others, None)


def best_of(texts: Mapping[str, Text], lang: str, original: str = "") -> Text | None:
    """Return the text that a reader of `lang` gets, or None if there is none."""
    best = best_lang(texts, lang, original)
    return None if best is None else texts[best]
