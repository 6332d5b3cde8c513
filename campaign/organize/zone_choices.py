"""Time zone choices: likely ones first, the others by region, with city, country and offset."""

from functools import cache
from typing import Any

from babel import Locale
from babel.dates import get_timezone_location
from flask import current_app
from flask_babel import get_locale, pgettext
from flask_babel import gettext as _
from wtforms import SelectChoice

from campaign.i18n.countries import country_name
from campaign.i18n.sorting import sort_key
from campaign.i18n.time_zones import UTC_NAME, is_zone, main_zones, offset_text, zone_countries
from campaign.process.clock import utcnow

# CLDR region codes; CLDR has none for oceans.
_REGIONS = {
    "Africa": "002",
    "America": "019",
    "Asia": "142",
    "Europe": "150",
    "Arctic": "150",
    "Australia": "009",
    "Pacific": "009",
}


def zone_choices(kept: str | None) -> list[SelectChoice]:
    """Return the choices; `kept`, the stored zone, is offered even if its name is outdated."""
    now, language = utcnow(), str(get_locale())
    likely = _likely(kept, now.year)
    places = _places(language)

    def choice(name: str, group: str) -> SelectChoice:
        place = places.get(name, name.replace("_", " "))
        return SelectChoice(
            name,
            place if name == UTC_NAME else f"{place} · {offset_text(now, name)}",
            optgroup=group,
        )

    first = [choice(name, _("Suggested")) for name in likely]
    by_region = [
        choice(name, group) for group, name in _in_order(language, _oceans()) if name not in likely
    ]
    return first + by_region


def _likely(kept: Any, year: int) -> list[str]:
    countries = current_app.config["FIRST_COUNTRIES"]
    zones = [zone for country in countries for zone in main_zones(country, year)]
    old = [kept] if kept not in zone_countries() and is_zone(kept) else []
    return list(
        dict.fromkeys([current_app.config["BABEL_DEFAULT_TIMEZONE"], *old, *zones, UTC_NAME])
    )


def _oceans() -> tuple[tuple[str, str], ...]:
    return (
        ("Atlantic", pgettext("ocean", "Atlantic")),
        ("Indian", pgettext("ocean", "Indian Ocean")),
    )


@cache
def _places(language: str) -> dict[str, str]:
    """Return {time zone: its city and country in `language`}."""
    return {name: _place(name, country, language) for name, country in zone_countries().items()} | {
        UTC_NAME: UTC_NAME
    }


def _place(name: str, country: str, language: str) -> str:
    # If CLDR has no name for the city, Babel returns everything after the region.
    city = get_timezone_location(name, locale=language, return_city=True).rpartition("/")[2]
    where = country_name(country, language)
    return city if city == where else f"{city}, {where}"


@cache
def _in_order(language: str, oceans: Any) -> tuple[tuple[str, str], ...]:
    """Return ((region, time zone), …) sorted by the names of both."""
    territories, oceans, places = (
        Locale.parse(language).territories,
        dict(oceans),
        _places(language),
    )
    found = []
    for name in zone_countries():
        region = name.partition("/")[0]
        found.append((oceans.get(region) or territories[_REGIONS[region]], name))
    return tuple(sorted(found, key=lambda each: (sort_key(each[0]), sort_key(places[each[1]]))))
