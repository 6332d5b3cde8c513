"""Gather letters to a target into one email a day or a week, with a PDF of all of them."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeAlias, cast

from flask import current_app
from sqlalchemy import ColumnElement, Table, delete, func, select, update

from campaign.actions.letters.delivery.addresses import reach, refused_among, zone_of
from campaign.actions.letters.delivery.bounces import note_bounced_batch
from campaign.actions.letters.delivery.pacing import is_gathering_due
from campaign.actions.letters.delivery.sending import (
    BATCH_EMAIL,
    GIVE_UP_AFTER,
    LEASE,
    REST,
    SETTLE_BATCH,
    SWITCH,
    give_up,
    petitions_with,
    profiles_with,
    waiting_letters,
)
from campaign.actions.letters.models import Letter, LetterBatch, LetterSettings
from campaign.extensions import db, load_for_update_or_none
from campaign.jobs import operations as jobs
from campaign.mail.models import LETTERS, OutboxMessage
from campaign.mail.operations import NO_LONGER_NEEDED, enqueue_many
from campaign.petitions.models import Petition
from campaign.petitions.queries import petition_by_id
from campaign.signatures.models import Signature
from campaign.surge.state import work_waits
from campaign.switches.state import switched_off
from campaign.targets.operations import note_email_status

JOB = "letter_batch"
# More letters go into further emails, because mail servers refuse large ones.
MAX_LETTERS = 500
DAYS = {"day": 1, "week": 7}
# The extension that makes the PDF, which an upper package sets.
PDF = "letter_pdf"

# Makes the PDF of letters about an action, in their order, in a language.
MakePdf: TypeAlias = Callable[[Petition, Sequence[Letter], str], bytes]

_letter: Table = Letter.__table__
_batch: Table = LetterBatch.__table__


def gather_letters(*, holder: str, now: datetime) -> int:
    """Put letters of the last day or week into emails, and return how many emails that makes.

    A job then makes the PDF of each and queues its email.
    """
    if (
        work_waits()
        or switched_off(SWITCH)
        or not take_letters_lease(holder=f"{holder} gathers", now=now)
    ):
        return 0
    rows = db.session.execute(
        select(
            Letter.profile_id,
            Letter.petition_id,
            func.count().label("many"),
            func.min(Letter.created_at).label("since"),
        )
        .where(*waiting_letters("gathered", now))
        .group_by(Letter.profile_id, Letter.petition_id)
    ).all()
    petitions = petitions_with({row.petition_id for row in rows})
    profiles = profiles_with({row.profile_id for row in rows if row.profile_id is not None})
    refused = refused_among(profiles.values())
    periods = _periods(list(petitions))
    count = 0
    for row in rows:
        petition = petitions.get(row.petition_id)
        if petition is None:
            continue
        profile = profiles.get(row.profile_id or 0)
        reached = reach(profile, refused, now=now)
        if profile is None or reached.reason:
            give_up(row.profile_id, method="gathered", reason=reached.reason, now=now)
            continue
        days = DAYS[periods.get(petition.id, "week")]
        if is_gathering_due(
            since=_begin_of_period(petition.id, profile.id, row.since, days),
            days=days,
            now=now,
            zone=zone_of(profile, petition),
            is_over=petition.phase(now) == "closed",
        ):
            for _ in range(-(-row.many // MAX_LETTERS)):
                count += _gather(petition.id, profile.id, reached.address, now)
    return count


def take_letters_lease(*, holder: str, now: datetime) -> bool | None:
    """Return whether `holder` alone may gather letters within this transaction."""
    return jobs.take_lease(f"{LEASE} gathered", holder=holder, now=now)


def letters_of(batch_id: int) -> list[tuple[Letter, Signature]]:
    """Return the letters of an email with their writers, the oldest first.

    Letters that were stopped since, or whose writer withdrew, are left out.
    """
    rows = db.session.execute(
        select(Letter, Signature)
        .join(Signature, Signature.id == Letter.signature_id)
        .where(Letter.batch_id == batch_id, Letter.state == "queued", Signature.state == "counted")
        .order_by(Letter.id)
    ).all()
    return [(row.Letter, row.Signature) for row in rows]


def count_letters(batch_id: int) -> int:
    """Return how many letters were put into an email, stopped ones included."""
    query = select(func.count()).where(Letter.batch_id == batch_id)
    return db.session.scalar(query) or 0


def make_document(batch_id: int) -> bytes | None:
    """Return the PDF of an email's letters, or None if none of them is to be sent."""
    batch = db.session.get(LetterBatch, batch_id, populate_existing=True)
    letters = [letter for letter, _ in letters_of(batch_id)]
    if batch is None or not letters:
        return None
    make_pdf = cast(MakePdf, current_app.extensions[PDF])
    return make_pdf(cast(Petition, petition_by_id(batch.petition_id)), letters, batch.lang)


