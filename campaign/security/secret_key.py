"""The secret from which tokens, digests and seals are derived."""

from typing import cast

from flask import current_app


def secret_key() -> bytes:
    """Return SECRET_KEY as bytes."""
    return cast(str, current_app.config["SECRET_KEY"]).encode()
