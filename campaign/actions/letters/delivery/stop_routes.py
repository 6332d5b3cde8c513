"""The page with which a target stops letters by email."""

from flask import (
    Blueprint,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    url_for,
)
from flask.typing import ResponseReturnValue

from campaign.actions.letters.delivery import refusals
from campaign.extensions import write
from campaign.http.caching import private, public
from campaign.http.responses import one_click_response
from campaign.process.clock import utcnow

blueprint = Blueprint("letters", __name__)


@blueprint.get("/<lang>/letters/stop/<token>")
def stop(token: str) -> ResponseReturnValue:
    """Show the page with the button.

    Mail scanners follow links, so a GET must not stop anything. The link never expires, so the page
    shows no personal data.
    """
    digest = _digest_in(token)
    return private(
        make_response(
            render_template(
                "letters/stop.html", token=token, is_refused=refusals.is_refused(digest)
            )
        )
    )


@blueprint.post("/<lang>/letters/stop/<token>")
def stop_now(token: str) -> ResponseReturnValue:
    """Send no more letters, by the page's button or by one click in a mail program (RFC 8058)."""
    write(refusals.refuse, address_digest=_digest_in(token), now=utcnow())
    return one_click_response() or redirect(url_for("letters.stopped"), 303)


@blueprint.get("/<lang>/letters/stopped")
def stopped() -> Response:
    """Show that no more letters are sent. The page is the same for everyone."""
    return public(make_response(render_template("letters/stopped.html")), 60)


def _digest_in(token: str) -> bytes:
    return refusals.digest_in(token) or abort(404)
