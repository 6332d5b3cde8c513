"""Calendar files (iCalendar, RFC 5545) that Apple, Google and Outlook read.

Instants are in UTC, lines folded, words escaped.
"""

from datetime import UTC
from unicodedata import category

FOLD_OCTETS = 75
PRODUCT = "-//Volante//Events//EN"
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


def calendar(entries, *, method="PUBLISH", name=""):
    """Return the calendar file of `entries` as text with CRLF.

    Each entry is a list of (property, value) pairs, already encoded. `method` is the iTIP method (RFC 5546). `name` is shown where somebody subscribes to the file.
    """
    head = [("VERSION", "2.0"), ("PRODID", PRODUCT), ("CALSCALE", "GREGORIAN"), ("METHOD", method)]
    if name:
        # RFC 7986 knows NAME; Apple, Google and Outlook listen to the older word.
        head += [("NAME", words(name)), ("X-WR-CALNAME", words(name))]
        head += [("REFRESH-INTERVAL;VALUE=DURATION", "PT6H"), ("X-PUBLISHED-TTL", "PT6H")]
    body = [pair for entry in entries for pair in (("BEGIN", "VEVENT"), *entry, ("END", "VEVENT"))]
    lines = [("BEGIN", "VCALENDAR"), *head, *body, ("END", "VCALENDAR")]
    return "".join(f"{folded(f'{key}:{value}')}\r\n" for key, value in lines)


def words(text):
    """Return text as the value of a property: escaped, and without what would break a line."""
    lines = text.replace("\r\n", "\n").replace("\u2028", "\n")
    return "".join(
        sign for sign in lines if sign in "\n\t" or category(sign) not in ("Cc", "Cs")
    ).translate(_ESCAPES)


def parameter(text):
    """Return text as a quoted parameter; quotes and control characters cannot stand in one (RFC 5545, 3.2)."""
    return '"' + "".join(sign for sign in text.replace('"', "'") if sign.isprintable()) + '"'


def instant(moment):
    """Return an aware datetime as UTC, to the second."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def folded(line):
    """Return a line folded to FOLD_OCTETS bytes of UTF-8, never within a character."""
    pieces, piece, size = [], "", 0
    for sign in line:
        octets = len(sign.encode())
        # What continues begins with a space, which counts too.
        if size + octets > FOLD_OCTETS:
            pieces.append(piece)
            piece, size = " ", 1
        piece += sign
        size += octets
    return "\r\n".join([*pieces, piece])
