"""Neutral subjects and senders for emails, which do not reveal that someone signed.

Organizers choose this for a petition.
"""

from dataclasses import replace

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from campaign.i18n.locales import LOCALES
from campaign.mail.composition import Message

SUBJECTS = {
    "signature_confirmation": _l("Please confirm your email address"),
    "signature_reminder": _l("Reminder: please confirm your email address"),
    "signature_last_reminder": _l("Last reminder: please confirm your email address"),
}
OTHER_SUBJECT = _l("About your request")


def without_signs(message: Message, template: str) -> Message:
    """Return the Message with a neutral subject and without the sender's name; keep its text."""
    with force_locale(LOCALES.get(message.lang, message.lang)):
        subject = str(SUBJECTS.get(template, OTHER_SUBJECT))
    return replace(message, subject=subject, has_sender_name=False)
