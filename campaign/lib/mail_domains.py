"""Slips in the domain of a mail address; static/js/lib/mail-domains.js is the browser's twin."""

import tomllib
from math import inf
from pathlib import Path

_PATH = Path(__file__).with_name("data") / "common_mail_domains.toml"
_DATA = tomllib.loads(_PATH.read_text("utf-8"))
_COMMON = tuple(_DATA["common"].split())
_RIGHT = frozenset(_COMMON).union(_DATA["neighbours"].split())
_ENDINGS = frozenset(_DATA["endings"].split())
_SINGLE = _DATA["single"]
_MOST_SLIPS = 2
_SHORT_NAME = 4


def suggest(address):
    """Return the address that was probably meant, or None where the typed one may be right.

    The local part is untouched.
    """
    local, _, domain = address.strip().rpartition("@")
    meant = _meant_domain(domain.lower()) if local and domain else None
    return f"{local}@{meant}" if meant else None


def _meant_domain(typed):
    if typed in _RIGHT:
        return None
    name = typed.partition(".")[0]
    if name in _SINGLE:
        return _SINGLE[name]
    # min() keeps the first of equals, which is the likelier.
    meant = min(_COMMON, key=lambda common: _slips(typed, common))
    return meant if _slips(typed, meant) <= _MOST_SLIPS else None


def _slips(typed, meant):
    """Count the slips from `typed` to `meant`; infinite where they are rather two houses."""
    name, _, ending = typed.partition(".")
    meant_name, _, meant_ending = meant.partition(".")
    if name == meant_name and not ending:
        return 0
    if ending in _ENDINGS and ending != meant_ending:
        return inf
    if abs(len(typed) - len(meant)) > _MOST_SLIPS:
        return inf  # each slip changes the length by one at most
    distance = edit_distance(typed, meant)
    if name == meant_name:
        return inf if len(ending) == 2 and distance > 1 else distance
    # In a short name one other letter makes another word (love, live): only a swap counts.
    if len(meant_name) <= _SHORT_NAME:
        return distance if len(meant_name) == _SHORT_NAME and _is_swap(name, meant_name) else inf
    return inf if distance == _MOST_SLIPS and name[:1] != meant_name[0] else distance


def _is_swap(typed, meant):
    return sorted(typed) == sorted(meant) and edit_distance(typed, meant) == 1


def edit_distance(start, end):
    """Count the slips of the fingers between two words.

    A slip is a letter too many, too few or wrong, or two neighbours swapped: Damerau-Levenshtein
    in its "optimal string alignment" form, where no letter is touched twice.
    """
    before_last, last = [], list(range(len(end) + 1))
    for row, typed in enumerate(start, 1):
        current = [row]
        for column, meant in enumerate(end, 1):
            best = min(last[column] + 1, current[-1] + 1, last[column - 1] + (typed != meant))
            if row > 1 and column > 1 and typed == end[column - 2] and start[row - 2] == meant:
                best = min(best, before_last[column - 2] + 1)
            current.append(best)
        before_last, last = last, current
    return last[-1]
