"""The page with which a supporter stops the emails about answers to a petition."""

from typing import cast

from flask import (
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    url_for,
)
from flask.typing import ResponseReturnValue

from campaign.extensions import write
from campaign.http.caching import private, public
from campaign.http.responses import one_click_response
from campaign.organisations.presenters import show_organisation
from campaign.petitions.models import Petition
from campaign.petitions.queries import petition_by_id
from campaign.process.clock import utcnow
from campaign.signatures import tokens
from campaign.signatures.models import Signature
from campaign.signatures.owner import operations as owner_operations
from campaign.signatures.queries import signature_by_token
from campaign.signatures.routes import blueprint


@blueprint.get("/<lang>/signatures/answers/<token>")
def stop_answers(token: str) -> ResponseReturnValue:
    """Show the page with the button.

    Mail scanners follow links, so a GET must not stop anything. The link never expires, so the page
    shows no personal data.
    """
    petition = cast(Petition, petition_by_id(_opened(token).petition_id))
    show_organisation(petition.cause.organisation_id)
    page = render_template("signatures/stop_answers.html", token=token)
    return private(make_response(page))


@blueprint.post("/<lang>/signatures/answers/<token>")
def stop_answers_now(token: str) -> ResponseReturnValue:
    """Tell the person of no more answers, by the button or by a mail program (RFC 8058)."""
    write(owner_operations.stop_answers, signature_id=_opened(token).id, now=utcnow())
    return one_click_response() or redirect(url_for("signatures.answers_stopped"), 303)


@blueprint.get("/<lang>/signatures/answers/stopped")
def answers_stopped() -> Response:
    """Show that the emails have stopped. The page is the same for everyone."""
    return public(make_response(render_template("signatures/answers_stopped.html")), 60)


def _opened(token: str) -> Signature:
    """Return the signature that the token belongs to.

    Otherwise abort with a page that says that nothing was stopped.
    """
    return signature_by_token(tokens.STOP_ANSWERS, token) or abort(
        private(make_response(render_template("signatures/stop_answers.html", token=""), 404))
    )
