"""What is asked of the outbox as a whole."""

from sqlalchemy import func, select

from campaign.extensions import db
from campaign.mail.models import OWED, OutboxMessage


def waiting_since(edge):
    """Return when the oldest email that has not left yet was queued, or None where none was queued before `edge`.

    One that a mail server refuses is tried again later and later; its age tells what its next attempt hides.
    """
    created_at = OutboxMessage.created_at
    return db.session.scalar(select(func.min(created_at)).where(OWED, created_at <= edge))
