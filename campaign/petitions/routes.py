"""The petition's page."""

from flask import Blueprint, abort, g, make_response, render_template

from campaign.lib.caching import public
from campaign.lib.times import utcnow
from campaign.signatures.forms import signature_form
from campaign.signatures.sheets import sheet

blueprint = Blueprint("petitions", __name__)


@blueprint.get("/<lang>/petitions/<slug>")
def show(slug):
    context = sheet(slug, g.lang, utcnow())
    if context is None:
        abort(404)
    petition = context["petition"]
    form = signature_form(petition.asks, petition.questions)
    return public(make_response(render_template("petitions/show.html", form=form, **context)))
