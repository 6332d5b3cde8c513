"""Web addresses: those that people enter in forms, and how pages show them."""

import re
from urllib.parse import urlsplit

import idna
from markupsafe import Markup

MAX_WEB_ADDRESS_LENGTH = 500
# Between the parts of an address. Of several such characters, the last ends a part. The scheme is
# not left alone.
_PART_END = re.compile(r"(?<=[/?&.=])(?<!://)(?![/?&.=\s]|\Z)")


class WebAddressRefused(ValueError):
    """This text is no address of a page on the web."""


def parse_web_address(text: str) -> str:
    """Return the URL in `text`. Without a scheme, https is meant. Raise WebAddressRefused."""
    url = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(url)
        host = idna.encode(parts.hostname or "", uts46=True).decode()
        # Reading the port checks it.
        _port = parts.port
    except (ValueError, idna.IDNAError) as error:
        raise WebAddressRefused(text) from error
    is_web_page = parts.scheme in ("http", "https") and "." in host and not parts.username
    has_gaps = any(character.isspace() or character in '<>"\\' for character in url)
    if not is_web_page or has_gaps or len(url) > MAX_WEB_ADDRESS_LENGTH:
        raise WebAddressRefused(text)
    return url


def with_breaks(address: str) -> Markup:
    """Mark up an address so that a long one breaks between its parts, not within a word."""
    return Markup("<wbr>").join(_PART_END.split(address))
