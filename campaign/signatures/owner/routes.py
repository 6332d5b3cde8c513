"""The page behind the link in the email, and the requests for a new link and for a new address.

Supporters can see, correct, hide, withdraw and download their signatures there. Everyone who asks
for a link gets the same answer, and the link comes by email.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from flask import (
    Response,
    abort,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from campaign.db.transactions import DATABASE_AWAY, RETRY_SECONDS
from campaign.extensions import write
from campaign.http.caching import private, public
from campaign.mailboxes.parts import Mailbox
from campaign.mailboxes.views import request_new_address, show_new_address
from campaign.notices.answer_texts import answer_text
from campaign.notices.models import Notice
from campaign.notices.queries import notice_by_id
from campaign.organisations.emails import sender_address
from campaign.organisations.presenters import show_organisation
from campaign.petitions.kinds import kind_of
from campaign.petitions.models import Petition
from campaign.petitions.presenters import PetitionCard, card
from campaign.petitions.queries import petition_by_id, petition_counts
from campaign.process.clock import utcnow
from campaign.security.dated_tokens import last_day_of
from campaign.sharing.next_petition import FROM_OWN_PAGE, offers_for, one_press_token
from campaign.sharing.referral_links import ReferralLink, referral_link
from campaign.signatures import tokens
from campaign.signatures.erasure import StillCounted, erase_one
from campaign.signatures.forms import OwnLinkForm, SupporterForm
from campaign.signatures.models import HeldCorrection, Signature
from campaign.signatures.moderation.decisions import CORRECTED, correction_of
from campaign.signatures.owner import operations as owner_operations
from campaign.signatures.owner.agreements import OwnConsent, own_consents
from campaign.signatures.owner.downloads import own_data
from campaign.signatures.pending_forms import waiting_forms
from campaign.signatures.presenters import NO_FORM, OtherForm, other_forms
from campaign.signatures.queries import signature_by_token, signatures_of_address, was_own_link
from campaign.signatures.routes import blueprint
from campaign.signatures.signing.abuse_limits import admit_link_request
from campaign.site.settings import site_settings
from campaign.subscriptions import tokens as news_tokens
from campaign.subscriptions.queries import subscriptions_of_address
from campaign.text.email_addresses import Address, mask


@dataclass(frozen=True)
class OwnSignature:
    """One of the supporter's signatures, its petition in the reader's language, and its form.

    `link` is the one to share, None before the signature is counted. `waiting` are the forms that
    can still be confirmed. `correction` is what an organizer must still review. `notice` is the one
    that it was given under, and `consents` came with it. `kind_part` is what the kind of its action
    shows. `answer_consent` is the text to agree to, "" where no answer will come.
    """

    row: Signature
    petition: PetitionCard
    form: SupporterForm
    link: ReferralLink | None
    waiting: list[OtherForm]
    correction: HeldCorrection | None
    notice: Notice
    consents: Sequence[OwnConsent]
    kind_part: str
    answer_consent: str


@dataclass(frozen=True)
class OwnOffer:
    """A petition that can be signed with one press at `url`.

    `name` is that of the signer, if the page has several.
    """

    petition: PetitionCard
    url: str
    name: str


@blueprint.get("/<lang>/signatures/mine/<token>")
def mine(token: str) -> ResponseReturnValue:
    """Show everything that was signed with the link's address."""
    return _render_page(token, open_own(token))


@blueprint.post("/<lang>/signatures/mine/<token>/<int:signature_id>/correct")
def correct(token: str, signature_id: int) -> ResponseReturnValue:
    """Correct a signature, or show the page again with the errors."""
    opened = open_own(token)
    owner = _owner(opened)
    signature = owner_operations.load_own(signature_id, **owner)
    form = _form(signature, filled=True)
    if not form.validate():
        return _render_page(token, opened, refused=form, refused_id=signature_id)
    columns = {name: form[name].data for name in CORRECTED}
    write(owner_operations.correct, signature_id=signature_id, now=utcnow(), **owner, **columns)
    return redirect(url_for("signatures.mine", token=token, saved=signature_id), 303)


@blueprint.get("/<lang>/signatures/mine/<token>/<int:signature_id>/correct")
def correct_again(token: str, signature_id: int) -> ResponseReturnValue:
    """Redirect to the page, after a reload or a language switch on a rejected correction."""
    return redirect(url_for("signatures.mine", token=token))


