"""Hours on the wall of a place, the instants they stand for, and how people write them."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import get_timezone_name

from campaign.errors import CampaignError
from campaign.i18n.clock_times import clock_time
from campaign.i18n.local_times import NoSuchHour, instant
from campaign.i18n.locales import LOCALES
from campaign.i18n.long_dates import long_date


class HourSkipped(CampaignError):
    """The clocks are put forward over this hour: it does not exist on that day."""

    status = 422


class ZoneUnknown(CampaignError):
    """The zone is not one of the IANA database, such as America/Toronto."""

    status = 422


def instant_of(local, zone):
    """Return the UTC instant at which the clocks of `zone` show the naive datetime `local`.

    Of an hour that comes twice, when clocks are put back, it is the first. Raises HourSkipped and ZoneUnknown.
    """
    try:
        return instant(local, zone)
    except NoSuchHour as error:
        raise HourSkipped(f"{local:%Y-%m-%d %H:%M} {zone}") from error
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ZoneUnknown(zone) from error


def hours(starts, ends, lang):
    """Write from when to when: 19:00–20:45, or 19 h à 20 h 45; with its day where the end is on a later one."""
    until = clock_time(ends, lang)
    if ends.date() != starts.date():
        until = f"{long_date(ends, LOCALES[lang], 'EEE d MMM')}, {until}"
    return (
        f"{clock_time(starts, lang)} à {until}"
        if lang == "fr"
        else f"{clock_time(starts, lang)}–{until}"
    )


def full_day(local, lang):
    """Write the day of a naive datetime with its weekday: Friday 26 September 2026."""
    pattern = "EEEE d 'de' MMMM 'de' y" if lang == "es" else "EEEE d MMMM y"
    words = long_date(local, LOCALES[lang], pattern)
    return words[:1].upper() + words[1:]


def zone_name(zone, starts_at, lang):
    """Return what people call the time of `zone` on that day, as within a sentence: Eastern Daylight Time, hora de verano oriental."""
    return get_timezone_name(starts_at.astimezone(ZoneInfo(zone)), locale=LOCALES[lang])
