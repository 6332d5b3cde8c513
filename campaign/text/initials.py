"""The initials of a name, equal to those that the browser shows."""

import re
from unicodedata import category, normalize

# The characters that join two consonants into one shape (Unicode annex 29, rule GB9c: "Linker").
_LINKERS = frozenset("\u094d\u09cd\u0acd\u0b4d\u0c4d\u0d4d\u1039\u17d2")
_CONSONANTS = re.compile(
    "[\u0915-\u0939\u0958-\u095f\u0978-\u097f"
    "\u0995-\u09a8\u09aa-\u09b0\u09b2\u09b6-\u09b9\u09dc\u09dd\u09df\u09f0\u09f1"
    "\u0a95-\u0aa8\u0aaa-\u0ab0\u0ab2\u0ab3\u0ab5-\u0ab9\u0af9"
    "\u0b15-\u0b28\u0b2a-\u0b30\u0b32\u0b33\u0b35-\u0b39"
    "\u0b5c\u0b5d\u0b5f\u0b71\u0c15-\u0c28\u0c2a-\u0c39\u0c58-\u0c5a\u0d15-\u0d3a"
    "\u1000-\u102a\u103f\u1050-\u1055\u105a-\u105d\u1780-\u17b3]"
)
# Letters that attach to the one before them, and marks that do not (SpacingMark in the same annex).
_ATTACHED_LETTERS = frozenset("\u0e33\u0eb3")
_SEPARATE_MARKS = re.compile(
    "[\u102b\u102c\u1038\u1062-\u1064\u1067-\u106d\u1083\u1087-\u108c\u108f\u109a-\u109c"
    "\u1a61\u1a63\u1a64\uaa7b\uaa7d]"
)
_JOINER = "\u200d"
_FLAG_LETTERS = re.compile("[\U0001f1e6-\U0001f1ff]{2}")


def initials(given: str | None, family: str | None) -> str:
    """Return "A. R." for Amalia Rosales, or "A." for a name of one word. None counts as empty."""
    letters = (_first_letter(normalize("NFC", name or "").strip()) for name in (given, family))
    return " ".join(f"{letter.upper()}." for letter in letters if letter)


def _first_letter(name: str) -> str:
    """Return the first grapheme cluster: a letter with all characters that attach to it."""
    end = 1
    while end < len(name) and _is_attached(name[:end], name[end]):
        end += 1
    return name[:end]


def _is_attached(cluster: str, following: str) -> bool:
    if following in _ATTACHED_LETTERS or following in "\u200c\u200d":
        return True
    if category(following)[0] == "M":
        return not _SEPARATE_MARKS.match(following)
    if "\U0001f3fb" <= following <= "\U0001f3ff":  # skin tones
        return True
    if cluster[-1] == _JOINER and category(following) == "So" and category(cluster[0]) == "So":
        return True
    is_flag = bool(_FLAG_LETTERS.fullmatch(cluster + following))
    return is_flag or _continues_conjunct(cluster, following)


def _continues_conjunct(cluster: str, following: str) -> bool:
    if not (_CONSONANTS.match(cluster[0]) and _CONSONANTS.match(following)):
        return False
    last = max(index for index, character in enumerate(cluster) if _CONSONANTS.match(character))
    between = cluster[last + 1 :]
    return any(character in _LINKERS for character in between) and all(
        character == _JOINER or category(character) == "Mn" for character in between
    )
