"""Write an email as bytes: its headers (RFC 5322, RFC 2047) and its parts (RFC 2045).

The standard library takes over a millisecond for one email, and garbles some headers. It folds a
long URL into encoded words, where no receiver looks for one. It loses spaces between accented
words. If it splits a name with a comma, it loses the quotes, and one address becomes two.
"""

from base64 import b64encode
from binascii import b2a_qp
from collections.abc import Iterable, Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

LINE_LENGTH = 76
# Encoded parts cannot contain this: in quoted-printable, a hexadecimal digit or a line end follows
# each "=", and base64 has no "_".
BOUNDARY_START = "=_"
# How an encoded word begins. Receivers would decode a name that contains it.
ENCODED_WORD = "=?"
WORD_START, WORD_END = f"{ENCODED_WORD}utf-8?b?", "?="


def text_header(name: str, text: str) -> str:
    """Return the header `name` with a text for people, which must be one line."""
    is_plain = text.isascii() and ENCODED_WORD not in text
    if is_plain and len(name) + len(text) + 2 <= LINE_LENGTH:
        return f"{name}: {text}\r\n"
    return f"{name}: {_encoded(name, text)}\r\n"


def address_header(name: str, address: Address) -> str:
    """Return the header `name` with one address."""
    display_name = address.display_name
    if not display_name:
        return f"{name}: {address.addr_spec}\r\n"
    if (
        not display_name.isascii()
        or len(display_name) > LINE_LENGTH // 2
        or ENCODED_WORD in display_name
    ):
        return f"{name}: {_encoded(name, display_name)}\r\n <{address.addr_spec}>\r\n"
    line = f"{name}: {address}"
    if len(line) > LINE_LENGTH:
        line = f"{line.removesuffix(f' <{address.addr_spec}>')}\r\n <{address.addr_spec}>"
    return f"{line}\r\n"


def header(name: str, value: str) -> str:
    """Return the header `name` with a value for programs, such as a URL, which stays whole."""
    return f"{name}: {value}\r\n"


def text_part(subtype: str, text: str) -> bytes:
    """Return the part text/`subtype` in UTF-8, with lines of at most 76 characters."""
    lines = b"\r\n".join(text.encode().splitlines()) + b"\r\n"
    head = (
        f'Content-Type: text/{subtype}; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    return head.encode() + b2a_qp(lines)


def file_part(
    data: bytes, maintype: str, subtype: str, *, filename: str, parameters: dict[str, str]
) -> bytes:
    """Return the part of an attached file."""
    part = EmailMessage(policy=SMTP)
    part.set_content(data, maintype, subtype, filename=filename, params=parameters or None)
    del part["MIME-Version"]
    return part.as_bytes()


def multipart(subtype: str, parts: Sequence[bytes], headers: Iterable[str] = ()) -> bytes:
    """Return the part multipart/`subtype` that contains `parts`, with more `headers`."""
    boundary = f"{BOUNDARY_START}{subtype}"
    head = f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n{"".join(headers)}\r\n'
    delimiter = f"--{boundary}".encode()
    body = b"".join(delimiter + b"\r\n" + part + b"\r\n" for part in parts)
    return head.encode() + body + delimiter + b"--\r\n"


def _encoded(name: str, text: str) -> str:
    """Return `text` as encoded words (RFC 2047), each on a line and of complete characters."""
    words, word = [], b""
    max_bytes = _bytes_in_word(LINE_LENGTH - len(f"{name}: "))
    for character in text:
        encoded = character.encode()
        if len(word) + len(encoded) > max_bytes:
            words.append(word)
            word, max_bytes = b"", _bytes_in_word(LINE_LENGTH - 1)
        word += encoded
    words.append(word)
    return "\r\n ".join(f"{WORD_START}{b64encode(word).decode()}{WORD_END}" for word in words)


def _bytes_in_word(length: int) -> int:
    """Return how many bytes fit into an encoded word of this length: three in four characters."""
    return (length - len(WORD_START) - len(WORD_END)) // 4 * 3
