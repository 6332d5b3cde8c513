"""Languages as BCP 47 tags: their names, their locales, and which interface texts they get.

A locale gives numbers, dates and country names. `static/js/lib/format.js` has the same preferred
locales for scripts. Times are on the 24-hour clock in every language (`clock_times.py`).
"""

import re
from functools import cache, lru_cache
from typing import cast

from babel import Locale
from babel.core import UnknownLocaleError
from flask_babel import get_locale

from campaign.i18n.fallbacks import nearest

# The locales of languages that come without a region.
PREFERRED_LOCALES = {"en": "en_CA", "es": "es_MX", "fr": "fr_CA"}
# The languages into which the interface itself is translated.
INTERFACE_LANGUAGES = ("en", "es", "fr")
MAX_TAG_LENGTH = 35
# CLDR patterns for days with their weekday, which have no comma in Spanish and French.
_WEEKDAY_AND_DATE = {
    "en": "EEEE, MMMM d, y",
    "es": "EEEE d 'de' MMMM 'de' y",
    "fr": "EEEE d MMMM y",
}
_WEEKDAY_AND_DAY = {"en": "EEEE, MMMM d", "es": "EEEE d 'de' MMMM", "fr": "EEEE d MMMM"}
_SHORT_WEEKDAY_AND_DAY = {"en": "EEE, MMM d", "es": "EEE d MMM", "fr": "EEE d MMM"}
# Language, script and region. Nobody writes pages in variants and extensions of a language.
_TAG = re.compile(r"([a-z]{2,3})(?:-([a-z]{4}))?(?:-([a-z]{2}|[0-9]{3}))?", re.ASCII)


class UnknownLanguage(ValueError):
    """This is no BCP 47 tag of a language that CLDR knows."""


@lru_cache(maxsize=1024)
def normalised(tag: str) -> str:
    """Return a tag in its canonical case: pt-BR, zh-Hant-TW. Raise UnknownLanguage."""
    parts = _TAG.fullmatch(tag.lower()) if len(tag) <= MAX_TAG_LENGTH else None
    if parts is None:
        raise UnknownLanguage(tag)
    language, script, region = parts.groups(default="")
    canonical = "-".join(filter(None, (language, script.title(), region.upper())))
    try:
        locale = Locale.parse(canonical, sep="-")
    except (UnknownLocaleError, ValueError):
        raise UnknownLanguage(tag) from None
    # Babel replaces languages that it lacks, such as "und", by others.
    if locale.language != language:
        raise UnknownLanguage(tag)
    return canonical


def is_language(tag: str) -> bool:
    """Return whether this is the tag, in its canonical case, of a language that CLDR knows."""
    try:
        return normalised(tag) == tag
    except UnknownLanguage:
        return False


@cache
def locale_of(tag: str) -> str:
    """Return the Babel identifier of the locale of a language. Raise UnknownLanguage."""
    return PREFERRED_LOCALES.get(tag) or str(Locale.parse(normalised(tag), sep="-"))


@cache
def language_name(tag: str) -> str:
    """Return the name of a language in that language, with a capital: Português (Brasil)."""
    name = Locale.parse(normalised(tag), sep="-").get_display_name() or tag
    return name[:1].upper() + name[1:]


@cache
def translated_language_name(tag: str, locale: str) -> str:
    """Return the name of a language in a locale, as used within a sentence: anglais in fr_CA."""
    return Locale.parse(normalised(tag), sep="-").get_display_name(locale) or tag


@cache
def direction(tag: str) -> str:
    """Return the direction in which a language is written: "ltr" or "rtl"."""
    return Locale.parse(locale_of(tag)).text_direction


def language_of(locale: Locale | str) -> str:
    """Return the language alone of a locale or a tag: fr of fr_CA."""
    return re.split("[-_]", str(locale), maxsplit=1)[0]


@lru_cache(maxsize=1024)
def interface_lang(tag: str, languages: tuple[str, ...] = ()) -> str:
    """Return the language of the interface texts that a reader of `tag` gets.

    That is the nearest into which we are translated, else that of the first of the site's
    `languages` that has one, else English.
    """
    matches = (nearest(INTERFACE_LANGUAGES, candidate) for candidate in (tag, *languages))
    return next(filter(None, matches), INTERFACE_LANGUAGES[0])


@cache
def weekday_and_date(tag: str) -> str:
    """Return the CLDR pattern of a date with its weekday."""
    return _own_pattern(_WEEKDAY_AND_DATE, tag) or str(_locale(tag).date_formats["full"])


@cache
def weekday_and_day(tag: str) -> str:
    """Return the CLDR pattern of a day with its weekday, without the year."""
    own = _own_pattern(_WEEKDAY_AND_DAY, tag)
    return own or re.sub("E+", "EEEE", _skeleton(tag, "MMMMEd", "MMMEd"))


@cache
def short_weekday_and_day(tag: str) -> str:
    """Return the CLDR pattern of a day with its weekday, without the year, abbreviated."""
    return _own_pattern(_SHORT_WEEKDAY_AND_DAY, tag) or _skeleton(tag, "MMMEd")


def _locale(tag: str) -> Locale:
    return Locale.parse(locale_of(tag))


def _own_pattern(patterns: dict[str, str], tag: str) -> str | None:
    return patterns.get(language_of(tag))


def _skeleton(tag: str, *names: str) -> str:
    locale = _locale(tag)
    patterns = (locale.datetime_skeletons.get(name) for name in names)
    # A few languages lack them. They get the year too.
    return str(next(filter(None, patterns), locale.date_formats["full"]))


def current_locale() -> Locale:
    """Return the locale of the current request or of `force_locale`."""
    return cast(Locale, get_locale())
