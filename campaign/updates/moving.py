"""Move the receipts of mailings with subscriptions to a new address, so that no news comes twice."""

from datetime import datetime

from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import aliased

from campaign.extensions import db
from campaign.mailboxes.parts import Mailbox, MailboxPart, register_mailbox_part
from campaign.subscriptions.models import Subscription
from campaign.updates.mailing_models import MailingReceipt


def init_app(app: Flask) -> None:
    """Register the receipts as a part of a mailbox. Subscriptions must be registered before."""
    register_mailbox_part(app, MailboxPart(name="receipts", move=move_receipts))


def move_receipts(old: Mailbox, new: Mailbox, *, now: datetime) -> None:
    """Move the receipts of the subscriptions that are at the new address already."""
    table, other = MailingReceipt, aliased(MailingReceipt)
    subscribed = select(Subscription.id).where(Subscription.email_digest == new.digest)
    has_receipt = (
        select(other.id)
        .where(other.bulk_email_id == table.bulk_email_id, other.email_digest == new.digest)
        .exists()
    )
    db.session.execute(
        update(table)
        .where(table.email_digest == old.digest, table.reader_id.in_(subscribed), ~has_receipt)
        .values(email_digest=new.digest)
        .execution_options(synchronize_session=False)
    )