@blueprint.post("/<lang>/signatures/mine/<token>/<int:signature_id>/answers")
def choose_answers(token: str, signature_id: int) -> ResponseReturnValue:
    """Switch on or off that the supporter is told when the petition is answered."""
    owner = _owner(open_own(token))
    signature = owner_operations.load_own(signature_id, **owner)
    petition = cast(Petition, petition_by_id(signature.petition_id))
    wants = request.form.get("wants") == "y"
    if wants and not petition.may_be_answered(utcnow()):
        abort(410)
    write(
        owner_operations.choose_answers,
        signature_id=signature_id,
        wants=wants,
        now=utcnow(),
        **owner,
    )
    return redirect(url_for("signatures.mine", token=token, saved=signature_id), 303)


@blueprint.post("/<lang>/signatures/mine/<token>/<int:signature_id>/withdraw")
def withdraw(token: str, signature_id: int) -> ResponseReturnValue:
    """Withdraw a signature."""
    write(
        owner_operations.withdraw,
        signature_id=signature_id,
        now=utcnow(),
        **_owner(open_own(token)),
    )
    return redirect(url_for("signatures.mine", token=token), 303)


@blueprint.post("/<lang>/signatures/mine/<token>/<int:signature_id>/restore")
def restore(token: str, signature_id: int) -> ResponseReturnValue:
    """Undo a withdrawal."""
    write(owner_operations.restore, signature_id=signature_id, **_owner(open_own(token)))
    return redirect(url_for("signatures.mine", token=token), 303)


@blueprint.post("/<lang>/signatures/mine/<token>/<int:signature_id>/erase")
def erase(token: str, signature_id: int) -> ResponseReturnValue:
    """Erase one signature permanently. The link still opens the others, if there are any."""
    owner = _owner(open_own(token))
    owner_operations.load_own(signature_id, **owner)
    try:
        write(erase_one, signature_id=signature_id)
    except StillCounted:
        return redirect(url_for("signatures.mine", token=token, leaving=1), 303)
    remaining = signatures_of_address(**owner)
    if not remaining:
        return redirect(url_for("signatures.erased"), 303)
    # The new link opens the others until the same day.
    return redirect(
        url_for(
            "signatures.mine",
            token=tokens.own_token(remaining[0], cast(date, last_day_of(token))),
            erased=1,
        ),
        303,
    )


@blueprint.get("/<lang>/signatures/erased")
def erased() -> ResponseReturnValue:
    """Confirm that everything was erased. The link opens nothing now."""
    return public(make_response(render_template("signatures/erased.html")), 60)


@blueprint.get("/<lang>/signatures/mine/<token>/download.json")
def download(token: str) -> ResponseReturnValue:
    """Return all data about the supporter's signatures, readable for people and machines."""
    data = own_data(open_own(token))
    # Indented, and without escaped characters, because people read it in any text editor.
    response = Response(
        json.dumps(data, ensure_ascii=False, indent=2) + "\n", mimetype="application/json"
    )
    response.headers["Content-Disposition"] = "attachment; filename=my-signatures.json"
    return private(response)


def open_own(token: str) -> Signature:
    """Return the signature that the token opens, or abort with a page that sends a new link.

    The page says whether the link has expired or is not ours.
    """
    signature = signature_by_token(tokens.MINE, token)
    if signature is None or signature.email_digest is None:
        has_ended = was_own_link(token)
        page = render_request_page(OwnLinkForm(formdata=None), "ended" if has_ended else "unknown")
        abort(private(make_response(page, 410 if has_ended else 404)))
    return signature


def _owner(opened: Signature) -> dict[str, Any]:
    """Return the address whose signatures the link opens: exactly the one that it was sent to."""
    return {"email_digest": opened.email_digest, "email": opened.email}


def _render_page(
    token: str,
    opened: Signature,
    refused: SupporterForm | None = None,
    refused_id: int | None = None,
) -> Response:
    show_organisation(cast(Petition, petition_by_id(opened.petition_id)).cause.organisation_id)
    rows = signatures_of_address(**_owner(opened))
    own_signatures = [
        _own_signature(
            row, cast(SupporterForm, refused) if row.id == refused_id else _form(row), token
        )
        for row in rows
    ]
    page = render_template(
        "signatures/mine.html",
        email=mask(cast(str, opened.email)),
        signatures=own_signatures,
        token=token,
        until=last_day_of(token),
        refused=refused is not None,
        news=_news(token, opened),
        offers=_offers(token, rows),
        saved=request.args.get("saved", type=int),
        erased=request.args.get("erased") == "1",
        leaving=request.args.get("leaving") == "1",
    )
    return private(make_response(page, 422 if refused else 200))


