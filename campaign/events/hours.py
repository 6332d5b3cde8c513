"""Local times of an event: the instants they mean, and how they are written."""

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import get_timezone_gmt, get_timezone_name

from campaign.errors import CampaignError
from campaign.i18n.clock_times import clock_time
from campaign.i18n.local_times import NonexistentTime, instant
from campaign.i18n.locales import language_of, locale_of, short_weekday_and_day, weekday_and_date
from campaign.i18n.long_dates import long_date

# What people in Mexico call the time zones that CLDR names differently.
_COMMON_ZONE_NAMES = {"es": {"hora oriental": "hora del Este", "hora central": "hora del Centro"}}


class HourSkipped(CampaignError):
    """Clocks go forward over this time, so it does not exist on that day."""

    status = 422


class ZoneUnknown(CampaignError):
    """The zone is not one of the IANA database, such as America/Toronto."""

    status = 422


def instant_of(local: datetime, zone: str) -> datetime:
    """Return the UTC instant at which clocks in `zone` show the naive datetime `local`.

    When clocks go back and a time occurs twice, return the first. Raise HourSkipped and
    ZoneUnknown.
    """
    try:
        return instant(local, zone)
    except NonexistentTime as error:
        raise HourSkipped(f"{local:%Y-%m-%d %H:%M} {zone}") from error
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ZoneUnknown(zone) from error


def hours(starts: datetime, ends: datetime, lang: str) -> str:
    """Return the start and end times as text: 19:00–20:45, or 19 h à 20 h 45.

    An end on a later day is written with its day.
    """
    until = clock_time(ends, lang)
    if ends.date() != starts.date():
        until = f"{long_date(ends, locale_of(lang), short_weekday_and_day(lang))}, {until}"
    return (
        f"{clock_time(starts, lang)} à {until}"
        if lang == "fr"
        else f"{clock_time(starts, lang)}–{until}"
    )


def full_day(local: datetime, lang: str) -> str:
    """Return the day of a naive datetime with its weekday, as used within a sentence.

    Examples: Saturday, September 26, 2026, and sábado 26 de septiembre de 2026.
    """
    return long_date(local, locale_of(lang), weekday_and_date(lang))


def zone_name(zone: str, starts_at: datetime, lang: str) -> str:
    """Return the common name of the time in `zone` on that day, as used within a sentence.

    Examples: Eastern Time, hora del Este. The day itself says whether that is daylight saving time.
    Zones without such a name get that of the day: British Summer Time.
    """
    local = starts_at.astimezone(ZoneInfo(zone))
    name = get_timezone_name(local, zone_variant="generic", locale=locale_of(lang))
    if name == get_timezone_gmt(local, locale=locale_of(lang)):
        name = get_timezone_name(local, locale=locale_of(lang))
    return _COMMON_ZONE_NAMES.get(language_of(lang), {}).get(name, name)
