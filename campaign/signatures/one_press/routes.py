"""The page behind a one-press link: it shows the next petition, and its button signs it.

Only the button signs, because mail scanners follow links. What the page shows is the same whether
or not the person has signed, because emails are forwarded. Pressing tells them.
"""

from datetime import datetime
from typing import Any

from flask import Response, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from campaign.errors import CampaignError
from campaign.extensions import write
from campaign.http.caching import private
from campaign.petitions.kinds import PETITION, action_url
from campaign.petitions.queries import SigningTerms, signing_terms
from campaign.process.clock import utcnow
from campaign.sharing.attribution import clean_source
from campaign.sharing.operations import accept_and_assign_text
from campaign.signatures import tokens
from campaign.signatures.models import Signature
from campaign.signatures.one_press.forms import PressForm, press_form
from campaign.signatures.one_press.presenters import changes_since, press_signer
from campaign.signatures.one_press.queries import (
    LinkState,
    PressLink,
    is_confirmed,
    is_taken,
    own_signature,
    press_link,
)
from campaign.signatures.presenters import shared_context
from campaign.signatures.queries import signature_by_id
from campaign.signatures.routes import blueprint
from campaign.signatures.signing.abuse_limits import admit_signing
from campaign.signatures.signing.commands import SignatureResult
from campaign.signatures.signing.proven import SAME_VISIT
from campaign.signatures.signing.submission import Submission, submit
from campaign.surge.state import SigningBusy
from campaign.text.names import name_key

CHANGED = 409
GONE = 410
PHASE_STATUS = {"open": 200, "not_yet": 409, "closed": 410}


@blueprint.get("/<lang>/signatures/next/<token>")
def one_press(token: str) -> ResponseReturnValue:
    """Show the petition, the supporter's name and the button. This changes nothing."""
    now = utcnow()
    link = press_link(token)
    if link is None:
        return _unknown_page()
    if link.petition.action_kind != PETITION:
        return _to_own_form(link)
    press = press_form(link.petition, link.source, g.lang)
    if link.state is not LinkState.GOOD or not press.is_usable:
        return _void_page(link, now)
    return _page(link, press, now)


@blueprint.post("/<lang>/signatures/next/<token>")
def press(token: str) -> ResponseReturnValue:
    """Sign, then redirect to an address without the code, because people share that page."""
    now = utcnow()
    link = press_link(token)
    if link is None:
        return _unknown_page()
    if link.petition.action_kind != PETITION:
        return _to_own_form(link)
    press = press_form(link.petition, link.source, g.lang, request.form)
    if link.state is not LinkState.GOOD or not press.is_usable:
        return _void_page(link, now)
    version = request.form.get("version", type=int)
    terms = signing_terms(link.petition.slug, now=now, version=version)
    if terms is None:
        return _unknown_page()
    if terms.phase == "open" and version != link.petition.current_version.number:
        return _page(link, press, now, CHANGED, seen_version=version)
    result = _accept(press, terms, now)
    if result.error is not None:
        return _refusal(link, press, result.error, now)
    if result.signature_id is not None:
        return _to_number(signature_by_id(result.signature_id))
    return _answer_to_repeat(link, press, now)


def _accept(press: PressForm, terms: SigningTerms, now: datetime) -> SignatureResult:
    needs_proof = admit_signing(request.remote_addr, terms.id)
    return submit(
        Submission(
            terms=terms,
            form=press.form,
            lang=g.lang,
            received_at=now,
            network=request.remote_addr,
            honeypot=request.form.get("website", ""),
            needs_proof=needs_proof,
            proof=request.form.get("altcha", ""),
            source=clean_source(request.form.get("source", "")),
            proves_mailbox=True,
            notice=request.form.get("notice", ""),
        ),
        lambda command: write(accept_and_assign_text, command=command),
    )


def _answer_to_repeat(link: PressLink, press: PressForm, now: datetime) -> ResponseReturnValue:
    """Answer someone whose press changed nothing: the mailbox is theirs, so we say why."""
    name = name_key(press.form.given_name.data, press.form.family_name.data)
    own = own_signature(link.source, link.petition.id, name)
    if own is not None and is_confirmed(own):
        is_recent = own.confirmed_at is not None and own.confirmed_at > now - SAME_VISIT
        return _to_number(own, **({} if is_recent else {"again": 1}))
    if own is not None:
        return _state_page("withdrawn", link, now, 409)
    if is_taken(link.source, link.petition.id):
        return _state_page("taken", link, now, 409)
    # Someone else signed with another spelling of the address. As after the ordinary form, only an
    # email tells more.
    return redirect(url_for("signatures.thanks", slug=link.petition.slug), 303)


def _refusal(
    link: PressLink, press: PressForm, error: CampaignError, now: datetime
) -> ResponseReturnValue:
    if isinstance(error, SigningBusy):
        response = make_response(
            render_template(
                "signatures/try_again.html",
                entered=list(request.form.items(multi=True)),
                form_action=request.path,
                seconds=error.retry_seconds,
                is_framed=False,
            ),
            error.status,
        )
        response = private(response)
    else:
        response = _page(link, press, now, error.status, refused=error.status)
    if error.retry_seconds:
        response.headers["Retry-After"] = str(error.retry_seconds)
    return response


def _page(
    link: PressLink, press: PressForm, now: datetime, status: int = 0, **context: Any
) -> Response:
    seen = context.pop("seen_version", None)
    petition = link.petition
    return _render(
        status or PHASE_STATUS[petition.phase(now)],
        state="changed" if status == CHANGED and "refused" not in context else "ready",
        press=press,
        form=press.form,
        signer=press_signer(link.source),
        changes=changes_since(petition, seen, g.lang),
        seen_version=seen if any(seen == old.number for old in petition.versions[:-1]) else None,
        source=clean_source(request.values.get("source", "")),
        **context,
        **shared_context(petition, g.lang, now),
    )


def _void_page(link: PressLink, now: datetime) -> Response:
    """Return the page of a link that no longer signs, which names nobody."""
    return _state_page("ended" if link.state is LinkState.ENDED else "void", link, now, GONE)


def _state_page(state: str, link: PressLink, now: datetime, status: int) -> Response:
    return _render(status, state=state, **shared_context(link.petition, g.lang, now))


def _unknown_page() -> Response:
    return _render(404, state="unknown")


def _render(status: int, **context: Any) -> Response:
    page = render_template("signatures/one_press.html", **context)
    return private(make_response(page, status))


def _to_own_form(link: PressLink) -> ResponseReturnValue:
    """Redirect to the page of an action that needs more than a press, such as a letter."""
    return private(make_response(redirect(action_url(link.petition), 303)))


def _to_number(signature: Signature | None, **values: Any) -> ResponseReturnValue:
    receipt = tokens.token_for(tokens.RECEIPT, signature) if signature else ""
    return redirect(url_for("signatures.hatched", receipt=receipt, **values), 303)
