"""What pages and commands ask about signatures."""

from typing import NamedTuple

from sqlalchemy import Integer, cast, func, select

from campaign.causes.models import CauseTally, FreeNumber
from campaign.extensions import db
from campaign.petitions.models import PetitionTally
from campaign.process.clock import utcnow
from campaign.security.dated_tokens import without_day
from campaign.security.tokens import claimed_number
from campaign.signatures import tokens
from campaign.signatures.batches import is_due
from campaign.signatures.models import (
    SHOWN,
    TO_HATCH,
    TO_RELEASE,
    LedgerEntry,
    RepeatSigning,
    Signature,
)
from campaign.text.email_addresses import is_same_address

COUNTED = Signature.number.is_not(None)


def signature_by_id(signature_id):
    """Return the signature, or None."""
    return db.session.get(Signature, signature_id)


def signature_by_token(purpose, token):
    """Return the signature that `token` opens for `purpose` (see `tokens`), or None."""
    signature = _claimed(without_day(token) if purpose == tokens.MINE else token)
    return signature if signature is not None and tokens.opens(purpose, token, signature) else None


def was_own_link(token):
    """Return whether `token` once opened what somebody signed, though it has ended."""
    signature = _claimed(without_day(token))
    return (
        signature is not None
        and signature.email_digest is not None
        and tokens.opened_once(token, signature)
    )


class Confirmable(NamedTuple):
    """What a link to confirm is about: the signature, and the id of the form (None: the first one)."""

    signature: Signature
    form_id: int | None


def confirmable_by_token(token):
    """Return the Confirmable that a link to confirm opens, or None."""
    if signature := signature_by_token(tokens.CONFIRM, token):
        return Confirmable(signature, None)
    number = claimed_number(token)
    form = None if number is None else db.session.get(RepeatSigning, number)
    signature = form and form.signature_id and signature_by_id(form.signature_id)
    return (
        Confirmable(signature, form.id)
        if signature and tokens.opens_form(token, form.id, signature)
        else None
    )


def signatures_of_address(email_digest, email):
    """Return everything signed from the address exactly as in `email`, oldest first.

    `email_digest` finds what other ways to write it have signed, too. Not all of these need be the same person's.
    """
    rows = db.session.scalars(
        select(Signature).where(Signature.email_digest == email_digest).order_by(Signature.id)
    ).all()
    return [row for row in rows if is_same_address(row.email, email)]


def _claimed(token):
    signature_id = claimed_number(token)
    return None if signature_id is None else signature_by_id(signature_id)


def newest_signers(petition_id, most=12):
    """Return the newest counted signatures of those who let their name or initials be shown, newest first."""
    return db.session.scalars(
        select(Signature)
        .where(Signature.petition_id == petition_id, SHOWN)
        .order_by(Signature.number.desc())
        .limit(most)
    ).all()


def counted_only_since(cause_id, petition_id, number, most=1000):
    """Return how many, from butterfly `number` on, asked to be counted only; looks at `most` butterflies."""
    return db.session.scalar(
        select(func.count()).where(
            Signature.cause_id == cause_id,
            Signature.number.between(number, number + most),
            Signature.petition_id == petition_id,
            Signature.name_display == "counted",
        )
    )


def ledger_by_hour(petition_id):
    """Return the ledger of a petition, oldest hour first, as rows (hour, reason, evidence, change)."""
    return db.session.execute(
        select(LedgerEntry.hour, LedgerEntry.reason, LedgerEntry.evidence, LedgerEntry.change)
        .where(LedgerEntry.petition_id == petition_id)
        .order_by(LedgerEntry.hour, LedgerEntry.reason, LedgerEntry.evidence)
    ).all()


def work_for_the_runner():
    """Return whether any signature waits for its number, or any number for its release."""
    conditions = ((TO_HATCH,), (TO_RELEASE,), is_due(utcnow()))
    waiting = (select(Signature.id).where(*each).limit(1) for each in conditions)
    return any(db.session.scalar(query) is not None for query in waiting)


def differences():
    """Recompute tallies, ledger and numbers from the signatures; return a sentence for each difference."""
    return [*_petition_differences(), *_cause_differences()]


def _petition_differences():
    counted = _totals(
        select(Signature.petition_id, func.count()).where(COUNTED), Signature.petition_id
    )
    ledger = _totals(
        select(LedgerEntry.petition_id, cast(func.sum(LedgerEntry.change), Integer)),
        LedgerEntry.petition_id,
    )
    tally = dict(db.session.execute(select(PetitionTally.petition_id, PetitionTally.count)).all())
    for petition_id in sorted(counted.keys() | ledger.keys() | tally.keys()):
        truth = counted.get(petition_id, 0)
        for name, figures in (("tally", tally), ("ledger", ledger)):
            if figures.get(petition_id, 0) != truth:
                yield f"petition {petition_id}: {name} says {figures.get(petition_id, 0)}, signatures say {truth}"


def _cause_differences():
    """The numbers given and the free ones must together be 1 … last_number, each once."""
    given = _numbers(Signature.number, Signature.cause_id, COUNTED)
    free = _numbers(FreeNumber.number, FreeNumber.cause_id, FreeNumber.number.is_not(None))
    tallies = {
        tally.cause_id: (tally.count, tally.last_number)
        for tally in db.session.scalars(select(CauseTally))
    }
    for cause_id in sorted(given.keys() | free.keys() | tallies.keys()):
        (counted, highest), (spare, highest_spare) = (
            given.get(cause_id, (0, 0)),
            free.get(cause_id, (0, 0)),
        )
        tally, last = tallies.get(cause_id, (0, 0))
        if tally != counted:
            yield f"cause {cause_id}: tally says {tally}, signatures say {counted}"
        if last < highest:
            yield f"cause {cause_id}: number {highest} is given, the last should be {last}"
        if last < highest_spare:
            yield f"cause {cause_id}: number {highest_spare} is free, the last should be {last}"
        if last - counted != spare:
            yield f"cause {cause_id}: {last - counted} numbers are missing, {spare} are free"
    both = select(FreeNumber.cause_id, FreeNumber.number).join(
        Signature,
        (Signature.cause_id == FreeNumber.cause_id) & (Signature.number == FreeNumber.number),
    )
    for cause_id, number in db.session.execute(
        both.order_by(FreeNumber.cause_id, FreeNumber.number)
    ):
        yield f"cause {cause_id}: number {number} is free and given"


def _numbers(number, cause_id, condition):
    """Return {cause id: (how many numbers, the highest)}."""
    rows = db.session.execute(
        select(cause_id, func.count(), func.max(number)).where(condition).group_by(cause_id)
    )
    return {cause: (count, highest) for cause, count, highest in rows}


def _totals(query, group):
    return {key: total for key, total in db.session.execute(query.group_by(group))}
