"""Responses that are no pages of ours: an email in a frame, and a missing file."""

from typing import NoReturn

from flask import Response, abort, make_response

# Emails use inline styles, which the policy of our pages forbids. In return, scripts and forms in
# an email are blocked by the sandbox.
EMAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation; "
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'"
)


def framed(html: str, *, target: str = "_top") -> Response:
    """Return a response to show the email in a frame of ours; its links open in `target`."""
    response = make_response(html.replace("<head>", f'<head><base target="{target}">', 1))
    response.headers["Content-Security-Policy"] = EMAIL_POLICY
    return response


def abort_missing_file() -> NoReturn:
    """Abort with a plain 404 for a picture or calendar file that does not exist.

    The error handler of pages would first look for a renamed or translated page to redirect to.
    """
    abort(Response("", 404, content_type="text/plain"))