def _own_signature(row: Signature, form: SupporterForm, token: str) -> OwnSignature:
    petition = cast(Petition, petition_by_id(row.petition_id))
    own_part = kind_of(petition.action_kind).own_part
    count = petition_counts([petition.id]).get(petition.id, 0)
    link = referral_link(row) if row.hatched_at else None
    return OwnSignature(
        row=row,
        petition=card(petition, g.lang, count, utcnow()),
        form=form,
        link=link,
        waiting=other_forms(row, NO_FORM, row.email, waiting_forms(row)),
        correction=correction_of(row.id),
        notice=cast(Notice, notice_by_id(row.notice_id)),
        consents=own_consents(row),
        kind_part=own_part(row, token) if own_part else "",
        answer_consent=answer_text(petition.cause.organisation_id, g.lang)
        if petition.may_be_answered(utcnow())
        else "",
    )


def _news(token: str, opened: Signature) -> str | None:
    """Return the URL of the supporter's news settings, or None if they get no news."""
    subscribed, last_day = subscriptions_of_address(**_owner(opened)), last_day_of(token)
    if not subscribed or last_day is None:
        return None
    # The new link expires with the link to this page, so opening one from the other never extends
    # either.
    subscription, _cause = subscribed[0]
    return url_for(
        "subscriptions.preferences",
        token=news_tokens.preferences_token(subscription, last_day),
    )


def _offers(token: str, rows: Sequence[Signature]) -> list[OwnOffer]:
    """Return what the people of this address can sign next, until the link to this page ends."""
    now = utcnow()
    offers = offers_for(rows, g.lang, now=now)
    counts = petition_counts({offer.petition.id for offer in offers})
    has_several_names = len({row.full_name for row in rows}) > 1
    return [
        OwnOffer(
            petition=card(offer.petition, g.lang, counts.get(offer.petition.id, 0), now),
            url=url_for(
                "signatures.one_press",
                token=one_press_token(offer.source, offer.petition, last_day_of(token)),
                source=FROM_OWN_PAGE,
            ),
            name=offer.source.full_name if has_several_names else "",
        )
        for offer in offers
    ]


def _form(signature: Signature, filled: bool = False) -> SupporterForm:
    """Return the form with the stored values or, when `filled`, with the request's form data."""
    stored = {name: getattr(signature, name) or "" for name in CORRECTED}
    form = SupporterForm.sent() if filled else SupporterForm(formdata=None, data=stored)
    petition = cast(Petition, petition_by_id(signature.petition_id))
    form.required = frozenset({"given_name", *petition.required_fields} & form._fields.keys())
    # One page has a form for each signature, so the ids of fields must differ for their labels.
    for field in form:
        field.id = f"{field.name}-{signature.id}"
    return form


@blueprint.get("/<lang>/mine")
def request_own_link() -> Response:
    """Show the form that requests the link. After sending, everyone gets the same answer."""
    state = "sent" if request.args.get("sent") == "1" else "new"
    return public(make_response(render_request_page(OwnLinkForm(formdata=None), state)), 60)


@blueprint.post("/<lang>/mine")
def send_link() -> ResponseReturnValue:
    """Queue the email with the link."""
    admit_link_request(request.remote_addr)
    form = OwnLinkForm.sent()
    if not form.validate():
        return make_response(render_request_page(form, "new"), 422)
    email = cast(Address, form.email.address)
    try:
        write(
            owner_operations.request_own_link,
            email=email.typed,
            normalized=email.normalized,
            lang=g.lang,
            now=utcnow(),
        )
    except DATABASE_AWAY:
        current_app.logger.exception("a request for an own link could not be written")
        return render_request_page(form, "busy"), 503, {"Retry-After": str(RETRY_SECONDS)}
    return redirect(url_for("signatures.request_own_link", sent=1), 303)


def render_request_page(form: OwnLinkForm, state: str) -> str:
    """Return the page with the form in this state: `new`, `sent`, `busy`, `ended` or `unknown`.

    The last two are about a link that has expired or is not ours.
    """
    days = site_settings().own_link_days
    sender = sender_address(None)
    return render_template(
        "signatures/request_own_link.html", form=form, state=state, link_days=days, mail_from=sender
    )


@blueprint.get("/<lang>/signatures/mine/<token>/address")
def new_address(token: str) -> ResponseReturnValue:
    """Show the form for a new address."""
    return show_new_address(Mailbox.of(open_own(token)), **_address_urls(token))


@blueprint.post("/<lang>/signatures/mine/<token>/address")
def change_address(token: str) -> ResponseReturnValue:
    """Email the new address. It must confirm the change."""
    return request_new_address(Mailbox.of(open_own(token)), **_address_urls(token))


def _address_urls(token: str) -> dict[str, str]:
    return {
        "action": url_for("signatures.new_address", token=token),
        "back": url_for("signatures.mine", token=token),
    }
