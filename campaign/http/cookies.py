"""Names of cookies that no other host can set."""

from flask import current_app

PREFIX = "__Host-"


def host_name(name: str) -> str:
    """Return the name of a cookie: where cookies go by https only, one that browsers take from this very host alone."""
    return f"{PREFIX}{name}" if current_app.config["SESSION_COOKIE_SECURE"] else name
