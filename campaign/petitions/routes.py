"""Public pages of a petition: the petition, earlier versions, its picture and its short link."""

from typing import Any, cast

from flask import (
    Blueprint,
    abort,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from campaign.extensions import reads_replica
from campaign.http.caching import public
from campaign.http.urls import with_query
from campaign.petitions.kinds import PETITION, action_url, kind_of
from campaign.petitions.models import Petition
from campaign.petitions.operations import pictures
from campaign.petitions.past_versions import past_version
from campaign.petitions.queries import petition_by_slug
from campaign.petitions.signing_terms import recent_terms
from campaign.process.clock import utcnow
from campaign.publishing.views import asks_small, picture_response
from campaign.signatures.forms import signature_form
from campaign.signatures.presenters import petition_context_by_slug
from campaign.updates.presenters import MAX_RECENT, recent_cards

blueprint = Blueprint("petitions", __name__)


@blueprint.get("/<lang>/petitions/<slug>")
@reads_replica
def show(slug: str) -> ResponseReturnValue:
    """Show the petition and its signature form."""
    now = utcnow()
    context = petition_context_by_slug(slug, g.lang, now)
    if context is None:
        abort(404)
    petition = context["petition"]
    if petition.action_kind != PETITION:
        return redirect(with_query(action_url(petition)), 301)
    form = signature_form(petition.required_fields, petition.questions)
    updates = recent_cards(g.lang, now, petition_id=petition.id, limit=MAX_RECENT)
    return public(
        make_response(render_template("petitions/show.html", form=form, updates=updates, **context))
    )


@blueprint.get("/<lang>/petitions/<slug>/versions/<int:number>")
@reads_replica
def version(slug: str, number: int) -> ResponseReturnValue:
    """Show a whole earlier version, as the people who signed it saw it."""
    context = petition_context_by_slug(slug, g.lang, utcnow()) or abort(404)
    past = past_version(cast(Petition, petition_by_slug(slug)), number, g.lang) or abort(404)
    return public(make_response(render_template("petitions/version.html", version=past, **context)))


@blueprint.get("/petitions/<slug>/picture-<digest>.webp")
def picture(slug: str, digest: str) -> ResponseReturnValue:
    """Return the picture. Its URL changes with its content. `?size=small` is for phones."""
    return picture_response(pictures.public_data(slug, digest, is_small=asks_small()))


@blueprint.get("/s/<slug>")
def short(slug: str) -> ResponseReturnValue:
    """Redirect from the short link, which is easy to type, to the petition or other action.

    Posters and paper show this link. The reader's browser decides the language.
    """
    parameters: dict[str, Any] = {
        name: request.args[name] for name in ("by", "source") if name in request.args
    }
    terms = recent_terms(slug, now=utcnow())
    kind = kind_of(terms.action_kind if terms else PETITION)
    response = redirect(url_for(kind.show, slug=slug, **parameters), 302)
    response.vary.add("Accept-Language")
    response.cache_control.no_cache = True
    return response
