"""Cells as people fill them, turned into what we keep."""

import re
import tomllib
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path

from campaign.i18n.countries import countries
from campaign.i18n.locales import LOCALES
from campaign.signatures.limits import MAX_ANSWER_LENGTH, MAX_NAME_LENGTH
from campaign.text.names import clean_name, clean_text, name_key

_WORDS = tomllib.loads((Path(__file__).parent / "data" / "values.toml").read_text("utf-8"))
_TICKS = {word: answer == "yes" for answer, words in _WORDS["tick"].items() for word in words}
_DISPLAYS = {word: kept for kept, words in _WORDS["display"].items() for word in words}
_COUNTED, _OTHER_STATES = (frozenset(_WORDS["state"][kind]) for kind in ("counted", "other"))
_LANGS = {word: kept for kept, words in _WORDS["lang"].items() for word in words}
# Signs that a hand or a form draws into a box.
_MARKS = frozenset("✓✔☑✗✘☒×•*")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](.+))?")
_PARTS = re.compile(r"(\d{1,2})[./\- ](\d{1,2})[./\- ](\d{4}|\d{2})(?:[, ].*)?")
# A day without an hour is its noon: then it is the same day in every zone that signers are likely to be in.
NOON = time(12)
MIN_DATE = date(2000, 1, 1)
TOO_LONG = "too_long"
# A day has begun once it has begun anywhere.
EASTERNMOST = timedelta(hours=14)


class ValueRefused(ValueError):
    """A cell that cannot be kept; `code` says why."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


def tick(text):
    """Return whether a box was ticked. Raises ValueRefused for what is neither yes nor no."""
    if not text or text in "-–—" or text in _MARKS:
        return text in _MARKS and bool(text)
    word = _plain(text)
    if word not in _TICKS:
        raise ValueRefused("tick")
    return _TICKS[word]


def name_display(text):
    """Return `full`, `initials` or `counted`, which is also what an empty cell means. Raises ValueRefused."""
    if not text:
        return "counted"
    return _known(_DISPLAYS, text, "name_display")


def is_state(text):
    """Return whether a cell can be the state of a signature in an export of ours."""
    return was_counted(text) or _plain(text) in _OTHER_STATES


def was_counted(text):
    """Return whether a signature was counted where it comes from, as whoever says nothing of it means."""
    return not text or _plain(text) in _COUNTED


def language(text, default):
    """Return the code of one of our languages, `default` for an empty cell. Raises ValueRefused."""
    return _known(_LANGS, text.partition("-")[0], "lang") if text else default


def country(text, default):
    """Return the two letters of a country given by them or by its name, `default` for an empty cell. Raises ValueRefused."""
    if not text:
        return default
    code = text.upper()
    if code in _countries().values():
        return code
    return _known(_countries(), text, "country")


def instant(text, zone, day_first):
    """Return the instant that a date, with or without an hour, means in `zone`. Raises ValueRefused."""
    if iso := _ISO.fullmatch(text):
        return _within(_from_iso(text, iso), zone)
    parts = _PARTS.fullmatch(text)
    if parts is None:
        raise ValueRefused("date")
    first, second, year = map(int, parts.groups()[:3])
    # What cannot be a month is the day, whatever was said.
    day, month = (first, second) if (day_first or first > 12) and second <= 12 else (second, first)
    return _within(
        datetime.combine(_day(year + 2000 if year < 100 else year, month, day), NOON), zone
    )


def newest_day(now):
    """Return the last day that has begun by `now` in any zone."""
    return (now.astimezone(UTC) + EASTERNMOST).date()


def is_day_first(texts):
    """Return whether these dates begin with the day, as far as they tell; None where they do not."""
    pairs = [tuple(map(int, found.groups()[:2])) for found in map(_PARTS.fullmatch, texts) if found]
    if any(first > 12 for first, _ in pairs):
        return True
    return False if any(second > 12 for _, second in pairs) else None


def _from_iso(text, iso):
    if iso[4] is None:
        return datetime.combine(_day(*map(int, iso.groups()[:3])), NOON)
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueRefused("date") from error


def _day(year, month, day):
    try:
        return date(year, month, day)
    except ValueError as error:
        raise ValueRefused("date") from error


def _within(moment, zone):
    if moment.date() < MIN_DATE:
        raise ValueRefused("date_too_old")
    if moment.year > 9000:
        raise ValueRefused("date_in_future")
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _known(words, text, code):
    word = _plain(text)
    if word not in words:
        raise ValueRefused(code)
    return words[word]


@lru_cache(maxsize=4096)
def _plain(text):
    return name_key(text[:100].replace("_", " "), "")


@lru_cache(maxsize=1)
def _countries():
    names = {
        _plain(name): code for locale in LOCALES.values() for code, name in countries(locale, ())
    }
    return names | {
        _plain(word): code for code, words in _WORDS["country"].items() for word in words
    }


def read_name(text):
    """Return a name as it is kept; empty where there is none."""
    if not text.strip():
        return ""
    if len(text) > 4 * MAX_NAME_LENGTH:
        raise ValueRefused(TOO_LONG)
    name = clean_name(text)
    if len(name) > MAX_NAME_LENGTH:
        raise ValueRefused(TOO_LONG)
    return name


def chosen(question, text):
    """Return the answer that is kept for what somebody chose in any language."""
    by_lang = question.get("choices") or {}
    kept = next(iter(by_lang.values()), ())
    for choices in by_lang.values():
        for answer, read in zip(kept, choices, strict=False):
            if text in (answer, read):
                return answer
    if text:
        raise ValueRefused("choice")
    return ""


def short_text(text):
    """Return an answer in words as it is kept."""
    words = clean_text(text)
    if len(text) > MAX_ANSWER_LENGTH:
        raise ValueRefused(TOO_LONG)
    return words
