"""Pages about the site itself, and the health checks."""

from flask import Blueprint, Response, abort, g, jsonify, make_response, render_template
from flask.typing import ResponseReturnValue

from campaign.health.readiness import readiness
from campaign.http.caching import public
from campaign.notices.presenters import controllers
from campaign.privacy.register import SECTIONS
from campaign.privacy.rows import NOBODY, ORGANIZERS
from campaign.site.settings import site_settings
from campaign.web.languages import redirect_to_language

blueprint = Blueprint("web", __name__)


@blueprint.get("/")
def root() -> ResponseReturnValue:
    return redirect_to_language() or abort(404)


@blueprint.get("/<lang>/privacy")
def privacy() -> Response:
    page = render_template(
        "web/privacy.html",
        organisations=controllers(g.lang),
        sections=SECTIONS,
        usual_viewers=(NOBODY, ORGANIZERS),
        settings=site_settings(),
    )
    return public(make_response(page), 60)


@blueprint.get("/<lang>/accessibility")
def accessibility() -> Response:
    return public(make_response(render_template("web/accessibility.html")), 60)


@blueprint.get("/healthz")
def healthz() -> Response:
    """Say that this process answers. It asks nothing else."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def readyz() -> ResponseReturnValue:
    """Answer 503 if nothing can be signed here. Warnings are in the response."""
    result = readiness()
    status = 503 if result.state == "unavailable" else 200
    return jsonify(status=result.state, checks=result.checks), status
