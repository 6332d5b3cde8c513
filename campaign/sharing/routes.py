"""Sharing: the page with every way to share something, and its QR code."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import segno
from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    g,
    make_response,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from campaign.causes.queries import cause_by_slug
from campaign.events.queries import event_by_slug
from campaign.extensions import write
from campaign.http.caching import public
from campaign.http.urls import with_host
from campaign.organisations.presenters import show_organisation
from campaign.petitions.kinds import kind_of
from campaign.petitions.models import Petition
from campaign.petitions.queries import petition_by_slug
from campaign.process.clock import utcnow
from campaign.sharing import structured_data
from campaign.sharing.forms import MastodonForm
from campaign.sharing.operations import note_share
from campaign.sharing.qr_codes import QUIET_ZONE, qr_code
from campaign.sharing.queries import assigned_text
from campaign.sharing.referral_codes import signature_id_of
from campaign.signatures import tokens
from campaign.signatures.queries import signature_by_token
from campaign.site.settings import site_settings
from campaign.updates.queries import update_by_slug

blueprint = Blueprint("sharing", __name__)
blueprint.app_template_global("structured_site")(structured_data.of_site)
blueprint.app_template_global("structured_organisation")(structured_data.of_organisation)
blueprint.app_template_global("structured_petition")(structured_data.of_petition)
blueprint.app_template_global("structured_cause")(structured_data.of_cause)
CODE_SECONDS = 86_400
# Pixels per QR module: sharp enough to print the code as large as a hand.
SCALE = 16
KINDS = "any(petitions, actions, causes, events, updates)"

# Supporters have their own links to these.
HAS_CODES = ("petitions", "actions")


@dataclass(frozen=True)
class Kind:
    """A kind of thing that can be shared: how to find it, its text in a language, and its page."""

    find: Callable[[str], Any]
    text: Callable[[Any, str], Any]
    endpoint: str
    cause: Callable[[Any], Any]


def _petition_text(petition: Any, lang: str) -> Any:
    return petition.current_version.text(lang, petition.original_lang)


def _action_in(collection: str) -> Callable[[str], Petition | None]:
    """Return a function that finds an action by its slug, if its kind has this collection."""

    def find(slug: str) -> Petition | None:
        action = petition_by_slug(slug)
        return action if action and kind_of(action.action_kind).collection == collection else None

    return find


SHAREABLE = {
    **{
        collection: Kind(
            _action_in(collection), _petition_text, endpoint, lambda action: action.cause
        )
        for collection, endpoint in (("petitions", "petitions.show"), ("actions", "actions.show"))
    },
    "causes": Kind(
        cause_by_slug, lambda cause, lang: cause.text(lang), "causes.show", lambda cause: cause
    ),
    "updates": Kind(
        lambda slug: update_by_slug(slug, utcnow()),
        lambda update, lang: update.text(lang),
        "updates.show",
        lambda update: update.cause,
    ),
    "events": Kind(
        event_by_slug,
        lambda event, lang: event.text(lang),
        "events.show",
        lambda event: event.cause,
    ),
}


@blueprint.get(f"/<lang>/<{KINDS}:kind>/<slug>/share")
def show(kind: str, slug: str) -> ResponseReturnValue:
    """Show every way to share it. With `code`, the link is a supporter's."""
    thing, code = SHAREABLE[kind].find(slug) or abort(404), _valid_code()
    cause = SHAREABLE[kind].cause(thing)
    show_organisation(cause.organisation_id)
    form = MastodonForm(request.args if "instance" in request.args else None)
    text, url = SHAREABLE[kind].text(thing, g.lang), _address(kind, slug, code, g.lang)
    share_text = assigned_text(signature_id_of(code)) if code and kind in HAS_CODES else None
    host = form.host if "instance" in request.args and form.validate() else None
    page = make_response(
        render_template(
            "sharing/show.html",
            kind=kind,
            slug=slug,
            code=code,
            title=text.title,
            title_lang=text.lang,
            share_text=share_text or text.title,
            url=url,
            drawing=qr_code(url),
            form=form,
            host=host,
            palette=cause.palette,
            refused=bool(form.instance.errors),
        ),
        422 if form.instance.errors else 200,
    )
    return page if request.args else public(page, 60)


@blueprint.get(f"/<{KINDS}:kind>/<slug>/qr.<any(svg, png):file_format>")
def qr(kind: str, slug: str, file_format: str) -> ResponseReturnValue:
    """Return the QR code of its URL, as SVG or PNG.

    Without `lang`, the URL has no language, so that the reader's phone decides.
    """
    SHAREABLE[kind].find(slug) or abort(404)
    code = _valid_code()
    drawing = segno.make(
        _address(kind, slug, code, request.args.get("lang")), error="m", micro=False
    )
    buffer = BytesIO()
    drawing.save(
        buffer,
        kind=file_format,
        border=QUIET_ZONE,
        **({"scale": SCALE} if file_format == "png" else {"omitsize": True, "xmldecl": False}),
    )
    picture = Response(
        buffer.getvalue(), mimetype="image/png" if file_format == "png" else "image/svg+xml"
    )
    # A supporter's code is fetched once. Caching it would push popular pages out of the edge cache.
    return picture if code else public(picture, CODE_SECONDS)


@blueprint.post("/signatures/shared/<receipt>")
def shared(receipt: str) -> ResponseReturnValue:
    """Record that a supporter pressed a share button on their own page, which reports it once."""
    signature = signature_by_token(tokens.RECEIPT, receipt) or abort(404)
    write(note_share, signature_id=signature.id, now=utcnow())
    return "", 204


def _valid_code() -> str:
    """Return the code in the URL, or "" if it is not ours.

    An invalid code is left out of links and drawings.
    """
    code = request.args.get("code", "")
    return code if signature_id_of(code) else ""


def _address(kind: str, slug: str, code: str, lang: str | None) -> str:
    parameters: dict[str, Any] = {"by": code} if code and kind in HAS_CODES else {}
    if lang in site_settings().languages:
        path = url_for(SHAREABLE[kind].endpoint, slug=slug, lang=lang, **parameters)
        return with_host(path)
    query = f"?by={code}" if parameters else ""
    return f"{current_app.config['PUBLIC_URL']}/{kind}/{slug}{query}"
