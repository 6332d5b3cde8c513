"""Create changes of an email address to test with."""

from datetime import timedelta

from sqlalchemy import select, update

from campaign.extensions import db, write
from campaign.mail.models import OutboxMessage
from campaign.mailboxes import operations, tokens
from campaign.mailboxes.models import AddressChange
from campaign.mailboxes.parts import Mailbox
from campaign.process.clock import utcnow
from campaign.signatures.tokens import email_digest

WEEK = timedelta(days=7)
OLD, NEW = "amalia@rosales.example", "amalia@nueva.example"


def mailbox(email):
    return Mailbox(email, email_digest(email))


def request(old=OLD, new=NEW, *, lang="en", now=None):
    """Request a change as the form does, committed, and return the id."""
    return write(
        operations.request_change,
        old=mailbox(old),
        new=mailbox(new),
        lang=lang,
        now=now or utcnow(),
    )


def confirmed(old=OLD, new=NEW, *, now=None, **more):
    """Request and confirm a change, and tell the old address, committed, and return the id."""
    now = now or utcnow()
    change_id = confirm_request(old, new, now=now, **more)
    settle_notice(change_id, "sent", now=now)
    write(operations.follow_notices, now=now)
    return change_id


def confirm_request(old=OLD, new=NEW, *, now=None, **more):
    """Request a change and confirm it with the new address, committed, and return the id."""
    change_id = request(old, new, now=now, **more)
    write(operations.confirm_change, change_id=change_id, now=now or utcnow(), good_for=WEEK)
    return change_id


def settle_notice(change_id, state, *, now=None):
    """Note what became of the email to the old address: `sent`, `dropped` or `failed`."""
    write(
        lambda: db.session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id == change(change_id).notice_id)
            .values(state=state, sent_at=now if state == "sent" else None)
        )
    )


def move(old=OLD, new=NEW, *, now=None):
    """Let a change take effect, because the old address agrees, and return the id."""
    now = now or utcnow()
    change_id = confirmed(old, new, now=now)
    write(operations.agree, change_id=change_id, now=now)
    assert write(operations.take_effect, change_id=change_id, now=now)
    db.session.rollback()
    db.session.expire_all()
    return change_id


def change(change_id):
    """Return the change as it is in the database now, or None."""
    db.session.rollback()
    return db.session.get(AddressChange, change_id, populate_existing=True)


def changes():
    """Return all changes as they are in the database now, oldest first."""
    db.session.rollback()
    query = select(AddressChange).order_by(AddressChange.id)
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def link(change_id, *, to_old=False, lang="en"):
    """Return the link in the email to the new address, or to the old one."""
    token = tokens.token_for(tokens.OLD if to_old else tokens.NEW, change(change_id))
    return f"/{lang}/address-changes/{token}"
