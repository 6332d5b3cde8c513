"""Choose among texts in several languages: es-MX, else es, else the original, else any."""

from collections.abc import Collection, Iterator, Mapping
from typing import TypeVar

Text = TypeVar("Text")


def fallbacks(lang: str) -> Iterator[str]:
    """Yield a BCP 47 tag, then each shorter one: zh-Hant-TW, zh-Hant, zh."""
    while lang:
        yield lang
        lang = lang.rpartition("-")[0]


def nearest(available: Collection[str], lang: str) -> str | None:
    """Return which of the languages `available` is nearest to `lang`, or None.

    That is the nearest fallback, else another variety of the same language.
    """
    for candidate in fallbacks(lang):
        if candidate in available:
            return candidate
    base = lang.partition("-")[0]
    return next((tag for tag in available if tag.partition("-")[0] == base), None)


def best_lang(available: Collection[str], lang: str, original: str = "") -> str | None:
    """Return which of the languages `available` a reader of `lang` gets, or None if there is none.

    That is the nearest, else `original`, else the first.
    """
    others = (tag for tag in (original, *available) if tag in available)
    return nearest(available, lang) or next(others, None)


def best_of(texts: Mapping[str, Text], lang: str, original: str = "") -> Text | None:
    """Return the text that a reader of `lang` gets, or None if there is none."""
    best = best_lang(texts, lang, original)
    return None if best is None else texts[best]


def best_text(texts: Mapping[str, str], lang: str, original: str = "") -> str:
    """Return the text that a reader of `lang` gets, of those that are not empty, or ""."""
    return best_of({tag: text for tag, text in texts.items() if text}, lang, original) or ""
