"""What is asked of the outbox as a whole."""

from sqlalchemy import select

from campaign.extensions import db
from campaign.mail.models import OWED, OwedMessage


def waiting_since(edge):
    """Return since when the letter that has waited longest is due, or None where none was due before `edge`."""
    due = OwedMessage.due_at
    return db.session.scalar(select(due).where(OWED, due <= edge).order_by(due).limit(1))
