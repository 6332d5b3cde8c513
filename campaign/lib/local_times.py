"""Hours as people say them, in a time zone, and the instants that they mean."""

from datetime import UTC
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

# Old names and abbreviations; the places that people know have a region before them.
_REGIONS = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")


class NoSuchHour(ValueError):
    """Clocks went forward over this hour, so no instant was called by it."""


def instant(local, zone):
    """Return the instant (aware, UTC) that `local`, a naive datetime, means in the time zone named `zone`.

    An hour that comes twice, when clocks go back, means the first. Raises NoSuchHour for one that does not come at all.
    """
    aware = local.replace(tzinfo=ZoneInfo(zone), fold=0)
    there_and_back = aware.astimezone(UTC).astimezone(aware.tzinfo).replace(tzinfo=None)
    if there_and_back != local:
        raise NoSuchHour(f"{local} does not exist in {zone}")
    return aware.astimezone(UTC)


def comes_twice(local, zone):
    """Return whether clocks in the time zone named `zone`, put back, show `local`, a naive datetime, twice."""
    return len({local.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC) for fold in (0, 1)}) == 2


def local_time(moment, zone):
    """Return the naive datetime that clocks in the time zone named `zone` show at an instant."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@cache
def zone_names():
    """Return the names of the time zones of places, in order, with UTC at the end."""
    return (*sorted(name for name in available_timezones() if name.startswith(_REGIONS)), "UTC")
