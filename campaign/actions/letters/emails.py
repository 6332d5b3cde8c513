"""The email to the writer of letters that could not be delivered."""

from flask import Flask
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from campaign.actions.letters.operations import NOT_DELIVERED
from campaign.actions.letters.presenters import reason_text
from campaign.actions.letters.queries import undelivered_letters
from campaign.extensions import db
from campaign.i18n.locales import locale_of
from campaign.mail.composition import Message
from campaign.mail.models import OutboxRow
from campaign.mail.renderers import register
from campaign.petitions.models import Petition
from campaign.signatures.emails import message_to_signer
from campaign.signatures.queries import signature_by_id, signatures_with_ids

TEMPLATE = "letter_not_delivered"


def init_app(app: Flask) -> None:
    """Register the renderer of the email."""
    register(
        app,
        NOT_DELIVERED,
        _not_delivered_message,
        _l("Letter that could not be delivered"),
        load=signatures_with_ids,
    )


def _not_delivered_message(queued: OutboxRow) -> Message | None:
    """Return the Message about all undelivered letters of a response, or None if there is none.

    The text is of the first one, and is left out of neutral emails.
    """
    signature = signature_by_id(queued.subject_id)
    letters = undelivered_letters(queued.subject_id)
    if signature is None or not signature.email or not letters:
        return None
    with force_locale(locale_of(queued.lang)):
        reasons = tuple((letter.target_name, reason_text(letter)) for letter in letters)
    is_neutral = db.session.get_one(Petition, signature.petition_id).neutral_emails
    return message_to_signer(
        TEMPLATE,
        signature,
        queued.lang,
        personal={"letter_text": "" if is_neutral else letters[0].body},
        letters=reasons,
    )
