"""Keep spreadsheet cells from being run as formulas."""

import re
from collections.abc import Sequence
from operator import itemgetter

# Characters that begin a formula (OWASP, "CSV Injection"), and their full-width and small forms,
# which some spreadsheets translate. Spreadsheets skip white space, control characters and
# invisible characters before them.
_SKIPPED = "\\s\x00-\x20\x7f-\xa0\xad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff"
_OPERATORS = "=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212"
_TRIGGER = re.compile(f"[\t\r\n]|[{_SKIPPED}]*[{_OPERATORS}]")
_SUSPECT = re.compile(f"[{_SKIPPED}{_OPERATORS}]")
_first = itemgetter(0)


def neutralise(cell: str) -> str:
    """Return `cell`, with an apostrophe in front if a spreadsheet might run it as a formula.

    This includes telephone numbers with +, which would become sums.
    """
    return f"'{cell}" if _TRIGGER.match(cell) else cell


def neutralise_all(cells: Sequence[str | None]) -> Sequence[str | None]:
    """Return `neutralise` of each cell. It is much faster if most cells begin with a letter."""
    firsts = "".join(set(map(_first, filter(None, cells))))
    return [cell and neutralise(cell) for cell in cells] if _SUSPECT.search(firsts) else cells


def restored(cell: str) -> str:
    """Return a cell of one of our exports without the apostrophe that `neutralise` added."""
    return cell[1:] if cell[:1] == "'" and _TRIGGER.match(cell[1:]) else cell
