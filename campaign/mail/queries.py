"""Questions about the outbox as a whole."""

from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, and_, func, or_, select

from campaign.extensions import db
from campaign.jobs.queries import NOW
from campaign.mail.models import IS_QUEUED, LETTERS, OutboxMessage


def is_claimable(
    now: datetime | BindParameter[datetime], *, last_priority: int
) -> ColumnElement[bool]:
    """Return the condition that an email is due, and that no worker has claimed it."""
    locked_until = OutboxMessage.locked_until
    return and_(
        IS_QUEUED,
        OutboxMessage.due_at <= now,
        or_(locked_until.is_(None), locked_until <= now),
        OutboxMessage.priority <= last_priority,
    )


EMAILS_ARE_DUE = select(OutboxMessage.id).where(is_claimable(NOW, last_priority=LETTERS)).exists()


def is_any_due(now: datetime, *, last_priority: int) -> bool:
    """Return whether there is an email to claim. Unlike claiming, this costs no commit."""
    query = select(OutboxMessage.id).where(is_claimable(now, last_priority=last_priority)).limit(1)
    return db.session.scalar(query) is not None


def waiting_since(queued_before: datetime) -> datetime | None:
    """Return when the oldest unsent email was queued, or None if none was queued by then.

    An email that the mail server refuses is retried later and later. Its age shows what its next
    due time hides. One that waits on purpose, and was not tried yet, is left out.
    """
    created_at = OutboxMessage.created_at
    return db.session.scalar(
        select(func.min(created_at)).where(
            IS_QUEUED,
            created_at <= queued_before,
            or_(OutboxMessage.due_at <= queued_before, OutboxMessage.attempts > 0),
        )
    )
