"""Whole web addresses, for mails and files that are made where no request tells the site's own."""

from urllib.parse import urlsplit

import idna
from flask import current_app, request


def absolute_url(endpoint, lang, **values):
    """Return the whole address of a page in `lang`."""
    path = current_app.url_map.bind("").build(endpoint, {"lang": lang, **values})
    return current_app.config["PUBLIC_URL"] + path


def with_query(path):
    """Return a path of ours with the query of the present request behind it, whatever that is: to be led on loses nothing."""
    query = request.query_string.decode(errors="replace")
    return f"{path}?{query}" if query else path


def host_in(address):
    """Return the host and port in an address that somebody sent, or nothing where it is none: anybody can write into a header."""
    try:
        return urlsplit(address).netloc
    except ValueError:
        return ""


def host():
    """Return the host name of the site in ASCII."""
    name = urlsplit(current_app.config["PUBLIC_URL"]).hostname
    return name if name.isascii() else idna.encode(name, uts46=True).decode("ascii")
