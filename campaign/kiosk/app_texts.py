"""All that the app on a tablet says, in every language at once: whoever signs changes it by one touch, without a network.

What stands in {braces} is filled in on the tablet. Of two sentences for a number, `name_one` and `name_many`, it chooses.
"""

from functools import cache

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from campaign.i18n.locales import LOCALES
from campaign.kiosk.supporter_texts import FAULTS, SIGNING
from campaign.kiosk.tabler_texts import CREW, PROBLEMS, SETTING_UP

WORDS = SIGNING | FAULTS | SETTING_UP | CREW | PROBLEMS
NAMES = {"en": "English", "es": "Español", "fr": "Français"}
NO_SCRIPT = _l(
    "The kiosk needs JavaScript, to lock signatures on this tablet. Switch it on in the browser’s settings. Without it you can sign on the petition’s own page."
)
TOO_OLD = _l(
    "The kiosk has not started. If this stays, the browser is too old for it: it takes Safari 14.1, Chrome 88 or Firefox 78, or newer. You can always sign on the petition’s own page."
)


@cache
def app_words(languages):
    """Return {language: {name: sentence}}, each with what the language calls itself as `language`."""
    return {lang: {"language": NAMES[lang], **_said(WORDS, lang)} for lang in languages}


@cache
def without_app(languages):
    """Return {language: {reason: sentence}} of what stands there until the app starts: `no_script`, `too_old`."""
    return {lang: _said({"no_script": NO_SCRIPT, "too_old": TOO_OLD}, lang) for lang in languages}


def _said(words, lang):
    with force_locale(LOCALES[lang]):
        return {name: str(sentence) for name, sentence in words.items()}
