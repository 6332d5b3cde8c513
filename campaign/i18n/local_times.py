"""Hours as people say them, in a time zone, and the instants that they mean."""

from datetime import UTC
from zoneinfo import ZoneInfo


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
    return (
        len({local.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC) for fold in (0, 1)})
        == 2
    )


def local_time(moment, zone):
    """Return the naive datetime that clocks in the time zone named `zone` show at an instant."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
