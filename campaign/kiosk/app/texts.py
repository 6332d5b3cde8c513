"""All texts of the tablet app, in every language, so a supporter can switch language offline.

The tablet fills in placeholders in {braces}. For a number, there are two texts, `name_one` and
`name_many`. The tablet chooses one.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from campaign.i18n.locales import direction, language_name, locale_of
from campaign.kiosk.app.supporter_texts import FAULTS, SIGNING
from campaign.kiosk.app.tabler_texts import PANEL, PROBLEMS, SETTING_UP

TEXTS = SIGNING | FAULTS | SETTING_UP | PANEL | PROBLEMS
NO_SCRIPT = _l(
    "Turn on JavaScript in the browser’s settings. This app needs it to encrypt signatures on this tablet. You can always sign on the petition’s own page."
)
TOO_OLD = _l(
    "The app has not started. If this message stays, use a newer browser: Safari 14.1, Chrome 88, Firefox 90 or later. You can always sign on the petition’s own page."
)


@cache
def texts_by_language(languages: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """Return {language: {name: text}}. `language` is its own name, `direction` ltr or rtl."""
    return {
        lang: {
            "language": language_name(lang),
            "direction": direction(lang),
            **_translated(TEXTS, lang),
        }
        for lang in languages
    }


@cache
def texts_before_start(languages: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """Return {language: {reason: text}} to show until the app starts: `no_script`, `too_old`."""
    return {
        lang: _translated({"no_script": NO_SCRIPT, "too_old": TOO_OLD}, lang) for lang in languages
    }


def _translated(texts: Mapping[str, Any], lang: str) -> dict[str, str]:
    with force_locale(locale_of(lang)):
        return {name: str(sentence) for name, sentence in texts.items()}
