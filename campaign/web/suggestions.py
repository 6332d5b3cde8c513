"""What lives near an address that nothing lives at, for the page that says so."""

from flask import request, url_for
from sqlalchemy.exc import SQLAlchemyError

from campaign.extensions import db
from campaign.search.indexing import SOURCES
from campaign.search.queries import neighbours
from campaign.text.slugs import is_slug
from campaign.web.languages import chosen_lang

ENDPOINTS = {source.kind: source.endpoint for source in SOURCES}


def neighbours_of_request():
    """Return (address, Neighbour) of what somebody may have meant; nothing where the database is away."""
    wanted = request.path.rstrip("/").rpartition("/")[2]
    if not is_slug(wanted):
        return ()
    try:
        found = neighbours(wanted, chosen_lang())
    except SQLAlchemyError:
        db.session.rollback()
        return ()
    return tuple((url_for(ENDPOINTS[each.kind], slug=each.slug), each) for each in found)
