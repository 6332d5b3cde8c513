"""Public pages of an organisation: its causes, imprint, images and colours."""

from flask import Blueprint, Response, abort, g, make_response, render_template
from flask.typing import ResponseReturnValue

from campaign.causes.presenters import page as cause_page
from campaign.causes.queries import published_causes
from campaign.extensions import reads_replica
from campaign.http.caching import immutable, public
from campaign.http.responses import abort_missing_file
from campaign.notices.composition import compose_notice
from campaign.notices.news_texts import form_text
from campaign.organisations.identity import identities
from campaign.organisations.presenters import (
    colours_digest,
    page_identity,
    show_organisation,
    style_sheet,
)
from campaign.organisations.queries import image_data, organisation_by_slug
from campaign.subscriptions.presenters import NewsList

blueprint = Blueprint("organisations", __name__)
PAGE_SECONDS = 60
# An SVG that is opened on its own is a document of this site, so nothing in it may run or load.
IMAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@blueprint.get("/<lang>/organisations/<slug>")
@reads_replica
def show(slug: str) -> ResponseReturnValue:
    """Show an organisation and its causes."""
    organisation = organisation_by_slug(slug) or abort(404)
    show_organisation(organisation.id)
    causes = published_causes(organisation_id=organisation.id)
    page = render_template(
        "organisations/show.html",
        causes=[cause_page(cause, g.lang) for cause in causes],
        subscribe_url=NewsList(identities().of(organisation.id)).url("subscribe"),
        news_notice=compose_notice("subscription", organisation_id=organisation.id, lang=g.lang),
        news_consent=form_text(organisation.id, g.lang),
    )
    return public(make_response(page))


@blueprint.get("/<lang>/imprint")
def imprint() -> ResponseReturnValue:
    """Show who is responsible for the site."""
    return _render_imprint()


@blueprint.get("/<lang>/organisations/<slug>/imprint")
def imprint_of(slug: str) -> ResponseReturnValue:
    """Show who is responsible for the causes of an organisation."""
    organisation = organisation_by_slug(slug) or abort(404)
    show_organisation(organisation.id)
    return _render_imprint()


@blueprint.get("/organisations/<slug>/logo-<digest>")
def logo(slug: str, digest: str) -> ResponseReturnValue:
    """Return the logo. Its URL changes with its content."""
    return _image(slug, "logo", digest)


@blueprint.get("/organisations/<slug>/mark-<digest>")
def mark(slug: str, digest: str) -> ResponseReturnValue:
    """Return the mark. Its URL changes with its content."""
    return _image(slug, "mark", digest)


@blueprint.get("/organisations/<slug>/colours-<digest>.css")
def colours(slug: str, digest: str) -> ResponseReturnValue:
    """Return the style sheet of the accent colour. Its URL changes with its content.

    Under another digest it is the present one too, but cacheable only for a minute: an older page
    still asks for it.
    """
    organisation = organisation_by_slug(slug) or abort_missing_file()
    if not organisation.accent:
        abort_missing_file()
    response = Response(style_sheet(organisation.accent), mimetype="text/css")
    if digest != colours_digest(organisation.accent):
        return public(response, PAGE_SECONDS)
    return immutable(response)


def _render_imprint() -> Response:
    if not page_identity(g.lang).has_imprint:
        abort(404)
    return public(make_response(render_template("organisations/imprint.html")), PAGE_SECONDS)


def _image(slug: str, purpose: str, digest: str) -> Response:
    media_type, data = image_data(slug, purpose, digest) or abort_missing_file()
    response = Response(data, mimetype=media_type)
    response.headers["Content-Security-Policy"] = IMAGE_POLICY
    return immutable(response)
