"""The numbers of printed sheets: the run, the sheet in it, and a letter that gives a slip of the hand away."""

import re

# All but I, O and Q: a prime number of them, so that every single slip and every swap of neighbours shows.
LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_SERIAL = re.compile(r"(\d{1,9})\s*[-–. ]?\s*(\d{3,4})\s*[-–. ]?\s*([A-Z])")


def serial(run, number):
    """Return the serial of a sheet, such as `17-003-K`."""
    return f"{run}-{number:03}-{_letter(run, number)}"


def read_serial(text):
    """Return (run, number) of a serial as somebody typed it, or None where it is none or has a slip in it."""
    found = _SERIAL.fullmatch(text.strip().upper())
    if found is None:
        return None
    run, number = int(found[1]), int(found[2])
    return (run, number) if found[3] == _letter(run, number) and number else None


def _letter(run, number):
    digits = f"{run}{number:04}"
    total = sum(int(digit) * weight for weight, digit in enumerate(reversed(digits), 2))
    return LETTERS[total % len(LETTERS)]
