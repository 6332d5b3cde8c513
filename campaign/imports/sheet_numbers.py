"""Serials of printed sheets: the print run, the sheet, and a check letter against typos."""

import re

# Without I, O and Q there are 23 letters. A prime number detects every single wrong digit and every
# swap of two neighbours.
LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_SERIAL = re.compile(r"(\d{1,9})\s*[-–. ]?\s*(\d{3,4})\s*[-–. ]?\s*([A-Z])")


def serial(run: int, number: int) -> str:
    """Return the serial of a sheet, such as `17-003-K`."""
    return f"{run}-{number:03}-{_check_letter(run, number)}"


def read_serial(text: str) -> tuple[int, int] | None:
    """Return (run, number) of a serial as it was typed, or None if it is invalid."""
    match = _SERIAL.fullmatch(text.strip().upper())
    if match is None:
        return None
    run, number = int(match[1]), int(match[2])
    return (run, number) if match[3] == _check_letter(run, number) and number else None


def _check_letter(run: int, number: int) -> str:
    digits = f"{run}{number:04}"
    total = sum(int(digit) * weight for weight, digit in enumerate(reversed(digits), 2))
    return LETTERS[total % len(LETTERS)]
