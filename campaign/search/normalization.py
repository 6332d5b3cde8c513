"""Words as search compares them: lower case, no accents, the same for queries and documents."""

import re
from collections.abc import Sequence
from unicodedata import combining, normalize

MAX_TERMS = 8
MAX_WORD_LENGTH = 40
# A letter of any script with its combining marks. Everything else separates words, an apostrophe
# too.
WORD = re.compile(r"(?:[^\W_][\u0300-\u036f]*)+")
# Letters that Unicode does not decompose.
_LETTERS = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h"}
)


def fold(text: str) -> str:
    """Return `text` in lower case, without accents."""
    small = text.casefold()
    if small.isascii():
        return small
    return "".join(
        character
        for character in normalize("NFKD", small.translate(_LETTERS))
        if not combining(character)
    )


def words_of(text: str) -> list[str]:
    """Return the folded words of `text` in order, with repeats."""
    return [word[:MAX_WORD_LENGTH] for word in WORD.findall(fold(text))]


def is_single_character(terms: Sequence[str]) -> bool:
    """Return whether the query is a single Latin letter.

    So many words begin with it that only one-letter words are matched. In other scripts one letter
    may be a whole word, or most of one.
    """
    return len(terms) == 1 and len(terms[0]) == 1 and terms[0].isascii()


def is_accented_letter(query: str) -> bool:
    """Return whether the query is one Latin letter with an accent.

    The index has no accents, so it would answer for a different letter.
    """
    words = WORD.findall(query.casefold())
    return len(words) == 1 and not words[0].isascii() and is_single_character(terms_of(query))


def terms_of(query: str) -> list[str]:
    """Return the distinct search terms of a query, at most MAX_TERMS."""
    return list(dict.fromkeys(words_of(query)))[:MAX_TERMS]
