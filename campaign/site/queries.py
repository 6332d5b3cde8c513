"""Queries about the site itself."""

from campaign.extensions import db
from campaign.site.models import SITE_ID, Site


def load_site() -> Site:
    """Return the row of the site, or an empty one that is not stored yet."""
    return db.session.get(Site, SITE_ID) or Site(id=SITE_ID, settings={}, setup_steps={}, version=1)