def queue_email(*, batch_id: int, document: bytes | None) -> None:
    """Store the PDF, and queue the email that it is attached to."""
    batch = load_for_update_or_none(LetterBatch, batch_id)
    if batch is None or batch.email_id is not None or document is None:
        return
    message = {"kind": BATCH_EMAIL, "subject_id": batch.id, "lang": batch.lang}
    batch.email_id = enqueue_many([message], priority=LETTERS)[batch.id]
    batch.document = document
    db.session.flush()


def settle_batches(*, now: datetime) -> int:
    """Note how the emails of gathered letters ended, as `settle_letters` does.

    Return how many did.
    """
    rows = db.session.execute(
        select(
            LetterBatch.id, LetterBatch.lang, LetterBatch.address, LetterBatch.created_at, OutboxMessage.state,
            OutboxMessage.sent_at, OutboxMessage.last_error,
        )
        .join(OutboxMessage, OutboxMessage.id == LetterBatch.email_id)
        .where(
            LetterBatch.sent_at.is_(None),
            LetterBatch.bounced_at.is_(None),
            OutboxMessage.state != "owed",
        )
        .order_by(LetterBatch.id)
        .limit(SETTLE_BATCH)
    ).all()  # fmt: skip
    for row in rows:
        if row.state == "sent":
            _change(_batch.c.id == row.id, sent_at=row.sent_at, document=None)
            _change_letters(_letter.c.batch_id == row.id, state="sent", sent_at=row.sent_at)
        elif row.state == "failed" and now < row.created_at + GIVE_UP_AFTER:
            message = {"kind": BATCH_EMAIL, "subject_id": row.id, "lang": row.lang}
            ids = enqueue_many([message], priority=LETTERS, due_at=now + REST)
            _change(_batch.c.id == row.id, email_id=ids[row.id])
        elif row.state == "failed":
            note_bounced_batch(row.id, now=now, reason="unreachable")
        elif row.last_error == NO_LONGER_NEEDED:
            # The next pass checks again why they cannot be sent.
            _change_letters(_letter.c.batch_id == row.id, state="waiting", batch_id=None)
            db.session.execute(delete(_batch).where(_batch.c.id == row.id))
        else:
            note_email_status(address=row.address, status="bounced", now=now)
            note_bounced_batch(row.id, now=now)
    return len(rows)


def _gather(petition_id: int, profile_id: int, address: str, now: datetime) -> int:
    """Put the oldest letters into one email, and enqueue the job that makes its PDF."""
    rows = db.session.execute(
        select(Letter.id, Letter.lang)
        .join(Signature, Signature.id == Letter.signature_id)
        .where(
            *waiting_letters("gathered", now),
            Letter.petition_id == petition_id,
            Letter.profile_id == profile_id,
            Signature.state == "counted",
        )
        .order_by(Letter.id)
        .limit(MAX_LETTERS)
    ).all()
    if not rows:
        return 0
    batch = LetterBatch(
        petition_id=petition_id,
        profile_id=profile_id,
        lang=rows[-1].lang,
        address=address,
        created_at=now,
    )
    db.session.add(batch)
    db.session.flush()
    db.session.execute(
        update(_letter)
        .where(_letter.c.id.in_([row.id for row in rows]))
        .values(state="queued", batch_id=batch.id, address=address)
    )
    jobs.enqueue(JOB, batch.id)
    return 1


def _periods(petition_ids: Sequence[int]) -> dict[int, str]:
    rows = db.session.execute(
        select(LetterSettings.petition_id, LetterSettings.period).where(
            LetterSettings.petition_id.in_(petition_ids)
        )
    )
    return {row.petition_id: row.period for row in rows}


def _begin_of_period(petition_id: int, profile_id: int, oldest_at: datetime, days: int) -> datetime:
    """Return when the last email was made, or when the oldest letter was if none came before it."""
    last_at = db.session.scalar(
        select(func.max(LetterBatch.created_at)).where(
            LetterBatch.petition_id == petition_id,
            LetterBatch.profile_id == profile_id,
        )
    )
    return last_at if last_at and oldest_at - last_at < timedelta(days=days) else oldest_at


def _change(condition: ColumnElement[bool], **values: Any) -> None:
    db.session.execute(update(_batch).where(condition).values(values))


def _change_letters(condition: ColumnElement[bool], **values: Any) -> None:
    db.session.execute(update(_letter).where(condition, _letter.c.state == "queued").values(values))
