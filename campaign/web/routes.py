"""Pages about the site itself, and the health checks."""

from collections.abc import Iterable

from flask import Blueprint, Response, abort, g, jsonify, make_response, render_template
from flask.typing import ResponseReturnValue

from campaign.health.readiness import readiness
from campaign.http.caching import public
from campaign.notices.presenters import controllers
from campaign.privacy.register import SECTIONS
from campaign.privacy.rows import RegisterRow
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
        tables=[(name, _rows(table)) for name, table in SECTIONS],
        confirm_days=site_settings().confirm_days,
        own_link_days=site_settings().own_link_days,
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
    """Answer 503 if nothing can be signed here. What merely is not well is in the answer."""
    result = readiness()
    status = 503 if result.state == "unavailable" else 200
    return jsonify(status=result.state, checks=result.checks), status


def _rows(table: Iterable[RegisterRow]) -> list[tuple[RegisterRow, str]]:
    return [(row, row.retention_text(site_settings())) for row in table]
