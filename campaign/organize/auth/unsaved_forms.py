"""Redirect to sign-in (or re-authentication) without losing a submitted form."""

from typing import Any
from urllib.parse import urlsplit

from flask import Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from campaign.http.urls import has_page, host_in
from campaign.organize.auth.sessions import safe_next
from campaign.organize.core.identity import half_signed_in

# A form with one of these fields is never written into a page.
SECRETS = {"password", "code", "pin"}


def sign_in_redirect() -> BaseResponse:
    """Return the redirect to sign-in, which then redirects to the requested or submitted page."""
    return redirect(_sign_in_url(next=_previous_path()), 303)


def unsaved_form_page() -> Response | None:
    """Return a page that keeps a submitted form until its sender has signed in.

    Return None if there is no form to keep.
    """
    return _form_page_for(_sign_in_url(), is_signed_in=False)


def password_prompt() -> Response | BaseResponse:
    """Return the response that asks for the password again; a submitted form is kept."""
    confirm = "organize.account.confirm"
    back = _previous_path() or url_for("organize.account.index")
    return _form_page_for(url_for(confirm), is_signed_in=True) or redirect(
        url_for(confirm, next=back), 303
    )


def expired_form() -> Response:
    """Return a page for a form with an expired CSRF token: it keeps the input and sends it again.

    Posts from other sites were refused before, so this browser entered the data on one of our
    pages.
    """
    typed = sent_fields()
    page = render_template(
        "organize/expired_form.html", typed=typed, back=page_of_form(), **_sent(typed)
    )
    return make_response(page, 400)


def _form_page_for(sign_in_url: str, is_signed_in: bool) -> Response | None:
    """Return the page that keeps a submitted form, or None.

    It holds only what this browser sent from one of our pages, as the CSRF token was checked
    before.
    """
    typed = sent_fields()
    if not typed or not _is_read_by_person():
        return None
    page = render_template(
        "organize/sign_in/unsaved_form.html",
        typed=typed,
        sign_in_url=sign_in_url,
        is_signed_in=is_signed_in,
        **_sent(typed),
    )
    return make_response(page, 403)


def sent_fields() -> list[tuple[str, str]]:
    """Return the submitted fields as pairs, or none if one of them is secret."""
    if SECRETS & request.form.keys():
        return []
    return [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]


def sentences_in(typed: list[tuple[str, str]]) -> list[str]:
    """Return the submitted texts that would be a loss."""
    return [value for _, value in typed if " " in value.strip()]


def page_of_form() -> str:
    """Return the URL of the page that the submitted form is on.

    That is the form's own URL. If it only takes posts, as that of a button, it is the nearest page
    above it.
    """
    path = request.path
    if has_page(path):
        return request.full_path.rstrip("?")
    while "/" in path[1:]:
        path = path.rpartition("/")[0]
        for page in (path, f"{path}/"):
            if has_page(page):
                return page
    return url_for("organize.overview.index")


def _sent(typed: list[tuple[str, str]]) -> dict[str, Any]:
    return {
        "sentences": sentences_in(typed),
        "has_file": any(file.filename for file in request.files.values()),
        "sends_to": request.full_path.rstrip("?"),
    }


def _sign_in_url(**values: Any) -> str:
    return url_for(f"organize.sign_in.{'second_step' if half_signed_in() else 'new'}", **values)


def _previous_path() -> str | None:
    if request.method == "GET":
        return request.full_path.rstrip("?")
    before = request.referrer or ""
    # Anyone can set the header. Only a URL with our own host can be parsed safely.
    if host_in(before) != request.host:
        return None
    parts = urlsplit(before)
    return safe_next(f"{parts.path}?{parts.query}".rstrip("?"))


def _is_read_by_person() -> bool:
    """Return whether a person sees the response.

    Our scripts save in the background and show the error in their own way.
    """
    is_page = request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
    return is_page and "text/html" in request.headers.get("Accept", "")
