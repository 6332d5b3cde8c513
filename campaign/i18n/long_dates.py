"""Dates in words, as each language writes them."""

import datetime as dt
import re

from babel import Locale
from babel.dates import format_date, format_skeleton

from campaign.i18n.locales import language_of

FIRST = re.compile(r"\b1\b")


def long_date(date: dt.date, locale: Locale | str, pattern: str = "long") -> str:
    """Return a date in a CLDR pattern. French writes the first of a month as 1er mai.

    For a datetime, this is the day in its own time zone.
    """
    return _with_ordinal(format_date(date, pattern, locale=locale), date, locale)


def short_date(date: dt.date, locale: Locale | str) -> str:
    """Return a date with a short name of its month, for tables: 1 Mar 2026, or 1er mars 2026."""
    return long_date(date, locale, "medium")


def date_parts(date: dt.date, locale: Locale | str, skeleton: str) -> str:
    """Return the parts of a date that a CLDR skeleton names, such as MMMd for 1 Mar."""
    return _with_ordinal(format_skeleton(skeleton, date, locale=locale), date, locale)


def _with_ordinal(text: str, date: dt.date, locale: Locale | str) -> str:
    is_french_first = language_of(locale) == "fr" and date.day == 1
    return FIRST.sub("1er", text, count=1) if is_french_first else text
