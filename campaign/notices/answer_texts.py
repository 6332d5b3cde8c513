"""The text of the consent to be told when a petition or another action is answered.

A text that anyone has agreed to never changes: a new text gets a new version.
"""

from flask_babel import force_locale
from flask_babel import gettext as _

from campaign.i18n.locales import locale_of
from campaign.organisations.identity import identities

VERSION = "answer-1"


def answer_text(organisation_id: int | None, lang: str) -> str:
    """Return the consent text where people sign, which names who sends the emails.

    It is the same on the website, in frames, on tablets, on paper and for partners.
    """
    with force_locale(locale_of(lang)):
        return _(
            "Tell me when they answer: one email from %(organisation)s for each published answer or result, nothing else",
            organisation=identities().of(organisation_id).name(lang),
        )
