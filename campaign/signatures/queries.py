"""Queries about signatures, for pages and commands."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, Row, Select, cast, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from campaign.causes.models import CauseTally, FreeNumber
from campaign.extensions import db
from campaign.jobs.queries import NOW
from campaign.petitions.models import Petition, PetitionTally
from campaign.process.clock import utcnow
from campaign.security.dated_tokens import without_day
from campaign.security.tokens import claimed_number
from campaign.signatures import tokens
from campaign.signatures.counting.groups import is_due
from campaign.signatures.models import (
    SHOWN,
    TO_HATCH,
    TO_RELEASE,
    LedgerEntry,
    RepeatSigning,
    Signature,
)
from campaign.signatures.pending_forms import later_forms, waiting_forms
from campaign.text.email_addresses import is_same_address

# No row has this id.
NO_ROW = 0

COUNTED = Signature.hatched_at.is_not(None)
NUMBERED = Signature.number.is_not(None)


def signature_by_id(signature_id: int) -> Signature | None:
    """Return the signature, or None."""
    return db.session.get(Signature, signature_id)


def signatures_with_ids(ids: Collection[int]) -> Sequence[Signature]:
    """Return these signatures, in no particular order."""
    return db.session.scalars(select(Signature).where(Signature.id.in_(ids))).all()


def signature_by_token(purpose: str, token: str) -> Signature | None:
    """Return the signature that `token` opens for `purpose` (see `tokens`), or None.

    If the emails of a signature have gone to another one since, its STOP_ANSWERS opens that one.
    """
    signature = _claimed_signature(without_day(token) if purpose == tokens.MINE else token)
    while purpose == tokens.STOP_ANSWERS and signature is not None and signature.merged_into_id:
        signature = signature_by_id(signature.merged_into_id)
    return signature if signature is not None and tokens.opens(purpose, token, signature) else None


def was_own_link(token: str) -> bool:
    """Return whether `token` was a valid link to "What I signed", even if it has expired."""
    signature = _claimed_signature(without_day(token))
    return (
        signature is not None
        and signature.email_digest is not None
        and tokens.opened_once(token, signature)
    )


class Confirmable(NamedTuple):
    """What a confirmation link opens: the signature, and the form's id (None: the first form)."""

    signature: Signature
    form_id: int | None


def confirmable_by_token(token: str) -> Confirmable | None:
    """Return the Confirmable that a confirmation link opens, or None."""
    if signature := signature_by_token(tokens.CONFIRM, token):
        return Confirmable(signature, None)
    number = claimed_number(token)
    form = None if number is None else db.session.get(RepeatSigning, number)
    if form is None or not form.signature_id:
        return None
    signature = signature_by_id(form.signature_id)
    if signature is None or not tokens.opens_form(token, form.id, signature):
        return None
    return Confirmable(signature, form.id)


def confirmable_by_code(
    code: str, email_digest: bytes, *, now: datetime, good_for: timedelta
) -> Confirmable | None:
    """Return what the code in an email to this address opens, as the link in it does, or None.

    None also if the link has expired after `good_for`, or opens nothing any longer. A guess costs
    the same statements for every address, because it claims the row of a random id.
    """
    claimed = tokens.claimed_form(code, email_digest)
    if claimed is None:
        return None
    form = db.session.get(RepeatSigning, claimed.row_id) if claimed.is_later else None
    claimed_id = (form and form.signature_id) if claimed.is_later else claimed.row_id
    signature = signature_by_id(claimed_id or NO_ROW)
    later = later_forms([claimed_id or NO_ROW])
    if (
        signature is None
        or signature.email_digest is None
        or not compare_digest(signature.email_digest, email_digest)
        or signature.mailed_at is None
        or signature.mailed_at <= now - good_for
    ):
        return None
    form_id = form.id if form else None
    is_waiting = any(waiting.id == form_id for waiting in waiting_forms(signature, later))
    return Confirmable(signature, form_id) if is_waiting or signature.is_confirmed else None


def signatures_of_address(email_digest: bytes, email: str | None) -> list[Signature]:
    """Return all signatures from exactly the address `email`, oldest first.

    `email_digest` also finds other spellings of the address. Not all of these need be the same
    person's.
    """
    rows = db.session.scalars(
        select(Signature).where(Signature.email_digest == email_digest).order_by(Signature.id)
    ).all()
    return [row for row in rows if is_same_address(row.email, email)]


