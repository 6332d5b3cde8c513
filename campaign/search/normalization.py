"""Words as they are compared: small, without accents, alike for what is searched and what is found."""

import re
from unicodedata import combining, normalize

MAX_TERMS = 8
MAX_WORD_LENGTH = 40
# A letter of any script with the marks on it. What stands between words, an apostrophe too, parts them.
WORD = re.compile(r"(?:[^\W_][\u0300-\u036f]*)+")
# What Unicode does not take apart.
_LETTERS = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h"}
)


def fold(text):
    """Return `text` in small letters without accents."""
    small = text.casefold()
    if small.isascii():
        return small
    return "".join(
        each for each in normalize("NFKD", small.translate(_LETTERS)) if not combining(each)
    )


def words_of(text):
    """Return the folded words of `text` in their order, each as often as it stands there."""
    return [word[:MAX_WORD_LENGTH] for word in WORD.findall(fold(text))]


def is_one_letter(terms):
    """Return whether a single Latin letter is looked for: it begins so many words that only those of one letter are found.

    A single letter of other scripts may be a whole word, or most of one.
    """
    return len(terms) == 1 and len(terms[0]) == 1 and terms[0].isascii()


def is_accented_letter(query):
    """Return whether one Latin letter with an accent is looked for. The index has no accents, so it would answer for another letter."""
    words = WORD.findall(query.casefold())
    return len(words) == 1 and not words[0].isascii() and is_one_letter(terms_of(query))


def terms_of(query):
    """Return the different words that are looked for, at most MAX_TERMS."""
    return list(dict.fromkeys(words_of(query)))[:MAX_TERMS]
