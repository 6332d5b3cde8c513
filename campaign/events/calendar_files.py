"""Calendar files (iCalendar, RFC 5545) that Apple, Google and Outlook can read.

Instants are in UTC, lines are folded, and text is escaped.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from unicodedata import category

FOLD_OCTETS = 75
PRODUCT = "-//Volante//Events//EN"
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


def calendar(
    entries: Iterable[Sequence[tuple[str, str]]], *, method: str = "PUBLISH", name: str = ""
) -> str:
    """Return the calendar file of `entries` as text with CRLF.

    Each entry is a list of encoded (property, value) pairs. `method` is the iTIP method (RFC 5546).
    `name` is the name that people see when they subscribe to the file.
    """
    head = [("VERSION", "2.0"), ("PRODID", PRODUCT), ("CALSCALE", "GREGORIAN"), ("METHOD", method)]
    if name:
        # RFC 7986 defines NAME, but Apple, Google and Outlook read the older X-WR-CALNAME.
        head += [("NAME", words(name)), ("X-WR-CALNAME", words(name))]
        head += [("REFRESH-INTERVAL;VALUE=DURATION", "PT6H"), ("X-PUBLISHED-TTL", "PT6H")]
    body = [pair for entry in entries for pair in (("BEGIN", "VEVENT"), *entry, ("END", "VEVENT"))]
    lines = [("BEGIN", "VCALENDAR"), *head, *body, ("END", "VCALENDAR")]
    return "".join(f"{folded(f'{key}:{value}')}\r\n" for key, value in lines)


def words(text: str) -> str:
    """Return text as a property value: escaped, without characters that would break a line."""
    lines = text.replace("\r\n", "\n").replace("\u2028", "\n")
    return "".join(
        character
        for character in lines
        if character in "\n\t" or category(character) not in ("Cc", "Cs")
    ).translate(_ESCAPES)


def parameter(text: str) -> str:
    """Return text as a quoted parameter.

    A parameter cannot contain quotes or control characters (RFC 5545, 3.2).
    """
    return (
        '"'
        + "".join(character for character in text.replace('"', "'") if character.isprintable())
        + '"'
    )


def instant(moment: datetime) -> str:
    """Return an aware datetime in UTC, to the second."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def folded(line: str) -> str:
    """Return a line folded to FOLD_OCTETS bytes of UTF-8, never within a character."""
    pieces, piece, size = [], "", 0
    for character in line:
        octets = len(character.encode())
        # A continuation line begins with a space, which counts too.
        if size + octets > FOLD_OCTETS:
            pieces.append(piece)
            piece, size = " ", 1
        piece += character
        size += octets
    return "\r\n".join([*pieces, piece])
