"""Public pages of the privacy notices that were shown, so that old ones can still be read."""

from flask import Blueprint, Response, abort, make_response, render_template

from campaign.http.caching import public
from campaign.notices.queries import notice_by_prefix
from campaign.organisations.identity import identities
from campaign.text.markdown import to_html

blueprint = Blueprint("notices", __name__)
CACHE_SECONDS = 3600


@blueprint.get("/<lang>/notices/<digest>")
def show(digest: str) -> Response:
    """Show a recorded notice as it was shown, in the language that it was shown in."""
    notice = notice_by_prefix(digest) or abort(404)
    page = render_template(
        "notices/show.html",
        notice=notice,
        body=to_html(notice.text),
        organisation=identities().of(notice.organisation_id),
    )
    return public(make_response(page), CACHE_SECONDS)
