"""The secret that links, fingerprints and seals hang on."""

from flask import current_app


def secret_key():
    """Return SECRET_KEY as bytes."""
    return current_app.config["SECRET_KEY"].encode()
