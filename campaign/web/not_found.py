"""Handle a URL without a page: redirect from a former slug, or suggest similar pages."""

from flask import redirect, request, url_for
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from campaign.causes import operations as causes
from campaign.events import operations as events
from campaign.extensions import db
from campaign.http.urls import with_query
from campaign.organisations import operations as organisations
from campaign.petitions import operations as petitions
from campaign.search.indexing import ENDPOINTS
from campaign.search.queries import Neighbour, neighbours
from campaign.surge.state import work_waits
from campaign.text.slugs import is_slug
from campaign.updates import operations as updates
from campaign.web.languages import chosen_lang

# The part of a rule that ends in a slug, and the history of such slugs.
HISTORIES = {
    "/causes/<slug>": causes.slugs,
    "/petitions/<slug>": petitions.slugs,
    "/actions/<slug>": petitions.slugs,
    "/events/<slug>": events.slugs,
    "/updates/<slug>": updates.slugs,
    "/organisations/<slug>": organisations.slugs,
}


def redirect_to_present_slug() -> Response | None:
    """Redirect if the URL holds a former slug, else return None. Posts are redirected with 308."""
    rule, values = request.url_rule, request.view_args or {}
    history = next((item for part, item in HISTORIES.items() if rule and part in rule.rule), None)
    present = history.present_slug(values["slug"]) if history and is_slug(values["slug"]) else None
    if present is None:
        return None
    url = url_for(request.endpoint or "", **{**values, "slug": present})
    return redirect(with_query(url), 301 if request.method in ("GET", "HEAD") else 308)


def neighbours_of_request() -> tuple[tuple[str, Neighbour], ...]:
    """Return (URL, Neighbour) of what the visitor may have meant: empty if the database is away.

    In a surge it is empty too, because finding them takes a search.
    """
    slug = request.path.rstrip("/").rpartition("/")[2]
    if not is_slug(slug) or work_waits():
        return ()
    try:
        rows = neighbours(slug, chosen_lang())
    except SQLAlchemyError:
        db.session.rollback()
        return ()
    return tuple((url_for(ENDPOINTS[row.kind], slug=row.slug), row) for row in rows)
