"""Cookie names that no other host can set."""

from flask import current_app

PREFIX = "__Host-"


def host_name(name: str) -> str:
    """Return the name of a cookie, with the prefix `__Host-` if cookies need https.

    Browsers then accept the cookie from this host only.
    """
    return f"{PREFIX}{name}" if current_app.config["SESSION_COOKIE_SECURE"] else name
