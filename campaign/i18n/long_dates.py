"""Dates in words, as each language writes them."""

import datetime as dt
import re

from babel import Locale
from babel.dates import format_date

from campaign.i18n.locales import language_of

FIRST = re.compile(r"\b1\b")


def long_date(date: dt.date, locale: Locale | str, pattern: str = "long") -> str:
    """Return a date in a CLDR pattern; French writes the first of a month as 1er mai.

    For a datetime, this is the day in its own time zone.
    """
    text = format_date(date, pattern, locale=locale)
    return (
        FIRST.sub("1er", text, count=1) if language_of(locale) == "fr" and date.day == 1 else text
    )
