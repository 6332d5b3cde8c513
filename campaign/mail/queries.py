"""Questions about the outbox as a whole."""

from datetime import datetime

from sqlalchemy import func, select

from campaign.extensions import db
from campaign.mail.models import IS_QUEUED, OutboxMessage


def waiting_since(queued_before: datetime) -> datetime | None:
    """Return when the oldest unsent email was queued, or None if none was queued by then.

    An email that the mail server refuses is retried later and later. Its age shows what its next
    due time hides.
    """
    created_at = OutboxMessage.created_at
    return db.session.scalar(
        select(func.min(created_at)).where(IS_QUEUED, created_at <= queued_before)
    )
