"""The petition's page."""

from flask import Blueprint, abort, g, make_response, redirect, render_template, url_for

from campaign.lib.caching import public
from campaign.lib.times import utcnow
from campaign.signatures.forms import signature_form
from campaign.signatures.sheets import sheet
from campaign.updates.pages import recent_cards

blueprint = Blueprint("petitions", __name__)
MOST_UPDATES = 3


@blueprint.get("/<lang>/petitions/<slug>")
def show(slug):
    now = utcnow()
    context = sheet(slug, g.lang, now)
    if context is None:
        abort(404)
    petition = context["petition"]
    form = signature_form(petition.asks, petition.questions)
    updates = recent_cards(g.lang, now, petition_id=petition.id, limit=MOST_UPDATES)
    return public(make_response(render_template("petitions/show.html", form=form, updates=updates, **context)))


@blueprint.get("/s/<slug>")
def short(slug):
    """The address for walls and paper, short enough to be typed: it leads to the petition in the reader's own language."""
    response = redirect(url_for("petitions.show", slug=slug), 302)
    response.vary.add("Accept-Language")
    response.cache_control.no_cache = True
    return response
