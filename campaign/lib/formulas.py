"""Cells of a spreadsheet that must stay text."""

import re

# What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection"), with its
# full-width and small forms, which some translate, and whatever they skip before it: white space,
# control characters and invisible ones.
_TRIGGER = re.compile(
    "[\t\r\n]"
    "|[\\s\x00-\x20\x7f-\xa0\xad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]*"
    "[=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212]"
)


def neutralise(cell):
    """Return `cell`, behind an apostrophe where a spreadsheet might run it.

    A telephone number with + is among those: it would become a sum.
    """
    return f"'{cell}" if _TRIGGER.match(cell) else cell


def restored(cell):
    """Return what `neutralise` was given: the cell of one of our own exports without its apostrophe."""
    return cell[1:] if cell[:1] == "'" and _TRIGGER.match(cell[1:]) else cell
