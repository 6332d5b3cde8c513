"""Redirect the former URL of a petition, a cause or an update to its present one."""

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from campaign.causes.queries import cause_slug_after
from campaign.http.urls import with_query
from campaign.petitions.queries import slug_after
from campaign.text.slugs import is_slug
from campaign.updates.queries import update_slug_after

# The part of a route before the slug of something that may have been renamed.
MOVERS = {
    "/petitions/<slug>": slug_after,
    "/causes/<slug>": cause_slug_after,
    "/updates/<slug>": update_slug_after,
}


def redirect_to_present_slug() -> Response | None:
    """Redirect if the URL holds a former slug, else return None. Posts are redirected with 308."""
    rule, values = request.url_rule, request.view_args or {}
    moved = next((ask for part, ask in MOVERS.items() if rule and part in rule.rule), None)
    present = moved(values["slug"]) if moved and is_slug(values["slug"]) else None
    if present is None:
        return None
    address = url_for(request.endpoint, **{**values, "slug": present})
    return redirect(with_query(address), 301 if request.method in ("GET", "HEAD") else 308)
