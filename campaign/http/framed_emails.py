"""A letter as an answer of its own, which a page shows in a frame."""

from flask import make_response

# A letter brings its own inline style, which the house's policy forbids; in return it may do nothing at all.
POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation; "
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'"
)


def framed(html, *, target="_top"):
    """Return the answer that shows a letter in a frame of ours; its links open in `target`."""
    response = make_response(html.replace("<head>", f'<head><base target="{target}">', 1))
    response.headers["Content-Security-Policy"] = POLICY
    return response
