"""Emails about a signature whose subject and sender do not say that somebody signed, for petitions whose organizers chose that."""

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
    """Return the Message with a neutral subject and without the sender's name; its text stays as it is."""
    with force_locale(LOCALES.get(message.lang, message.lang)):
        subject = str(SUBJECTS.get(template, OTHER_SUBJECT))
    return replace(message, subject=subject, has_sender_name=False)
