"""The search page."""

from flask import Blueprint, current_app, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign.causes.models import Cause
from campaign.causes.queries import published_causes
from campaign.http.caching import public
from campaign.search.forms import Asked
from campaign.search.indexing import SOURCES
from campaign.search.queries import PAGE, Results, found_elsewhere, search

blueprint = Blueprint("search", __name__)
ENDPOINTS = {source.kind: source.endpoint for source in SOURCES}


@blueprint.get("/<lang>/search")
def results() -> ResponseReturnValue:
    """Show the search form and one page of results."""
    asked = Asked.of(request.args)
    causes = published_causes()
    chosen = next((cause for cause in causes if cause.slug == asked.cause), None)
    # An unknown cause has no results. Results of all causes would answer a different question.
    found = Results({}, ()) if asked.cause and not chosen else _search(asked, chosen)
    count = found.counts.get(asked.kind, 0) if asked.kind else found.total
    page = render_template(
        "search/results.html",
        asked=asked,
        results=found,
        count=count,
        kinds=_kinds(found),
        endpoints=ENDPOINTS,
        causes=[(cause.slug, cause.text(g.lang).title) for cause in causes],
        elsewhere={} if found.total else _elsewhere(asked, chosen),
        earlier_url=asked.address(page=asked.page - 1) if asked.page > 1 else None,
        later_url=asked.address(page=asked.page + 1) if count > asked.page * PAGE else None,
    )
    return public(make_response(page), 5)


def _search(asked: Asked, cause: Cause | None) -> Results:
    return search(
        asked.q, g.lang, kind=asked.kind, cause_id=cause.id if cause else None, page=asked.page
    )


def _elsewhere(asked: Asked, cause: Cause | None) -> dict[str, Results]:
    if asked.cause and not cause:
        return {}
    return found_elsewhere(
        asked.q, g.lang, current_app.config["LANGUAGES"], cause_id=cause.id if cause else None
    )


def _kinds(found: Results) -> list[tuple[str, str, int]]:
    """Return (kind, label, count) for each tab, in order."""
    names = {
        "cause": _("Causes"),
        "petition": _("Petitions"),
        "event": _("Events"),
        "update": _("Updates"),
    }
    return [(kind, names[kind], count) for kind, count in found.counts.items()]
