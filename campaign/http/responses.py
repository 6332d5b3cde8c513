"""Responses that are not pages: framed emails, documents, missing files, one-click answers."""

from typing import NoReturn

from flask import Response, abort, make_response, request

# Emails use inline styles, which the policy of our pages forbids. In return, scripts and forms in
# an email are blocked by the sandbox.
EMAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation; "
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'"
)


def framed(html: str, *, target: str = "_top") -> Response:
    """Return a response to show the email in a frame of ours. Its links open in `target`."""
    response = make_response(html.replace("<head>", f'<head><base target="{target}">', 1))
    response.headers["Content-Security-Policy"] = EMAIL_POLICY
    return response


def document_response(media_type: str, data: bytes, *, name: str) -> Response:
    """Return the response with a document that someone has uploaded.

    A PDF is downloaded rather than opened, because it may hold scripts and links.
    """
    response = Response(data, mimetype=media_type)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    if media_type == "application/pdf":
        response.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response


def abort_missing_file() -> NoReturn:
    """Abort with a plain 404 for a picture or calendar file that does not exist.

    The error handler of pages would first look for a renamed or translated page to redirect to.
    """
    abort(Response("", 404, content_type="text/plain"))


def one_click_response() -> Response | None:
    """Return the response to a mail program that stops emails with one click, or None.

    None if a person has pressed the button of our page. Mail programs must not be redirected (RFC
    8058, section 3.1).
    """
    if request.form.get("List-Unsubscribe") != "One-Click":
        return None
    return Response("", 200, content_type="text/plain")
