"""Form fields for dates and times in a time zone, and the choice of a zone."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any

from babel import Locale
from flask import flash, g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import pgettext
from wtforms import DateField, DateTimeLocalField, Form, SelectChoice, SelectField, TimeField
from wtforms.utils import unset_value
from wtforms.validators import StopValidation

from campaign.i18n.clock_times import clock_time
from campaign.i18n.countries import country_name
from campaign.i18n.local_times import NonexistentTime, comes_twice, instant
from campaign.i18n.locales import current_locale
from campaign.i18n.sorting import sort_key
from campaign.i18n.time_zones import (
    UTC_NAME,
    city_name,
    is_zone,
    main_zones,
    offset_text,
    zone_countries,
)
from campaign.process.clock import utcnow
from campaign.site.settings import site_settings

# Most browsers show a date or time picker. In the others, the value is typed.
NO_DAY = _l("Enter a date, like 2026-11-25.")
NO_TIME = _l("Enter a time, like %(example)s.", example="18:30")
NO_HOUR = _l("Enter a date and time, like %(example)s.", example="2026-11-25 18:30")
NO_SUCH_HOUR = _l(
    "That time does not exist on that day, because the clocks go forward. Choose a time one hour later."
)
FIRST_YEAR, LAST_YEAR = 1900, 2199
NO_SUCH_YEAR = _l(
    "Choose a year from %(first)s to %(last)s.", first=str(FIRST_YEAR), last=str(LAST_YEAR)
)
IS_OVER = _l("That time has passed. To publish now, use “Publish now”.")


class DayField(DateField):
    """A date."""

    def __init__(self, label: Any = None, validators: Any = None, **named: Any) -> None:
        super().__init__(label, validators, invalid_value_message=NO_DAY, **named)


class TimeOfDayField(TimeField):
    """A time of day. Browsers send it with or without seconds."""

    def __init__(self, label: Any = None, validators: Any = None, **named: Any) -> None:
        super().__init__(
            label, validators, format=["%H:%M", "%H:%M:%S"], invalid_value_message=NO_TIME, **named
        )


class HourField(DateTimeLocalField):
    """A date and time.

    Browsers send it with or without seconds. People who type it put a space between.
    """

    def __init__(self, label: Any = None, validators: Any = None, **named: Any) -> None:
        formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
        super().__init__(label, validators, format=formats, invalid_value_message=NO_HOUR, **named)

    def pre_validate(self, form: Form) -> None:
        # Other code counts days before and after this date, and would overflow the calendar's
        # range.
        if self.data and not FIRST_YEAR <= self.data.year <= LAST_YEAR:
            raise StopValidation(NO_SUCH_YEAR)

    def instant_in(self, zone: str) -> datetime | None:
        """Return the instant of this local time in the time zone named `zone`.

        Return None and set an error on the field if the time does not exist there.
        """
        try:
            return instant(self.data, zone)
        except (NonexistentTime, OverflowError):
            self.errors = [NO_SUCH_HOUR]
            return None


class ZoneField(SelectField):
    """A time zone. An old name that was stored once stays a choice."""

    def __init__(self, **named: Any) -> None:
        super().__init__(_l("Time zone"), **named)

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        super().process(formdata, data, extra_filters)
        self.choices = zone_choices(self.data)


# CLDR region codes. CLDR has none for oceans.
_REGIONS = {
    "Africa": "002",
    "America": "019",
    "Asia": "142",
    "Europe": "150",
    "Arctic": "150",
    "Australia": "009",
    "Pacific": "009",
}


def zone_choices(stored: str | None) -> list[SelectChoice]:
    """Return the choices. `stored`, the stored zone, is offered even if its name is outdated."""
    now, language = utcnow(), str(current_locale())
    likely = _likely(stored, now.year)
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


def _likely(stored: Any, year: int) -> list[str]:
    countries = site_settings().first_countries
    zones = [zone for country in countries for zone in main_zones(country, year)]
    old = [stored] if stored not in zone_countries() and is_zone(stored) else []
    return list(dict.fromkeys([site_settings().time_zone, *old, *zones, UTC_NAME]))


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
    city = city_name(name, language)
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
    rows = []
    for name in zone_countries():
        region = name.partition("/")[0]
        rows.append((oceans.get(region) or territories[_REGIONS[region]], name))
    return tuple(sorted(rows, key=lambda row: (sort_key(row[0]), sort_key(places[row[1]]))))


def ambiguous_times(chosen: Iterable[datetime | None], zone: str) -> list[str]:
    """Return, formatted for the page, the `chosen` times that occur twice in `zone`.

    `chosen` holds naive datetimes or None.
    """
    return [clock_time(item, g.lang) for item in chosen if item and comes_twice(item, zone)]


def flash_ambiguous_times(chosen: Iterable[datetime | None], zone: str) -> None:
    """Flash a note that the first occurrence is meant if a chosen time occurs twice."""
    if twice := ambiguous_times(chosen, zone):
        flash(
            _(
                "The clocks change that night, so %(hours)s happens twice. We use the first one.",
                hours=", ".join(twice),
            ),
            "waiting",
        )
