"""Dates in words, as each language writes them."""

import re

from babel.dates import format_date

FIRST = re.compile(r"\b1\b")


def long_date(date, locale, pattern="long"):
    """Write a date by a pattern of CLDR; French counts the first of a month (1er mai) and names the others.

    Of an instant it is the day in the zone that it brings.
    """
    words = format_date(date, pattern, locale=locale)
    return (
        FIRST.sub("1er", words, count=1)
        if str(locale).startswith("fr") and date.day == 1
        else words
    )
