"""Suggest pages with similar URLs on the “not found” page."""

from flask import request, url_for
from sqlalchemy.exc import SQLAlchemyError

from campaign.extensions import db
from campaign.search.indexing import ENDPOINTS
from campaign.search.queries import Neighbour, neighbours
from campaign.surge.state import work_waits
from campaign.text.slugs import is_slug
from campaign.web.languages import chosen_lang


def neighbours_of_request() -> tuple[tuple[str, Neighbour], ...]:
    """Return (URL, Neighbour) of what the visitor may have meant; empty if the database is away.

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
