"""When an address changes, move the receipts of emails about answers with its signatures."""

from datetime import datetime

from flask import Flask
from sqlalchemy import select, update

from campaign.answers.announcement_models import AnswerAnnouncement, AnswerReceipt
from campaign.extensions import db
from campaign.mail.bulk.moving import move_receipts_of
from campaign.mailboxes.parts import Mailbox, MailboxPart, register_mailbox_part
from campaign.signatures.models import Signature


def init_app(app: Flask) -> None:
    """Register the receipts as a part of a mailbox. Signatures must be registered before."""
    register_mailbox_part(app, MailboxPart(name="answer_receipts", move=move_receipts))


def move_receipts(old: Mailbox, new: Mailbox, *, now: datetime) -> None:
    """Move the receipts of the signatures that are at the new address already.

    A queued email is only for the address of its receipt. The receipts of signatures that were
    merged into others go to those.
    """
    table = AnswerReceipt
    # The index of receipts begins with what they are about.
    announced = (
        select(AnswerAnnouncement.id)
        .join(Signature, Signature.petition_id == AnswerAnnouncement.petition_id)
        .where(Signature.email_digest == new.digest)
    )
    merged_into = (
        select(Signature.merged_into_id).where(Signature.id == table.reader_id).scalar_subquery()
    )
    db.session.execute(
        update(table)
        .where(
            table.bulk_email_id.in_(announced),
            table.email_digest.in_({old.digest, new.digest}),
            merged_into.is_not(None),
        )
        .values(reader_id=merged_into)
        .execution_options(synchronize_session=False)
    )
    move_receipts_of(
        AnswerReceipt,
        table.bulk_email_id.in_(announced),
        readers=select(Signature.id).where(Signature.email_digest == new.digest),
        old_digest=old.digest,
        new_digest=new.digest,
    )