def _claimed_signature(token: str) -> Signature | None:
    signature_id = claimed_number(token)
    return None if signature_id is None else signature_by_id(signature_id)


def newest_signers(petition_id: int, limit: int = 12) -> Sequence[Signature]:
    """Return the newest counted signatures that show a name or initials, newest first."""
    return db.session.scalars(
        select(Signature)
        .where(Signature.petition_id == petition_id, SHOWN)
        .order_by(Signature.number.desc())
        .limit(limit)
    ).all()


def counted_only_since(cause_id: int, petition_id: int, number: int, limit: int = 1000) -> int:
    """Return how many signatures from butterfly `number` on are counted only.

    It looks at no more than `limit` butterflies.
    """
    return db.session.scalars(
        select(func.count()).where(
            Signature.cause_id == cause_id,
            Signature.number.between(number, number + limit),
            Signature.petition_id == petition_id,
            Signature.name_display == "counted",
        )
    ).one()


def ledger_by_hour(petition_id: int) -> Sequence[Row[datetime, str, str, int]]:
    """Return a petition's ledger as rows (hour, reason, evidence, change), oldest hour first."""
    return db.session.execute(
        select(LedgerEntry.hour, LedgerEntry.reason, LedgerEntry.evidence, LedgerEntry.change)
        .where(LedgerEntry.petition_id == petition_id)
        .order_by(LedgerEntry.hour, LedgerEntry.reason, LedgerEntry.evidence)
    ).all()


# Composed only once, because the runner asks this several times a second.
_RUNNER_HAS_WORK = select(
    or_(
        *(
            select(Signature.id).where(*conditions).exists()
            for conditions in ((TO_HATCH,), (TO_RELEASE,), is_due(NOW))
        )
    )
)


def has_work_for_runner() -> bool:
    """Return whether any signature waits to be counted, or to leave the tally.

    This ignores what the caller's transaction has not committed.
    """
    with db.engine.connect() as connection:
        return bool(connection.scalar(_RUNNER_HAS_WORK, {NOW.key: utcnow()}))


def differences() -> list[str]:
    """Recompute tallies, ledger and numbers from the signatures.

    Return a sentence for each difference.
    """
    return [*_petition_differences(), *_cause_differences()]


def _petition_differences() -> Iterator[str]:
    rows = db.session.execute(
        select(Signature.petition_id, func.count(), func.count(Signature.number))
        .where(COUNTED)
        .group_by(Signature.petition_id)
    ).all()
    counted = {petition_id: count for petition_id, count, _numbered in rows}
    has_butterflies = dict(db.session.execute(select(Petition.id, Petition.has_butterflies)).all())
    for petition_id, count, numbered in rows:
        expected = count if has_butterflies[petition_id] else 0
        if numbered != expected:
            yield f"petition {petition_id}: {numbered} signatures have a number, {expected} should"
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


def _cause_differences() -> Iterator[str]:
    """Check that the given and the free numbers together are 1 … last_number, each once."""
    given = _numbers(Signature.number, Signature.cause_id, NUMBERED)
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


def _numbers(
    number: InstrumentedAttribute[Any],
    cause_id: InstrumentedAttribute[Any],
    condition: ColumnElement[bool],
) -> dict[int, tuple[int, int]]:
    """Return {cause id: (how many numbers, the highest)}."""
    rows = db.session.execute(
        select(cause_id, func.count(), func.max(number)).where(condition).group_by(cause_id)
    )
    return {cause: (count, highest) for cause, count, highest in rows}


def _totals(query: Select[*tuple[Any, ...]], group: InstrumentedAttribute[int]) -> dict[int, int]:
    return {key: total for key, total in db.session.execute(query.group_by(group))}


def chosen_among(ids: Iterable[int], cause_ids: Iterable[int] | None) -> ColumnElement[bool]:
    """Return the condition that a signature has one of the ids, and is in one of the causes.

    Without `cause_ids`, every cause will do.
    """
    c = Signature.__table__.c
    chosen = c.id.in_(list(ids))
    return chosen if cause_ids is None else chosen & c.cause_id.in_(cause_ids)
