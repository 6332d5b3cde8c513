"""The email with a sample letter that organizers send to themselves, never to a target."""

from flask import Flask
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from campaign.accounts.audit import Actor
from campaign.actions.letters.delivery.target_emails import letter_email_text
from campaign.actions.letters.text.samples import sample_letter
from campaign.extensions import db
from campaign.i18n.locales import locale_of
from campaign.mail.composition import Message
from campaign.mail.models import OutboxRow
from campaign.mail.renderers import register
from campaign.organisations.email_tests import address_test, enqueue_test, subject_of_test
from campaign.organisations.emails import email_identity
from campaign.petitions.models import Petition
from campaign.petitions.queries import petition_by_id

TEST = "letter_test"
ACTION = "letters.test"


def init_app(app: Flask) -> None:
    """Register the renderer of the email."""
    register(app, TEST, _test_message, _l("Test letter"))


def send_test(*, actor: Actor, petition_id: int, organizer_id: int, lang: str) -> None:
    """Queue an email with a sample letter in `lang` to one organizer."""
    petition = db.session.get_one(Petition, petition_id)
    enqueue_test(
        actor,
        ACTION,
        kind=TEST,
        subject=("petition", petition_id),
        cause_id=petition.cause_id,
        organizer_id=organizer_id,
        lang=lang,
    )


def _test_message(queued: OutboxRow) -> Message | None:
    """Return the email, or None if the organizer or the action are gone."""
    petition = petition_by_id(subject_of_test(queued.subject_id) or 0)
    if petition is None:
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
    message = Message(
        to="", subject=letter.subject, text=text, html="", lang=letter.lang, sender=identity.sender
    )
    return address_test(queued.subject_id, message)
