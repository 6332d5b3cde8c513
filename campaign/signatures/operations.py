"""Signing and confirming: the hot path, which only inserts rows or touches the supporter's own.

Nothing here tells the caller whether an address had signed before; the owner hears of it by mail.
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from campaign.db.bulk import insert_all
from campaign.errors import CampaignError
from campaign.extensions import db
from campaign.mail.operations import enqueue_many
from campaign.petitions.models import Petition, phase_of
from campaign.petitions.queries import SigningTerms
from campaign.signatures.models import Signature
from campaign.signatures.pending_forms import use_form, waiting_forms
from campaign.signatures.repeats import CONFIRMATION, PASSED_ON, mail_form, note_repeats, unvouched

_table = Signature.__table__
_SEAT = ("petition_id", "email_digest", "seat")
_NEW = ("id", "petition_id", "email_digest")
_petition = Petition.__table__.c
# Rows of one batch must have the same columns.
UNSAID = {
    "address_digest": None,
    "country": "",
    "postal_code": "",
    "comment": "",
    "answers": {},
    "name_display": "counted",
    "subscribe": False,
    "brought_by": None,
    "source": "",
}
_PHASE = select(_petition.state, _petition.opens_at, _petition.closes_at).where(
    _petition.id == bindparam("id")
)


class PetitionClosed(CampaignError):
    """The petition takes no more signatures."""

    status = 410


class PetitionNotYetOpen(CampaignError):
    """The petition takes signatures later."""

    status = 409


class LinkExpired(CampaignError):
    """The link in the mail is older than it is good for."""

    status = 410


@dataclass(frozen=True, slots=True)
class Signing:
    """One supporter's wish to sign: the petition's terms, and the columns of the row that it would make."""

    terms: SigningTerms
    columns: dict


def signing(*, terms, lang, now, held_reason="", **words):
    """Return the Signing of what a supporter typed.

    `words` are the columns typed or derived (names, email, digests, …), of which `email_digest` and `person_digest` decide
    who is the same person. With a `held_reason` the signature is set aside for review. Under a quiet petition nobody is told who
    brought whom, so that is not kept.
    """
    state = "held" if held_reason else "pending"
    if terms.is_quiet:
        words["brought_by"] = None
    facts = {
        "petition_id": terms.id,
        "cause_id": terms.cause_id,
        "version_id": terms.version_id,
        "lang": lang,
    }
    fresh = {
        "evidence": "email",
        "seat": 1,
        "mail_count": 1,
        "reminders": 0,
        "comment_shown": False,
    }
    times = {"created_at": now, "mailed_at": now}
    return Signing(
        terms,
        {**UNSAID, **fresh, **facts, **words, **times, "state": state, "held_reason": held_reason},
    )


def vouched(signing):
    """Return the Signing as a partner vouches for it: its owner need not confirm it, and is told of it by mail."""
    state = "held" if signing.columns["held_reason"] else "confirmed"
    said = {"evidence": "api", "state": state, "confirmed_at": signing.columns["created_at"]}
    return Signing(signing.terms, {**signing.columns, **said})


def sign(**typed):
    """Record one signature (see `signing`) and enqueue the mail it causes; return the id, or None for whoever had signed already.

    Raises PetitionClosed or PetitionNotYetOpen.
    """
    [outcome] = sign_all([signing(**typed)])
    if isinstance(outcome, CampaignError):
        raise outcome
    return outcome


def sign_all(signings):
    """Record many signatures with one statement, and enqueue the mails they cause with another.

    Returns for each the id of its row, or the PetitionClosed or PetitionNotYetOpen that kept it out, or None for whoever had
    signed already: that is written down with one more statement, as a first signature's mail is, and answered by the worker.
    """
    refused = _refusals(signings)
    outcomes = {place: fact for place, fact in enumerate(refused) if fact}
    # In one order everywhere, so that two processes never wait for each other's rows in a circle.
    places = sorted(
        (place for place, fact in enumerate(refused) if not fact),
        key=lambda p: _person(signings[p]),
    )
    inserted = _insert([signings[place] for place in places])
    for place in places:
        outcomes[place] = inserted.pop(_person(signings[place]), None)
    firsts = [place for place in places if outcomes[place]]
    if firsts:
        enqueue_many([_confirmation(outcomes[place], signings[place]) for place in firsts])
    repeats = sorted(place for place in places if not outcomes[place])
    if repeats:
        note_repeats([unvouched(signings[place].columns) for place in repeats])
    return [outcomes[place] for place in range(len(signings))]


def _refusals(signings):
    """Return for each signing the fact that forbids it, or None; asks the database, as the terms may be a moment old."""
    rows = {
        id: db.session.execute(_PHASE, {"id": id}).one()
        for id in {each.terms.id for each in signings}
    }
    facts = {"closed": PetitionClosed, "not_yet": PetitionNotYetOpen}
    phases = [phase_of(rows[each.terms.id], each.columns["created_at"]) for each in signings]
    return [
        facts[phase](each.terms.slug) if phase in facts else None
        for phase, each in zip(phases, signings, strict=True)
    ]


def _person(signing):
    return signing.terms.id, signing.columns["email_digest"]


def _insert(signings):
    """Insert those whose seat is free; return {(petition id, email digest): new id}."""
    columns = [each.columns for each in signings]
    rows = insert_all(db.session.connection(), _table, columns, unless=_SEAT, returning=_NEW)
    return {(petition_id, bytes(digest)): row_id for row_id, petition_id, digest in rows}


def _confirmation(signature_id, signing):
    kind = PASSED_ON if signing.columns["evidence"] == "api" else CONFIRMATION
    return {"kind": kind, "subject_id": signature_id, "lang": signing.columns["lang"]}


def send_again(*, signature_id, now, good_for, form_id=None):
    """Owe a new confirmation of this form to someone whose link had expired; harmless where it is not wanted any more.

    `good_for` is the timedelta that a mail's link is good for.
    """
    signature = _locked(signature_id)
    form = _waiting_form(signature and waiting_forms(signature), form_id)
    if form is not None and (signature.mailed_at is None or signature.mailed_at <= now - good_for):
        mail_form(signature_id, form_id, lang=form.lang, now=now, good_for=good_for)


def confirm(*, signature_id, now, good_for, form_id=None):
    """Confirm what one form says (None: the first one) by its owner's word; doing it twice changes nothing.

    `good_for` is the timedelta that a mail's link is good for. Returns the id, also where another form was confirmed before, or None where
    there is no such form. Where several forms wait, their more private choices count. A held one stays held, with the time noted.
    Raises LinkExpired.
    """
    signature = _locked(signature_id)
    if signature is None or signature.state == "erased":
        return None
    if signature.confirmed_at is not None and signature.state != "withdrawn":
        return signature.id
    forms = waiting_forms(signature)
    form = _waiting_form(forms, form_id)
    if form is None:
        return None
    if signature.mailed_at is None or signature.mailed_at <= now - good_for:
        raise LinkExpired(signature_id)
    use_form(signature, form, forms, now)
    return signature.id


def _locked(signature_id):
    """Return the signature, kept from others until the transaction ends, or None: of two links pressed at once one comes second."""
    return db.session.get(Signature, signature_id, with_for_update=True, populate_existing=True)


def _waiting_form(forms, form_id):
    return next((form for form in forms or () if form.id == form_id), None)
