"""Send an organizer a test of an email that goes to many people."""

from dataclasses import replace

from flask_babel import force_locale
from flask_babel import gettext as _

from campaign.accounts.audit import Actor, record_audit_event
from campaign.accounts.audit_models import AuditEntry
from campaign.accounts.models import Organizer
from campaign.accounts.queries import present_organizer
from campaign.extensions import db
from campaign.i18n.locales import locale_of
from campaign.mail.composition import Message, RenderedEmail
from campaign.mail.operations import enqueue
from campaign.organisations.emails import email_identity


def enqueue_test(
    actor: Actor,
    action: str,
    *,
    kind: str,
    subject: tuple[str, int],
    cause_id: int,
    organizer_id: int,
    lang: str,
    **details: str,
) -> None:
    """Enqueue a test email to one organizer, and record it with these details.

    The email's subject id is its entry in the activity log, which names subject and organizer.
    """
    entry = record_audit_event(
        actor,
        action,
        subject=subject,
        cause_id=cause_id,
        details={"organizer": organizer_id, **details},
    )
    enqueue(kind=kind, subject_id=entry.id, lang=lang)


def subject_of_test(entry_id: int) -> int | None:
    """Return the id of what a test email is about, or None if its entry is gone."""
    entry = db.session.get(AuditEntry, entry_id)
    return entry.subject_id if entry else None


def compose_test(
    entry_id: int, wording: RenderedEmail, *, lang: str, organisation_id: int
) -> Message | None:
    """Return the test email with this wording, or None if its organizer is gone."""
    sender = email_identity(organisation_id, lang).sender
    return address_test(entry_id, Message(to="", lang=lang, sender=sender, **wording._asdict()))


def address_test(entry_id: int, message: Message) -> Message | None:
    """Return this message as a test email to its organizer, or None if they are gone."""
    organizer = organizer_of_test(entry_id)
    if organizer is None:
        return None
    with force_locale(locale_of(message.lang)):
        subject = _("[Test] %(subject)s", subject=message.subject)
    return replace(
        message,
        subject=subject,
        to=organizer.email,
        to_name=organizer.name,
        digest=organizer.email_digest,
    )


def organizer_of_test(entry_id: int) -> Organizer | None:
    """Return the organizer who gets a test email, or None if they are gone."""
    entry = db.session.get(AuditEntry, entry_id)
    return present_organizer(entry.details["organizer"]) if entry else None
