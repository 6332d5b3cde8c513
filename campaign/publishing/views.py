"""Responses with the pictures of something that is published."""

from flask import Response, request

from campaign.http.caching import public
from campaign.http.responses import abort_missing_file

# How long browsers keep a picture. Its URL changes with its content.
PICTURE_SECONDS = 7 * 24 * 3600


def asks_small() -> bool:
    """Return whether the request is for the version for phones: `?size=small`."""
    return request.args.get("size") == "small"


def picture_response(data: bytes | None, *, media_type: str = "image/webp") -> Response:
    """Return the response with a picture, or abort if there is none."""
    return public(Response(data or abort_missing_file(), mimetype=media_type), PICTURE_SECONDS)
