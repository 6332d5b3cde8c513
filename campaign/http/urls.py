"""Absolute URLs for emails and files, which are often made outside of a request."""

from functools import lru_cache
from typing import Any, cast
from urllib.parse import urlsplit

import idna
from flask import current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, MapAdapter


def absolute_url(endpoint: str, lang: str, **values: Any) -> str:
    """Return the absolute URL of a page in `lang`."""
    url_map = current_app.url_map
    if not values:
        return with_host(_path(url_map, endpoint, lang))
    return with_host(_adapter(url_map).build(endpoint, {"lang": lang, **values}))


def with_host(path: str) -> str:
    """Return the absolute URL of a path of the site."""
    return cast(str, current_app.config["PUBLIC_URL"]) + path


def without_scheme(path: str) -> str:
    """Return the URL of a path as people read it out: the host and the path."""
    return urlsplit(with_host(path)).netloc + path


def with_query(path: str) -> str:
    """Return `path` with the current request's query, so that a redirect keeps it."""
    query = request.query_string.decode(errors="replace")
    return f"{path}?{query}" if query else path


def has_page(path: str) -> bool:
    """Return whether the site has a page at this path."""
    try:
        _adapter(current_app.url_map).match(path, method="GET")
    except HTTPException:
        return False
    return True


def host_in(address: str) -> str:
    """Return host and port of a URL, or "" if it is invalid, as anyone can send any header."""
    try:
        return urlsplit(address).netloc
    except ValueError:
        return ""


def host() -> str:
    """Return the site's host name in ASCII."""
    name = urlsplit(current_app.config["PUBLIC_URL"]).hostname
    return name if name.isascii() else idna.encode(name, uts46=True).decode("ascii")


@lru_cache(maxsize=1)
def _adapter(url_map: Map) -> MapAdapter:
    return url_map.bind("")


@lru_cache(maxsize=128)
def _path(url_map: Map, endpoint: str, lang: str) -> str:
    # Each email has a few of these.
    return _adapter(url_map).build(endpoint, {"lang": lang})
