"""Pages reached from a table: sign on one's own phone, or confirm one's name at home."""

from collections.abc import Sequence
from typing import Any, cast

from flask import Blueprint, abort, g, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from campaign.events.models import Event
from campaign.extensions import write
from campaign.http.caching import private, public
from campaign.kiosk.app import bundle
from campaign.kiosk.codes import CONFIRM_NAME
from campaign.kiosk.queries import event_of_table
from campaign.organisations.presenters import show_organisation
from campaign.petitions.kinds import action_url
from campaign.petitions.models import Petition
from campaign.petitions.presenters import card
from campaign.petitions.queries import petition_by_id, petition_counts
from campaign.process.clock import utcnow
from campaign.signatures import name_display, tokens
from campaign.signatures.models import Signature
from campaign.signatures.queries import signature_by_token

blueprint = Blueprint("tables", __name__)


@blueprint.get("/t/<code>")
def lead(code: str) -> ResponseReturnValue:
    """Redirect the short URL on a table's poster to what people can sign there.

    Signatures are credited to the table.
    """
    row, event = _table(code)
    petitions = _open_at(event)
    if not petitions:
        return _to_language(url_for("events.show", slug=event.slug))
    if len(petitions) == 1:
        return _to_language(action_url(petitions[0], source=f"t-{row.code}"))
    return _to_language(url_for("tables.show", code=row.code))


@blueprint.get("/<lang>/t/<code>")
def show(code: str) -> ResponseReturnValue:
    """Show everything that people can sign at a table."""
    row, event = _table(code)
    petitions = _open_at(event)
    if not petitions:
        return redirect(url_for("events.show", slug=event.slug), 303)
    show_organisation(event.cause.organisation_id)
    counts, now = petition_counts(petition.id for petition in petitions), utcnow()
    page = render_template(
        "tables/show.html",
        event=event,
        title=event.text(g.lang).title,
        cause=event.cause,
        petitions=[
            card(petition, g.lang, counts.get(petition.id, 0), now) for petition in petitions
        ],
        source=f"t-{row.code}",
    )
    return public(make_response(page))


@blueprint.get("/<lang>/signatures/table/<token>")
def confirm_name(token: str) -> ResponseReturnValue:
    """Show the page with the confirm button.

    GET changes nothing, because mail scanners open links too.
    """
    signature = _load_signature(token)
    digest, email = cast(bytes, signature.email_digest), cast(str, signature.email)
    waiting = name_display.unconfirmed_names(digest, email)
    if not waiting:
        return redirect(url_for("signatures.mine", token=_own_token(signature)), 303)
    show_organisation(cast(Petition, petition_by_id(signature.petition_id)).cause.organisation_id)
    page = render_template(
        "tables/confirm_name.html",
        token=token,
        waiting=[
            (row, card(cast(Petition, petition_by_id(row.petition_id)), g.lang, 0, utcnow()))
            for row in waiting
        ],
        mine_url=url_for("signatures.mine", token=_own_token(signature)),
    )
    return private(make_response(page))


@blueprint.post("/<lang>/signatures/table/<token>")
def confirm_name_now(token: str) -> ResponseReturnValue:
    """Show the name as requested at the table, then redirect to the supporter's own page."""
    signature = _load_signature(token)
    address = url_for("signatures.mine", token=_own_token(signature), saved=signature.id)
    write(
        name_display.confirm_by_supporter,
        email_digest=cast(bytes, signature.email_digest),
        email=cast(str, signature.email),
    )
    return redirect(address, 303)


def _load_signature(token: str) -> Signature:
    signature = signature_by_token(CONFIRM_NAME, token)
    if signature is None or signature.email_digest is None:
        abort(404)
    return signature


def _own_token(signature: Signature) -> str:
    return tokens.token_for(tokens.MINE, signature)


def _table(code: str) -> Any:
    return event_of_table(code.upper()) or abort(404)


def _open_at(event: Event) -> Sequence[Petition]:
    """Return the petitions of an event that are open now, or else its first one."""
    petitions, now = bundle.petitions_of(event), utcnow()
    return [petition for petition in petitions if petition.phase(now) == "open"] or petitions[:1]


def _to_language(address: str) -> ResponseReturnValue:
    response = redirect(address, 303)
    response.vary.add("Accept-Language")
    return response
