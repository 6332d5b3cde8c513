"""The consent texts with which people subscribe to news.

A text that anyone has agreed to never changes: a new text gets a new version.
"""

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from campaign.i18n.locales import locale_of

SIGNATURE = "signature-2"
FORM = "form-2"
WORDINGS = {
    SIGNATURE: _l("Send me updates about this campaign, about twice a month"),
    FORM: _l("Updates by email, until I unsubscribe. My address is used for nothing else."),
}


def wording(version: str, lang: str) -> str:
    """Return the consent text of a version in `lang`."""
    with force_locale(locale_of(lang)):
        return str(WORDINGS[version])
