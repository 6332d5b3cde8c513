"""The countries and territories of ISO 3166-1, with their names from CLDR."""

import re
from functools import cache

from babel import Locale

from campaign.i18n.sorting import sort_key

# In CLDR but not in ISO 3166-1: islands with codes reserved for postal use, unions of states, and
# codes for testing. Kosovo (XK) is a user-assigned code, but we keep it: people live there.
_NOT_COUNTRIES = frozenset("AC CP CQ DG EA EU EZ IC QO TA UN XA XB ZZ".split())
_CODE = re.compile(r"[A-Z]{2}")


@cache
def countries(
    language: str, first: tuple[str, ...] = ("CA", "MX", "US")
) -> tuple[tuple[str, str], ...]:
    """Return ((code, name), …): the countries of `first` in that order, then others by name.

    `language` is a language or a locale. Sorting ignores accents: Égypte is under E.
    """
    names = _names(language)
    leading = [code for code in first if code in names]
    others = sorted(names.keys() - set(leading), key=lambda code: sort_key(names[code]))
    return tuple((code, names[code]) for code in [*leading, *others])


def country_name(code: str, language: str) -> str:
    """Return the name of a country in `language`, or the code itself if it is unknown."""
    return _names(language).get(code.upper(), code)


@cache
def _names(language: str) -> dict[str, str]:
    territories = Locale.parse(language.replace("-", "_")).territories
    codes = filter(_CODE.fullmatch, territories.keys() - _NOT_COUNTRIES)
    # CLDR writes îles Cook in Canadian French. In a list, names begin with a capital.
    return {code: territories[code][0].upper() + territories[code][1:] for code in codes}
