"""The last part of an address, such as law-of-2026."""

import re
from unicodedata import combining, normalize

MAX_SLUG_LENGTH = 80
# The workspace makes new things at this address.
RESERVED = "new"
_SLUG = re.compile("[a-z0-9]+(-[a-z0-9]+)*")
# What falls apart into no Latin letter and mark.
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)


def is_slug(text):
    """Return whether `text` is small letters, digits and single hyphens between them, at most 80."""
    return len(text) <= MAX_SLUG_LENGTH and text != RESERVED and _SLUG.fullmatch(text) is not None


def slug_of(title):
    """Return the slug that a title suggests, cut between words; empty where the title has no Latin letter or digit."""
    plain = "".join(
        each for each in normalize("NFKD", title.lower().translate(_LETTERS)) if not combining(each)
    )
    slug = ""
    for word in re.findall("[a-z0-9]+", plain):
        longer = f"{slug}-{word}" if slug else word[:MAX_SLUG_LENGTH]
        if len(longer) > MAX_SLUG_LENGTH:
            break
        slug = longer
    return slug if is_slug(slug) else ""


def free_slug(wanted, is_taken):
    """Return `wanted`, or with the first number behind it that `is_taken` says no to: home, home-2, home-3 …"""
    slug, number = wanted, 1
    while is_taken(slug):
        number += 1
        ending = f"-{number}"
        slug = wanted[: MAX_SLUG_LENGTH - len(ending)].rstrip("-") + ending
    return slug
