"""Slugs: the last part of a URL, such as law-of-2026."""

import re
from collections.abc import Callable
from unicodedata import combining, normalize

MAX_SLUG_LENGTH = 80
# The workspace uses this slug in the URL of forms for new items.
RESERVED = "new"
_SLUG = re.compile("[a-z0-9]+(-[a-z0-9]+)*")
# Letters that Unicode does not decompose into a plain Latin letter and a mark.
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)


def is_slug(text: str) -> bool:
    """Return whether `text` is lower-case letters, digits, and single hyphens between them.

    It must have at most MAX_SLUG_LENGTH characters and must not be RESERVED.
    """
    return len(text) <= MAX_SLUG_LENGTH and text != RESERVED and _SLUG.fullmatch(text) is not None


def slug_of(title: str) -> str:
    """Return a slug made from a title and cut between words.

    It is empty if the title has no Latin letter or digit.
    """
    latin = "".join(
        character
        for character in normalize("NFKD", title.lower().translate(_LETTERS))
        if not combining(character)
    )
    slug = ""
    for word in re.findall("[a-z0-9]+", latin):
        longer = f"{slug}-{word}" if slug else word[:MAX_SLUG_LENGTH]
        if len(longer) > MAX_SLUG_LENGTH:
            break
        slug = longer
    return slug if is_slug(slug) else ""


def free_slug(wanted: str, is_taken: Callable[[str], bool]) -> str:
    """Return the first of home, home-2, home-3 … that is not taken, if `wanted` is "home"."""
    slug, number = wanted, 1
    while is_taken(slug):
        number += 1
        ending = f"-{number}"
        slug = wanted[: MAX_SLUG_LENGTH - len(ending)].rstrip("-") + ending
    return slug
