"""Convert between local times in a time zone and instants in UTC."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


class NonexistentTime(ValueError):
    """The local time does not exist, because clocks went forward past it."""


def instant(local: datetime, zone: str) -> datetime:
    """Return the aware UTC datetime of a naive `local` time in the time zone named `zone`.

    If clocks go back and the time comes twice, the first one is meant. Raises NonexistentTime if
    the time does not exist.
    """
    aware = local.replace(tzinfo=ZoneInfo(zone), fold=0)
    round_trip = aware.astimezone(UTC).astimezone(aware.tzinfo).replace(tzinfo=None)
    if round_trip != local:
        raise NonexistentTime(f"{local} does not exist in {zone}")
    return aware.astimezone(UTC)


def comes_twice(local: datetime, zone: str) -> bool:
    """Return whether the naive `local` time comes twice in `zone`, because clocks go back."""
    return (
        len({local.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC) for fold in (0, 1)})
        == 2
    )


def local_time(moment: datetime, zone: str) -> datetime:
    """Return an aware datetime as a naive local time in the time zone named `zone`."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
