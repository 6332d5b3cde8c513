"""Labels of the texts of a petition's emails and of the ways to deliver letters."""

from flask_babel import lazy_gettext as _l

WORDING_LABELS = {
    "confirm_subject": _l("Subject of the request to confirm"),
    "confirm_opening": _l("First sentence of the request to confirm"),
    "reminder_subject": _l("Subject of the reminders"),
    "reminder_opening": _l("First sentence of the reminders"),
    "thanks_subject": _l("Subject of the thank-you email"),
    "thanks_text": _l("First paragraph of the thank-you email"),
    "news_addition": _l("Sentence below the consent to updates"),
    "after_signing": _l("Sentence on the page “Check your email”"),
    "after_confirming": _l("Sentence on the page after confirming"),
    "sends_thanks": _l("Send a thank-you email once a signature or letter is counted"),
}
EMAIL_LABELS = {
    "confirmation": _l("Request to confirm"),
    "reminder": _l("First reminder"),
    "last_reminder": _l("Last reminder"),
    "thanks": _l("Thank-you email"),
}
DELIVERY_METHOD_LABELS = {
    "self": _l("Supporters send them"),
    "individual": _l("We send them one by one"),
    "gathered": _l("We send them together"),
    "in_person": _l("You deliver them"),
}
