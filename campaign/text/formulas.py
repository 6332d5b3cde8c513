"""Cells of a spreadsheet that must stay text."""

import re
from operator import itemgetter

# What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection"), with its
# full-width and small forms, which some translate, and whatever they skip before it: white space,
# control characters and invisible ones.
_SKIPPED = "\\s\x00-\x20\x7f-\xa0\xad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff"
_OPERATORS = "=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212"
_TRIGGER = re.compile(f"[\t\r\n]|[{_SKIPPED}]*[{_OPERATORS}]")
_SUSPECT = re.compile(f"[{_SKIPPED}{_OPERATORS}]")
_first = itemgetter(0)


def neutralise(cell):
    """Return `cell`, behind an apostrophe where a spreadsheet might run it.

    A telephone number with + is among those: it would become a sum.
    """
    return f"'{cell}" if _TRIGGER.match(cell) else cell


def neutralise_all(cells):
    """Return the cells, texts or None, each as `neutralise` returns it; much faster where most begin with a letter."""
    firsts = "".join(set(map(_first, filter(None, cells))))
    return [cell and neutralise(cell) for cell in cells] if _SUSPECT.search(firsts) else cells


def restored(cell):
    """Return what `neutralise` was given: the cell of one of our own exports without its apostrophe."""
    return cell[1:] if cell[:1] == "'" and _TRIGGER.match(cell[1:]) else cell
