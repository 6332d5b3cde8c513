"""Local times of an event: the instants they mean, and how they are written."""

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import get_timezone_name

from campaign.errors import CampaignError
from campaign.i18n.clock_times import clock_time
from campaign.i18n.local_times import NonexistentTime, instant
from campaign.i18n.locales import locale_of, short_weekday_and_day, weekday_and_date
from campaign.i18n.long_dates import long_date


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
    """Return the day of a naive datetime with its weekday: Saturday, September 26, 2026."""
    day = long_date(local, locale_of(lang), weekday_and_date(lang))
    return day[:1].upper() + day[1:]


def zone_name(zone: str, starts_at: datetime, lang: str) -> str:
    """Return the common name of the time in `zone` on that day, as used within a sentence.

    Examples: Eastern Daylight Time, hora de verano oriental.
    """
    return get_timezone_name(starts_at.astimezone(ZoneInfo(zone)), locale=locale_of(lang))
