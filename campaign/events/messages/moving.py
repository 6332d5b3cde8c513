"""Move the receipts of messages with a registration, so that they arrive and none comes twice."""

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import aliased

from campaign.events.messages.models import EventMessage, EventMessageReceipt
from campaign.events.models import Registration
from campaign.extensions import db
from campaign.mail.bulk.moving import move_receipts_of


def take_over_receipts(registration: Registration, *, removed: Registration) -> None:
    """Give a registration the receipts of one that is removed, at whose address it will be.

    Where both have one, only that of the removed one stays, so the address gets one email.
    """
    receipts, others = EventMessageReceipt, aliased(EventMessageReceipt)
    messages = select(others.bulk_email_id).where(
        others.bulk_email_id.in_(_messages_of(registration.event_id)),
        others.reader_id == removed.id,
    )
    db.session.execute(
        delete(receipts)
        .where(receipts.bulk_email_id.in_(messages), receipts.reader_id == registration.id)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        update(receipts)
        .where(
            receipts.bulk_email_id.in_(_messages_of(registration.event_id)),
            receipts.reader_id == removed.id,
        )
        .values(reader_id=registration.id)
        .execution_options(synchronize_session=False)
    )


def move_receipts(registration: Registration, *, old_digest: bytes, new_digest: bytes) -> None:
    """Move the receipts of a registration to its new address, unless that has its own."""
    move_receipts_of(
        EventMessageReceipt,
        EventMessageReceipt.bulk_email_id.in_(_messages_of(registration.event_id)),
        readers=select(Registration.id).where(Registration.id == registration.id),
        old_digest=old_digest,
        new_digest=new_digest,
    )


def _messages_of(event_id: int) -> Select[int]:
    # The indexes of receipts begin with their message.
    return select(EventMessage.id).where(EventMessage.event_id == event_id)
