"""Parse cells as people fill them in."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from campaign.i18n.countries import countries
from campaign.i18n.fallbacks import nearest
from campaign.i18n.locales import (
    INTERFACE_LANGUAGES,
    UnknownLanguage,
    language_name,
    locale_of,
    normalised,
)
from campaign.signatures.models import MAX_ANSWER_LENGTH, MAX_NAME_LENGTH
from campaign.site.settings import site_settings
from campaign.text.names import clean_name, clean_text, name_key

_SYNONYMS = tomllib.loads((Path(__file__).parent / "data" / "values.toml").read_text("utf-8"))
_YES_NO: dict[str, bool] = {
    word: answer == "yes" for answer, words in _SYNONYMS["tick"].items() for word in words
}
_DISPLAYS = {word: stored for stored, words in _SYNONYMS["display"].items() for word in words}
_COUNTED, _OTHER_STATES = (frozenset(_SYNONYMS["state"][kind]) for kind in ("counted", "other"))
_LANGS = {word: stored for stored, words in _SYNONYMS["lang"].items() for word in words}
# Characters that people or forms put into a checkbox.
_CHECK_MARKS = frozenset("✓✔☑✗✘☒×•*")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](.+))?")
_PARTS = re.compile(r"(\d{1,2})[./\- ](\d{1,2})[./\- ](\d{4}|\d{2})(?:[, ].*)?")
# A date without a time is taken as noon, so it is the same day in all likely time zones of signers.
NOON = time(12)
MIN_DATE = date(2000, 1, 1)
TOO_LONG = "too_long"
# The easternmost time zone, UTC+14: a day begins there first.
EASTERNMOST = timedelta(hours=14)


class ValueRefused(ValueError):
    """The cell has no valid value; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def yes_or_no(text: str) -> bool:
    """Return whether a box was checked. Raises ValueRefused if it is neither yes nor no."""
    if not text or text in "-–—" or text in _CHECK_MARKS:
        return text in _CHECK_MARKS and bool(text)
    word = _normalize(text)
    if word not in _YES_NO:
        raise ValueRefused("tick")
    return _YES_NO[word]


def name_display(text: str) -> str:
    """Return `full`, `initials` or `counted` (also for an empty cell). Raises ValueRefused."""
    if not text:
        return "counted"
    return _look_up(_DISPLAYS, text, "name_display")


def is_state(text: str) -> bool:
    """Return whether a cell can be the state of a signature in one of our exports."""
    return was_counted(text) or _normalize(text) in _OTHER_STATES


def was_counted(text: str) -> bool:
    """Return whether a signature was counted where it comes from; an empty cell means yes."""
    return not text or _normalize(text) in _COUNTED


def language(text: str, default: str) -> str:
    """Return the language of the site that a tag or name means; `default` if empty.

    Raises ValueRefused.
    """
    if not text:
        return default
    languages = site_settings().languages
    names = _LANGS | {_normalize(language_name(lang)): lang for lang in languages}
    tag = names.get(_normalize(text)) or _tag(text)
    match = tag and nearest(languages, tag)
    if not match:
        raise ValueRefused("lang")
    return match


def country(text: str, default: str, lang: str = "") -> str:
    """Return the two-letter country code for a code or name; `default` if empty.

    Names may be in `lang`, and in each language of the interface.

    Raises ValueRefused.
    """
    if not text:
        return default
    code = text.upper()
    if code in _countries(lang).values():
        return code
    return _look_up(_countries(lang), text, "country")


def instant(text: str, zone: tzinfo, day_first: bool) -> datetime:
    """Return the instant of a date, with or without a time, in `zone`. Raises ValueRefused."""
    if iso := _ISO.fullmatch(text):
        return _within(_from_iso(text, iso), zone)
    parts = _PARTS.fullmatch(text)
    if parts is None:
        raise ValueRefused("date")
    first, second, year = map(int, parts.groups()[:3])
    # A number above 12 must be the day, whatever `day_first` says.
    day, month = (first, second) if (day_first or first > 12) and second <= 12 else (second, first)
    return _within(
        datetime.combine(_day(year + 2000 if year < 100 else year, month, day), NOON), zone
    )


def newest_day(now: datetime) -> date:
    """Return the latest day that has begun by `now` in any time zone."""
    return (now.astimezone(UTC) + EASTERNMOST).date()


def is_day_first(texts: Iterable[str]) -> bool | None:
    """Return whether these dates begin with the day, or None if that is unclear."""
    pairs = [tuple(map(int, match.groups()[:2])) for match in map(_PARTS.fullmatch, texts) if match]
    if any(first > 12 for first, _ in pairs):
        return True
    return False if any(second > 12 for _, second in pairs) else None


def _from_iso(text: str, iso: re.Match[str]) -> datetime:
    if iso[4] is None:
        return datetime.combine(_day(*map(int, iso.groups()[:3])), NOON)
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueRefused("date") from error


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise ValueRefused("date") from error


def _within(moment: datetime, zone: tzinfo) -> datetime:
    if moment.date() < MIN_DATE:
        raise ValueRefused("date_too_old")
    if moment.year > 9000:
        raise ValueRefused("date_in_future")
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _look_up(synonyms: Mapping[str, str], text: str, code: str) -> str:
    word = _normalize(text)
    if word not in synonyms:
        raise ValueRefused(code)
    return synonyms[word]


def _tag(text: str) -> str | None:
    try:
        return normalised(text.replace("_", "-"))
    except UnknownLanguage:
        return None


@lru_cache(maxsize=4096)
def _normalize(text: str) -> str:
    return name_key(text[:100].replace("_", " "), "")


@lru_cache(maxsize=8)
def _countries(lang: str) -> dict[str, str]:
    # Names differ between countries of one language: Bélarus in Canada, Biélorussie in France.
    names = {
        _normalize(name): code
        for locale in (
            *INTERFACE_LANGUAGES,
            *map(locale_of, filter(None, (*INTERFACE_LANGUAGES, lang))),
        )
        for code, name in countries(locale, ())
    }
    return names | {
        _normalize(word): code for code, words in _SYNONYMS["country"].items() for word in words
    }


def read_name(text: str) -> str:
    """Return a cleaned name, or an empty string if there is none. Raises ValueRefused."""
    if not text.strip():
        return ""
    if len(text) > 4 * MAX_NAME_LENGTH:
        raise ValueRefused(TOO_LONG)
    name = clean_name(text)
    if len(name) > MAX_NAME_LENGTH:
        raise ValueRefused(TOO_LONG)
    return name


def choice_answer(question: Mapping[str, Any], text: str) -> str:
    """Return the stored answer for a choice given in any language. Raises ValueRefused."""
    by_lang = question.get("choices") or {}
    stored = next(iter(by_lang.values()), ())
    for choices in by_lang.values():
        for answer, offered in zip(stored, choices, strict=False):
            if text in (answer, offered):
                return cast(str, answer)
    if text:
        raise ValueRefused("choice")
    return ""


def short_text(text: str) -> str:
    """Return a cleaned text answer. Raises ValueRefused."""
    answer = clean_text(text)
    if len(text) > MAX_ANSWER_LENGTH:
        raise ValueRefused(TOO_LONG)
    return answer
