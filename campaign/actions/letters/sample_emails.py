"""The email with a sample letter that organizers send to themselves, never to a target."""

from flask import Flask
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from campaign.accounts.audit import Actor, record
from campaign.accounts.audit_models import AuditEntry
from campaign.accounts.queries import organizer_by_id
from campaign.actions.letters.samples import sample_letter
from campaign.actions.letters.target_emails import letter_email_text
from campaign.extensions import db
from campaign.i18n.locales import locale_of
from campaign.mail.composition import Message
from campaign.mail.models import OutboxRow
from campaign.mail.operations import enqueue
from campaign.mail.renderers import register
from campaign.organisations.emails import email_identity
from campaign.petitions.models import Petition
from campaign.petitions.queries import petition_by_id

TEST = "letter_test"
ACTION = "letters.test"


def init_app(app: Flask) -> None:
    """Register the renderer of the email."""
    register(app, TEST, _test_message, _l("Test email of a letter"))


def send_test(*, actor: Actor, petition_id: int, organizer_id: int, lang: str) -> None:
    """Queue an email with a sample letter in `lang` to one organizer.

    The email's subject id is its entry in the activity log, which names action and organizer.
    """
    petition = db.session.get_one(Petition, petition_id)
    entry = record(
        actor,
        ACTION,
        subject=("petition", petition_id),
        cause_id=petition.cause_id,
        details={"organizer": organizer_id},
    )
    enqueue(kind=TEST, subject_id=entry.id, lang=lang)


def _test_message(queued: OutboxRow) -> Message | None:
    """Return the email, or None if the organizer or the action are gone."""
    entry = db.session.get(AuditEntry, queued.subject_id)
    organizer = organizer_by_id(entry.details["organizer"]) if entry else None
    petition = petition_by_id(entry.subject_id or 0) if entry else None
    if organizer is None or organizer.removed_at is not None or petition is None:
        return None
    letter = sample_letter(petition, queued.lang)
    identity = email_identity(petition.cause.organisation_id, letter.lang)
    with force_locale(locale_of(letter.lang)):
        text = letter_email_text(
            letter.body,
            name=_("[Name of the supporter]"),
            organisation=identity.name,
            title=petition.current_version.text(letter.lang, petition.original_lang).title,
            is_reply_to_writer=True,
            stop_url=_("[a link for this target]"),
        )
        subject = _("[Test] %(subject)s", subject=letter.subject)
    return Message(
        to=organizer.email,
        to_name=organizer.name,
        digest=organizer.email_digest,
        subject=subject,
        text=text,
        html="",
        lang=letter.lang,
        sender=identity.sender,
    )
