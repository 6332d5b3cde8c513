"""Show an email's HTML in a frame."""

from flask import Response, make_response

# Emails use inline styles, which the policy of our pages forbids. In return, scripts and forms in
# an email are blocked by the sandbox.
POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation; "
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'"
)


def framed(html: str, *, target: str = "_top") -> Response:
    """Return a response to show the email in a frame of ours; its links open in `target`."""
    response = make_response(html.replace("<head>", f'<head><base target="{target}">', 1))
    response.headers["Content-Security-Policy"] = POLICY
    return response
