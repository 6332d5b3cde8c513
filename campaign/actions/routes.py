"""Public pages of the actions that are not petitions: the action, and its form."""

from flask import Blueprint, abort, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from campaign.extensions import reads_replica
from campaign.http.caching import public
from campaign.petitions.kinds import PETITION
from campaign.process.clock import utcnow
from campaign.signatures.forms import signature_form
from campaign.signatures.presenters import petition_context_by_slug
from campaign.signatures.signing.views import SigningPage, fill_again, sign_and_answer
from campaign.updates.presenters import MAX_RECENT, recent_cards

blueprint = Blueprint("actions", __name__)


@blueprint.get("/<lang>/actions/<slug>")
@reads_replica
def show(slug: str) -> ResponseReturnValue:
    """Show the action and its form."""
    now = utcnow()
    context = petition_context_by_slug(slug, g.lang, now) or abort(404)
    action = context["petition"]
    if action.action_kind == PETITION:
        abort(404)
    form = signature_form(action.required_fields, action.questions, action=action, lang=g.lang)
    updates = recent_cards(g.lang, now, petition_id=action.id, limit=MAX_RECENT)
    return public(
        make_response(render_template("actions/show.html", form=form, updates=updates, **context))
    )


@blueprint.post("/<lang>/actions/<slug>/responses")
def respond(slug: str) -> ResponseReturnValue:
    """Record a response. The answer is the same for first responses and repeats.

    The button `find` shows the form again, with what depends on what was entered.
    """
    thanks_url = url_for("signatures.thanks", slug=slug)
    page = SigningPage("actions/show.html", thanks_url, endpoint="actions.respond")
    if "find" in request.form:
        return fill_again(slug, page)
    return sign_and_answer(slug, page)


@blueprint.get("/<lang>/actions/<slug>/responses")
def form_again(slug: str) -> ResponseReturnValue:
    """Redirect to the action, after a reload or a language switch on a rejected form."""
    return redirect(url_for("actions.show", slug=slug, _anchor="sign"))
