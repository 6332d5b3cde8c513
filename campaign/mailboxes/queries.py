"""Queries about changes of an email address."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from campaign.extensions import db
from campaign.mailboxes import tokens
from campaign.mailboxes.models import WAITING, AddressChange
from campaign.mailboxes.parts import Mailbox
from campaign.security.tokens import claimed_number

# How long the old mailbox has to object after it was told.
OBJECTION_PERIOD = timedelta(days=14)
# How long after an objection the old mailbox must agree to any other change.
CAUTION_PERIOD = timedelta(days=30)
# Enough for anyone. It only makes sure that a circle of changes ends.
MAX_FORMER = 20


def change_by_id(change_id: int) -> AddressChange | None:
    """Return the change as it is now, or None."""
    return db.session.get(AddressChange, change_id, populate_existing=True)


def change_by_token(token: str) -> tuple[AddressChange, str] | None:
    """Return the change that `token` opens, and for which mailbox: `tokens.NEW` or `tokens.OLD`."""
    number = claimed_number(token)
    change = None if number is None else change_by_id(number)
    if change is None:
        return None
    purposes = (
        purpose for purpose in (tokens.NEW, tokens.OLD) if tokens.opens(purpose, token, change)
    )
    return next(((change, purpose) for purpose in purposes), None)


def changes_from(mailbox: Mailbox, *states: str) -> list[AddressChange]:
    """Return the changes of exactly this mailbox in these states, the newest first."""
    rows = db.session.scalars(
        select(AddressChange)
        .where(AddressChange.old_digest == mailbox.digest, AddressChange.state.in_(states))
        .order_by(AddressChange.id.desc())
    ).all()
    return [row for row in rows if mailbox.owns(row.old_email, row.old_digest)]


def waiting_change(mailbox: Mailbox) -> AddressChange | None:
    """Return the change of this mailbox that takes effect next, or None."""
    return next(iter(changes_from(mailbox, "waiting")), None)


def expected_at(change: AddressChange, *, now: datetime) -> datetime | None:
    """Return when a change that waits takes effect, unless the old mailbox acts before.

    None means that the old mailbox must agree first. Until it was told, the time begins no earlier
    than now.
    """
    if change.needs_agreement:
        return change.takes_effect_at
    return change.takes_effect_at or now + OBJECTION_PERIOD


def was_stopped(mailbox: Mailbox, *, now: datetime) -> bool:
    """Return whether the mailbox stopped a change recently, so that it must agree to the next."""
    return any(
        change.ended_at is not None and change.ended_at > now - CAUTION_PERIOD
        for change in changes_from(mailbox, "stopped")
    )


def due_changes(*, now: datetime, limit: int) -> Sequence[int]:
    """Return the ids of the changes whose time has come, the longest overdue first."""
    return db.session.scalars(
        select(AddressChange.id)
        .where(WAITING, AddressChange.takes_effect_at <= now)
        .order_by(AddressChange.takes_effect_at)
        .limit(limit)
    ).all()


def former_digests(digest: bytes) -> Iterator[bytes]:
    """Yield the digests of mailboxes that moved to this one lately, for links that do no harm.

    The row of a change is deleted a while after its end. Then such links no longer work.
    """
    waiting, seen = [digest], {digest}
    while waiting and len(seen) < MAX_FORMER:
        former = db.session.scalars(
            select(AddressChange.old_digest).where(
                AddressChange.new_digest == waiting.pop(), AddressChange.state == "done"
            )
        ).all()
        for one in former:
            if one not in seen:
                seen.add(one)
                waiting.append(one)
                yield one
