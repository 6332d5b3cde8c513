"""Send an organizer a test of an email that goes to many people."""

from flask_babel import force_locale
from flask_babel import gettext as _

from campaign.accounts.audit import Actor, record
from campaign.accounts.audit_models import AuditEntry
from campaign.accounts.queries import organizer_by_id
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
) -> None:
    """Enqueue a test email to one organizer, and record it.

    The email's subject id is its entry in the activity log, which names subject and organizer.
    """
    details = {"organizer": organizer_id}
    entry = record(actor, action, subject=subject, cause_id=cause_id, details=details)
    enqueue(kind=kind, subject_id=entry.id, lang=lang)


def subject_of_test(entry_id: int) -> int | None:
    """Return the id of what a test email is about, or None if its entry is gone."""
    entry = db.session.get(AuditEntry, entry_id)
    return entry.subject_id if entry else None


def compose_test(
    entry_id: int, wording: RenderedEmail, *, lang: str, organisation_id: int
) -> Message | None:
    """Return the test email with this wording, or None if its organizer is gone."""
    entry = db.session.get(AuditEntry, entry_id)
    organizer = organizer_by_id(entry.details["organizer"]) if entry else None
    if organizer is None or organizer.removed_at is not None:
        return None
    with force_locale(locale_of(lang)):
        wording = wording._replace(subject=_("[Test] %(subject)s", subject=wording.subject))
    return Message(
        to=organizer.email,
        to_name=organizer.name,
        digest=organizer.email_digest,
        lang=lang,
        sender=email_identity(organisation_id, lang).sender,
        **wording._asdict(),
    )
