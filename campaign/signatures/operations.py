"""Signing and confirming: the hot path, which only inserts rows or updates the supporter's own.

Nothing here reveals to the caller whether an address had signed before. The supporter learns it by
email.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select

from campaign.db.upsert import insert_all
from campaign.errors import CampaignError
from campaign.extensions import db
from campaign.mail.operations import enqueue_many
from campaign.petitions.models import Petition, phase_of
from campaign.petitions.queries import SigningTerms
from campaign.signatures.models import Signature
from campaign.signatures.pending_forms import UnconfirmedForm, use_form, waiting_forms
from campaign.signatures.repeats import CONFIRMATION, PASSED_ON, mail_form, note_repeats, unvouched

_table = Signature.__table__
_SEAT = ("petition_id", "email_digest", "seat")
_NEW = ("id", "petition_id", "email_digest")
_petition = Petition.__table__.c
# All rows of a batch must have the same columns.
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
    """The petition is not open for signatures yet."""

    status = 409


class LinkExpired(CampaignError):
    """The link in the email has expired."""

    status = 410


@dataclass(frozen=True, slots=True)
class Signing:
    """One supporter's request to sign: the petition's terms and the columns to insert."""

    terms: SigningTerms
    columns: dict[str, Any]


def signing(
    *, terms: SigningTerms, lang: str, now: datetime, held_reason: str = "", **words: Any
) -> Signing:
    """Return the Signing of what a supporter entered.

    `words` are the columns entered or derived (names, email, digests, …). Of these, `email_digest`
    and `person_digest` decide who is the same person. With a `held_reason` the signature is held
    for review. A quiet petition does not record who brought this supporter.
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


def vouched(signing: Signing) -> Signing:
    """Return the Signing as one that a partner vouches for.

    The supporter need not confirm it, and is told by email.
    """
    state = "held" if signing.columns["held_reason"] else "confirmed"
    said = {"evidence": "api", "state": state, "confirmed_at": signing.columns["created_at"]}
    return Signing(signing.terms, {**signing.columns, **said})


def sign(**typed: Any) -> int | None:
    """Record one signature (see `signing`) and queue its email.

    Return the id, or None if the address had signed already. Raise PetitionClosed or
    PetitionNotYetOpen.
    """
    [outcome] = sign_all([signing(**typed)])
    if isinstance(outcome, CampaignError):
        raise outcome
    return outcome


def sign_all(signings: Sequence[Signing]) -> list[int | CampaignError | None]:
    """Record many signatures with one statement, and queue their emails with another.

    Return for each the id of its row, or the PetitionClosed or PetitionNotYetOpen that rejected it.
    For an address that had signed already, return None. One more statement notes these repeats,
    just as a first signature queues its email. The worker answers them.
    """
    refused = _refusals(signings)
    outcomes = {place: fact for place, fact in enumerate(refused) if fact}
    # All writers insert in the same order, so that two processes cannot deadlock.
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
    """Return for each signing the error that rejects it, or None.

    It asks the database, because the cached terms may be a moment old.
    """
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


def _person(signing: Signing) -> tuple[int, Any]:
    return signing.terms.id, signing.columns["email_digest"]


def _insert(signings: Iterable[Signing]) -> dict[tuple[int, bytes], int]:
    """Insert those whose seat is free; return {(petition id, email digest): new id}."""
    columns = [each.columns for each in signings]
    rows = insert_all(db.session.connection(), _table, columns, unless=_SEAT, returning=_NEW)
    return {(petition_id, bytes(digest)): row_id for row_id, petition_id, digest in rows}


def _confirmation(signature_id: int, signing: Signing) -> dict[str, Any]:
    kind = PASSED_ON if signing.columns["evidence"] == "api" else CONFIRMATION
    return {"kind": kind, "subject_id": signature_id, "lang": signing.columns["lang"]}


def send_again(
    *, signature_id: int, now: datetime, good_for: timedelta, form_id: int | None = None
) -> None:
    """Queue a new confirmation email for this form after its link has expired.

    `good_for` is how long a link in an email is valid. Harmless if the form no longer waits.
    """
    signature = _locked(signature_id)
    form = _waiting_form(signature and waiting_forms(signature), form_id)
    if form is not None and (signature.mailed_at is None or signature.mailed_at <= now - good_for):
        mail_form(signature_id, form_id, lang=form.lang, now=now, good_for=good_for)


def confirm(
    *, signature_id: int, now: datetime, good_for: timedelta, form_id: int | None = None
) -> int | None:
    """Confirm one form for its supporter (None: the first one). Doing it twice changes nothing.

    `good_for` is how long a link in an email is valid. Return the signature's id, also if another
    form was confirmed before, or None if there is no such form. If several forms wait, their more
    private choices apply. A held signature stays held, with the time noted. Raise LinkExpired.
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


def _locked(signature_id: int) -> Signature | None:
    """Return the signature, locked until the transaction ends, or None.

    Of two links pressed at once, the second one waits.
    """
    return db.session.get(Signature, signature_id, with_for_update=True, populate_existing=True)


def _waiting_form(
    forms: Iterable[UnconfirmedForm] | None, form_id: int | None
) -> UnconfirmedForm | None:
    return next((form for form in forms or () if form.id == form_id), None)
