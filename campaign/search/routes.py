"""The search page."""

from flask import Blueprint, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign.causes.models import Cause
from campaign.causes.queries import published_causes
from campaign.extensions import reads_replica
from campaign.http.caching import public
from campaign.search.forms import SearchQuery
from campaign.search.indexing import ENDPOINTS
from campaign.search.queries import PAGE_SIZE, Results, results_in_other_languages, search
from campaign.site.settings import site_settings
from campaign.surge.state import check_surge

blueprint = Blueprint("search", __name__)


@blueprint.get("/<lang>/search")
@reads_replica
def results() -> ResponseReturnValue:
    """Show the search form and one page of results, unless search has to wait in a surge."""
    check_surge()
    query = SearchQuery.of(request.args)
    causes = published_causes()
    cause_filter = next((cause for cause in causes if cause.slug == query.cause), None)
    # An unknown cause has no results. Results of all causes would answer a different question.
    found_results = (
        Results({}, ()) if query.cause and not cause_filter else _search(query, cause_filter)
    )
    count = found_results.counts.get(query.kind, 0) if query.kind else found_results.total
    page = render_template(
        "search/results.html",
        query=query,
        results=found_results,
        count=count,
        kinds=_kinds(found_results),
        endpoints=ENDPOINTS,
        causes=[(cause.slug, cause.text(g.lang).title) for cause in causes],
        elsewhere={} if found_results.total else _other_languages(query, cause_filter),
        earlier_url=query.url(page=query.page - 1) if query.page > 1 else None,
        later_url=query.url(page=query.page + 1) if count > query.page * PAGE_SIZE else None,
    )
    return public(make_response(page), 5)


def _search(query: SearchQuery, cause: Cause | None) -> Results:
    return search(
        query.q, g.lang, kind=query.kind, cause_id=cause.id if cause else None, page=query.page
    )


def _other_languages(query: SearchQuery, cause: Cause | None) -> dict[str, Results]:
    if query.cause and not cause:
        return {}
    return results_in_other_languages(
        query.q, g.lang, site_settings().languages, cause_id=cause.id if cause else None
    )


def _kinds(results: Results) -> list[tuple[str, str, int]]:
    """Return (kind, label, count) for each tab, in order."""
    names = {
        "cause": _("Causes"),
        "petition": _("Petitions and letters"),
        "event": _("Events"),
        "update": _("Updates"),
    }
    return [(kind, names[kind], count) for kind, count in results.counts.items()]
