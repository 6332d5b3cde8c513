"""When an address changes, move the receipts of mailings, so that no update comes twice."""

from datetime import datetime

from flask import Flask
from sqlalchemy import select

from campaign.mail.bulk.moving import move_receipts_of
from campaign.mailboxes.parts import Mailbox, MailboxPart, register_mailbox_part
from campaign.subscriptions.models import Subscription
from campaign.updates.mailing_models import MailingReceipt


def init_app(app: Flask) -> None:
    """Register the receipts as a part of a mailbox. Subscriptions must be registered before."""
    register_mailbox_part(app, MailboxPart(name="receipts", move=move_receipts))


def move_receipts(old: Mailbox, new: Mailbox, *, now: datetime) -> None:
    """Move the receipts of the subscriptions that are at the new address already."""
    move_receipts_of(
        MailingReceipt,
        readers=select(Subscription.id).where(Subscription.email_digest == new.digest),
        old_digest=old.digest,
        new_digest=new.digest,
    )
