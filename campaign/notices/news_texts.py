"""The texts of the consents to get news.

A text that anyone has agreed to never changes: a new text gets a new version.
"""

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from campaign.i18n.locales import locale_of
from campaign.organisations.identity import identities

SIGNATURE = "signature-3"
FORM = "form-4"
CAUSE_FORM = "cause-form-1"
_WORDINGS = {
    SIGNATURE: _l(
        "Send me updates about “%(cause)s” from %(organisation)s by email, about twice a month",
        cause="%(cause)s",
        organisation="%(organisation)s",
    ),
    FORM: _l(
        "Send me updates from %(organisation)s by email until I unsubscribe. Use my address for nothing else.",
        organisation="%(organisation)s",
    ),
    CAUSE_FORM: _l(
        "Send me updates about “%(cause)s” from %(organisation)s by email until I unsubscribe. Use my address for nothing else.",
        cause="%(cause)s",
        organisation="%(organisation)s",
    ),
}
VERSIONS = tuple(_WORDINGS)


def signature_text(cause: str, organisation_id: int | None, lang: str) -> str:
    """Return the consent text where people sign for the cause with this title.

    Such a subscription is to one cause, so the text names it and the organisation that sends the
    news. It is the same on the website, in frames, on tablets, on paper and for partners.
    """
    return _text(SIGNATURE, organisation_id, lang, cause=cause)


def form_text(organisation_id: int | None, lang: str) -> str:
    """Return the consent text of the form of an organisation: it names who sends the news."""
    return _text(FORM, organisation_id, lang)


def cause_form_text(cause: str, organisation_id: int | None, lang: str) -> str:
    """Return the consent text of the form of the cause with this title."""
    return _text(CAUSE_FORM, organisation_id, lang, cause=cause)


def _text(version: str, organisation_id: int | None, lang: str, **values: str) -> str:
    with force_locale(locale_of(lang)):
        wording = str(_WORDINGS[version])
    return wording % {"organisation": identities().of(organisation_id).name(lang), **values}
