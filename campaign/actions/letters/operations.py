"""Change the state of letters: they could not be delivered, or their writer stops or sends them."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import CursorResult, Table, exists, select, update

from campaign.actions.letters.models import Letter, LetterBatch
from campaign.extensions import db, note_ended
from campaign.mail.models import OutboxMessage
from campaign.mail.operations import enqueue_about
from campaign.signatures.models import Signature

NOT_DELIVERED = "letter_not_delivered"
# The email waits so long for other letters of the same writer that cannot be delivered either.
GATHERING = timedelta(minutes=10)
# Letters that have not left. What is gathered or queued leaves only in this state.
NOT_LEFT = ("waiting", "queued")

_table: Table = Letter.__table__


def note_undelivered(*, letter_ids: Collection[int], reason: str, now: datetime) -> int:
    """Note that these letters cannot be delivered, and tell their writers, and return how many.

    `reason` is one of REASONS. A letter that was sent can still bounce, but no longer be
    stopped. Letters for which this was noted before do not change.
    """
    has_bounced = reason == "bounced"
    rows = db.session.execute(
        update(_table)
        .where(
            _table.c.id.in_(letter_ids),
            _table.c.state.in_((*NOT_LEFT, "sent") if has_bounced else NOT_LEFT),
        )
        .values(
            {
                "state": "bounced" if has_bounced else "stopped",
                "reason": reason,
                "bounced_at" if has_bounced else "stopped_at": now,
            }
        )
        .returning(_table.c.id, _table.c.signature_id)
    ).all()
    tell_writers({row.signature_id for row in rows}, {row.id for row in rows}, now=now)
    return len(rows)


def tell_writers(
    signature_ids: Iterable[int], letter_ids: Collection[int], *, now: datetime
) -> None:
    """Queue an email to the writers of these letters, which were just found undeliverable.

    It lists all such letters, so writers who wait for one get no second.
    """
    if not letter_ids:
        return
    waiting = select(_table.c.signature_id).where(
        _table.c.reason.not_in(("", "withdrawn")),
        (_table.c.bounced_at > now - GATHERING) | (_table.c.stopped_at > now - GATHERING),
        _table.c.id.not_in(letter_ids),
    )
    writers = db.session.execute(
        select(Signature.id, Signature.lang).where(
            Signature.id.in_(set(signature_ids)),
            Signature.email.is_not(None),
            Signature.id.not_in(waiting.where(_table.c.signature_id.in_(set(signature_ids)))),
        )
    ).all()
    enqueue_about(writers, NOT_DELIVERED, due_at=now + GATHERING)


def stop_letter(*, letter_id: int, signature_ids: Collection[int], now: datetime) -> bool:
    """Stop a letter of one of these responses, and return whether it had not left yet.

    One whose email is in the hands of a worker, or of the mail server, can no longer be stopped.
    """
    batch_email = (
        select(LetterBatch.email_id).where(LetterBatch.id == _table.c.batch_id).correlate(_table)
    )
    is_leaving = exists().where(
        OutboxMessage.id.in_((_table.c.email_id, batch_email.scalar_subquery())),
        (OutboxMessage.state != "owed") | (OutboxMessage.locked_until > now),
    )
    stopped = db.session.execute(
        update(_table)
        .where(
            _table.c.id == letter_id,
            _table.c.signature_id.in_(signature_ids),
            _table.c.state.in_(NOT_LEFT),
            ~is_leaving,
        )
        .values(state="stopped", reason="withdrawn", stopped_at=now)
        .returning(_table.c.created_at)
    ).one_or_none()
    if stopped is not None:
        note_ended("letter.stopped", letter_id, stopped.created_at)
    return stopped is not None


def note_sent_by_hand(*, letter_id: int, signature_ids: Collection[int], now: datetime) -> bool:
    """Note that its writer says that they sent a letter. Return whether that was not noted yet."""
    result = db.session.execute(
        update(_table)
        .where(
            _table.c.id == letter_id,
            _table.c.signature_id.in_(signature_ids),
            _table.c.state == "done",
            Letter.delivery_method == "self",
            _table.c.sent_at.is_(None),
        )
        .values(sent_at=now)
    )
    return cast(CursorResult[None], result).rowcount > 0
