"""Who is not signed in, or not anew: the way to the door, and what they had typed meanwhile."""

from urllib.parse import urlsplit

from flask import current_app, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from campaign.http.urls import host_in
from campaign.organize.auth.sessions import safe_next
from campaign.organize.identity import half_signed_in

# Nothing that opens anything is written into a page.
SECRETS = {"password", "code", "pin"}


def to_the_door():
    """Return the redirect to the sign-in, which leads on to the page that was asked for or posted from."""
    return redirect(_door(next=_whence()), 303)


def words_kept_at_the_door():
    """Return the answer to a stranger who posted words: a page that keeps them until they are in. None where there are none."""
    return _kept_words(_door(), is_known=False)


def to_the_password():
    """Return the answer to an organizer who has to show their password anew; words that they posted are kept."""
    confirm = "organize.account.confirm"
    here = _whence() or url_for("organize.account.index")
    return _kept_words(url_for(confirm), is_known=True) or redirect(
        url_for(confirm, next=here), 303
    )


def expired_form():
    """Return the answer to a form whose token is no longer good: a page that keeps what was entered, and sends it again.

    Posts from pages of other sites have been refused before, so this browser entered it at a page of ours.
    """
    typed = _typed()
    back = request.full_path.rstrip("?") if _has_get() else url_for("organize.overview.index")
    page = render_template("organize/expired_form.html", typed=typed, back=back, **_sent(typed))
    return make_response(page, 400)


def _kept_words(door, is_known):
    """It holds nothing but what this very browser sent, from a page of ours: the token was looked at before."""
    typed = _typed()
    if not typed or not _is_read_by_somebody():
        return None
    page = render_template(
        "organize/sign_in/kept_words.html",
        typed=typed,
        door=door,
        is_known=is_known,
        **_sent(typed),
    )
    return make_response(page, 403)


def _typed():
    """Return the fields that were sent, as pairs, or none where there is a secret among them."""
    if SECRETS & request.form.keys():
        return []
    return [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]


def _sent(typed):
    return {
        "sentences": [value for _, value in typed if " " in value.strip()],
        "has_file": any(file.filename for file in request.files.values()),
        "sends_to": request.full_path.rstrip("?"),
    }


def _has_get():
    try:
        current_app.url_map.bind("").match(request.path, method="GET")
    except HTTPException:
        return False
    return True


def _door(**values):
    return url_for(f"organize.sign_in.{'second_step' if half_signed_in() else 'new'}", **values)


def _whence():
    if request.method == "GET":
        return request.full_path.rstrip("?")
    before = request.referrer or ""
    # Anybody can write into a header, and an address of ours alone can be taken apart without a doubt.
    if host_in(before) != request.host:
        return None
    parts = urlsplit(before)
    return safe_next(f"{parts.path}?{parts.query}".rstrip("?"))


def _is_read_by_somebody():
    """Scripts of ours, which save while one types, tell it in their own way."""
    is_page = request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
    return is_page and "text/html" in request.headers.get("Accept", "")
