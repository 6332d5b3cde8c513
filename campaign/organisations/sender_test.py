"""The test email that shows an organizer who the emails of an organisation are from."""

from datetime import datetime, timedelta
from typing import NamedTuple

from flask import Flask
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from campaign.accounts.audit import Actor, record_audit_event
from campaign.accounts.audit_models import AuditEntry
from campaign.accounts.queries import present_organizer
from campaign.extensions import db
from campaign.mail.composition import Message, render
from campaign.mail.models import OutboxMessage, OutboxRow
from campaign.mail.operations import enqueue
from campaign.mail.renderers import register
from campaign.organisations.emails import email_identity

TEST = "organisation_test"
# A running worker sends an email within seconds.
MAX_WAIT = timedelta(minutes=1)


def init_app(app: Flask) -> None:
    """Register the renderer of the test email."""
    register(app, TEST, _render_test, _l("Test email from an organization"))


def send_test(*, actor: Actor, organisation_id: int, organizer_id: int, lang: str) -> None:
    """Enqueue an email with the sender of the organisation to one organizer.

    The email's subject id is its entry in the activity log, which names both.
    """
    entry = record_audit_event(
        actor,
        "organisations.test",
        subject=("organisation", organisation_id),
        details={"organizer": organizer_id},
    )
    enqueue(kind=TEST, subject_id=entry.id, lang=lang)


class LastTest(NamedTuple):
    """An organisation's last test email: "sent", "failed", "queued" or, after MAX_WAIT, "late"."""

    state: str
    at: datetime


def last_test(organisation_id: int, now: datetime) -> LastTest | None:
    """Return the last test email of an organisation, or None if none is in the outbox.

    If it is late, the worker does not run or cannot reach the mail server.
    """
    row = db.session.execute(
        select(OutboxMessage.state, OutboxMessage.created_at, OutboxMessage.sent_at)
        .join(AuditEntry, AuditEntry.id == OutboxMessage.subject_id)
        .where(
            OutboxMessage.kind == TEST,
            AuditEntry.subject_kind == "organisation",
            AuditEntry.subject_id == organisation_id,
        )
        .order_by(OutboxMessage.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    if row.state == "sent":
        return LastTest("sent", row.sent_at or row.created_at)
    if row.state != "owed":
        return LastTest("failed", row.created_at)
    return LastTest("late" if row.created_at <= now - MAX_WAIT else "queued", row.created_at)


def _render_test(row: OutboxRow) -> Message | None:
    entry = db.session.get(AuditEntry, row.subject_id)
    organizer = present_organizer(entry.details["organizer"]) if entry else None
    if entry is None or organizer is None:
        return None
    identity = email_identity(entry.subject_id, row.lang)
    content = render("organisation_test", row.lang, identity=identity)
    return Message(
        to=organizer.email,
        to_name=organizer.name,
        digest=organizer.email_digest,
        lang=row.lang,
        sender=identity.sender,
        **content._asdict(),
    )
