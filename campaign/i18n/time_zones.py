"""The time zones that people can choose, by country, from the tz database, and their cities."""

from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import cast
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_location

from campaign.i18n.locales import language_of

UTC_NAME = "UTC"
# No one lives there permanently. The few stations use the time of their supply bases.
_EXCLUDED = "Antarctica/"
# Under these old names, CLDR has another city, or a former name of it.
_OUTDATED = {"Pacific/Enderbury", "Europe/Kiev", "Asia/Rangoon"}
# Where CLDR names another place, lacks the name, or leaves out accents.
CORRECTED_CITIES = {
    "en": {
        "America/Argentina/Cordoba": "Córdoba",
        "America/Bogota": "Bogotá",
        "America/Cayman": "Cayman Islands",
        "America/Mazatlan": "Mazatlán",
        "America/Sao_Paulo": "São Paulo",
        "America/St_Johns": "St. John’s",
        "Atlantic/Canary": "Canary Islands",
        "Atlantic/Faroe": "Faroe Islands",
    },
    "es": {
        "Africa/Dar_es_Salaam": "Dar es Salaam",
        "America/Cayman": "Islas Caimán",
        "Indian/Christmas": "Isla de Navidad",
        "Pacific/Honolulu": "Honolulú",
    },
    "fr": {
        "Africa/Tripoli": "Tripoli",
        "America/Bahia_Banderas": "Bahía de Banderas",
        "America/Barbados": "La Barbade",
        "America/Manaus": "Manaus",
        "Asia/Almaty": "Almaty",
        "Atlantic/Faroe": "Îles Féroé",
    },
}


@cache
def zone_countries() -> dict[str, str]:
    """Return {time zone: ISO code of its country}, without aliases and old names.

    Every country has at least one zone, named after one of its cities.
    """
    lines = (files("tzdata") / "zoneinfo" / "zone.tab").read_text().splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {
        name: country for country, _place, name, *_note in rows if not name.startswith(_EXCLUDED)
    }


def is_zone(name: str) -> bool:
    """Return whether this is the name of a time zone, even an old one."""
    return name in _all_names()


@cache
def main_zones(country: str, year: int) -> tuple[str, ...]:
    """Return the zones of a country whose clocks differ in `year`.

    Of zones with the same clock, this is the one that the tz database lists first.
    """
    by_clock: dict[tuple[timedelta | None, ...], str] = {}
    for name, where in zone_countries().items():
        if where == country:
            by_clock.setdefault(_clock(name, year), name)
    return tuple(by_clock.values())


def city_name(zone: str, locale: Locale | str) -> str:
    """Return the city of a time zone in the language of `locale`, such as Córdoba."""
    return CORRECTED_CITIES.get(language_of(locale), {}).get(zone) or cldr_city(zone, locale)


def cldr_city(zone: str, locale: Locale | str) -> str:
    """Return the city of a time zone as CLDR names it."""
    known = Locale.parse(locale).time_zones
    # CLDR files some cities under the first name of their zone, such as Asia/Katmandu, where Babel
    # does not look.
    for name in (zone, *_older_names().get(zone, ())):
        if city := known.get(name, {}).get("city"):
            return str(city)
    # Cities without a translation keep their region: Argentina/Salta.
    return get_timezone_location(zone, locale=locale, return_city=True).rpartition("/")[2]


def offset_text(moment: datetime, zone: str) -> str:
    """Return the UTC offset of a time zone at an instant, such as "UTC−03:30"."""
    offset = cast(timedelta, moment.astimezone(_zone_info(zone)).utcoffset())
    minutes = round(offset.total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'−' if minutes < 0 else '+'}{hours:02}:{rest:02}"


@cache
def _zone_info(name: str) -> ZoneInfo:
    """Return a time zone, and keep it.

    ZoneInfo keeps eight. A form that offers all of them would read the others from disk again.
    """
    return ZoneInfo(name)


@cache
def _older_names() -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for old, current in get_global("zone_aliases").items():
        if old not in _OUTDATED:
            names.setdefault(current, []).append(old)
    return names


@cache
def _all_names() -> set[str]:
    return available_timezones()


def _clock(name: str, year: int) -> tuple[timedelta | None, ...]:
    return tuple(
        datetime(year, month, 1, tzinfo=_zone_info(name)).utcoffset() for month in range(1, 13)
    )
