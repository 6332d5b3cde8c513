"""The pages that people reach from a table: what they can sign on their own phones, and their name to confirm at home."""

from flask import Blueprint, abort, g, make_response, redirect, render_template, url_for

from campaign.extensions import write
from campaign.http.caching import private, public
from campaign.kiosk import bundle
from campaign.kiosk.codes import CONFIRM_NAME
from campaign.kiosk.queries import event_of_table
from campaign.petitions.presenters import card
from campaign.petitions.queries import petition_by_id, petition_counts
from campaign.process.clock import utcnow
from campaign.signatures import name_display, tokens
from campaign.signatures.queries import signature_by_token

blueprint = Blueprint("tables", __name__)


@blueprint.get("/t/<code>")
def lead(code):
    """The short address on the poster of a table: on to what can be signed there, credited to the table."""
    row, event = _table(code)
    found = _open_at(event)
    if not found:
        return _to_language(url_for("events.show", slug=event.slug))
    if len(found) == 1:
        return _to_language(url_for("petitions.show", slug=found[0].slug, source=f"t-{row.code}"))
    return _to_language(url_for("tables.show", code=row.code))


@blueprint.get("/<lang>/t/<code>")
def show(code):
    """All that can be signed at a table."""
    row, event = _table(code)
    found = _open_at(event)
    if not found:
        return redirect(url_for("events.show", slug=event.slug), 303)
    counts, now = petition_counts(petition.id for petition in found), utcnow()
    page = render_template(
        "tables/show.html",
        event=event,
        title=event.text(g.lang).title,
        cause=event.cause,
        petitions=[card(petition, g.lang, counts.get(petition.id, 0), now) for petition in found],
        source=f"t-{row.code}",
    )
    return public(make_response(page))


@blueprint.get("/<lang>/signatures/table/<token>")
def confirm_name(token):
    """The page with the button; looking at it changes nothing, as mail scanners look too."""
    signature = _opened(token)
    waiting = name_display.waits_for_owner(signature.email_digest, signature.email)
    if not waiting:
        return redirect(url_for("signatures.mine", token=_own_token(signature)), 303)
    page = render_template(
        "tables/confirm_name.html",
        token=token,
        waiting=[
            (row, card(petition_by_id(row.petition_id), g.lang, 0, utcnow())) for row in waiting
        ],
        mine_url=url_for("signatures.mine", token=_own_token(signature)),
    )
    return private(make_response(page))


@blueprint.post("/<lang>/signatures/table/<token>")
def confirm_name_now(token):
    """Show the name as it was asked at the table; then to all that its owner signed."""
    signature = _opened(token)
    address = url_for("signatures.mine", token=_own_token(signature), saved=signature.id)
    write(name_display.confirm_by_owner, email_digest=signature.email_digest, email=signature.email)
    return redirect(address, 303)


def _opened(token):
    signature = signature_by_token(CONFIRM_NAME, token)
    if signature is None or signature.email_digest is None:
        abort(404)
    return signature


def _own_token(signature):
    return tokens.token_for(tokens.MINE, signature)


def _table(code):
    return event_of_table(code.upper()) or abort(404)


def _open_at(event):
    """Return the petitions of an event that can be signed now, or where there is none the first that is to be seen."""
    petitions, now = bundle.petitions_of(event), utcnow()
    return [petition for petition in petitions if petition.phase(now) == "open"] or petitions[:1]


def _to_language(address):
    answer = redirect(address, 303)
    answer.vary.add("Accept-Language")
    return answer
