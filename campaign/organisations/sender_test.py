"""The test email, by which an organizer sees who the emails of an organisation are from."""

from typing import cast

from flask import Flask
from flask_babel import lazy_gettext as _l

from campaign.accounts.audit import Actor, record
from campaign.accounts.audit_models import AuditEntry
from campaign.accounts.queries import organizer_by_id
from campaign.extensions import db
from campaign.mail.composition import Message, render
from campaign.mail.delivery import register
from campaign.mail.models import OutboxRow
from campaign.mail.operations import enqueue
from campaign.organisations.emails import email_identity

TEST = "organisation_test"


def init_app(app: Flask) -> None:
    """Register the renderer of the test email."""
    register(app, TEST, _render_test, _l("Test email of an organization"))


def send_test(*, actor: Actor, organisation_id: int, organizer_id: int, lang: str) -> None:
    """Enqueue an email with the sender of the organisation to one organizer.

    The email's subject id is its entry in the activity log, which names both.
    """
    entry = record(
        actor,
        "organisations.test",
        subject=("organisation", organisation_id),
        details={"organizer": organizer_id},
    )
    enqueue(kind=TEST, subject_id=entry.id, lang=lang)


def _render_test(row: OutboxRow) -> Message | None:
    entry = db.session.get(AuditEntry, row.subject_id)
    organizer = organizer_by_id(cast(int, entry.details["organizer"])) if entry else None
    if entry is None or organizer is None or organizer.removed_at is not None:
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
