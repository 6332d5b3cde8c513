"""The time zones that somebody can choose, as the tz database lists them by country."""

from datetime import datetime
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

UTC_NAME = "UTC"
# Nobody lives there; its few stations keep the time of their suppliers.
_LEFT_OUT = "Antarctica/"


@cache
def zone_countries():
    """Return {time zone: the ISO code of its country}, with every country's own city and without aliases and old names."""
    lines = (files("tzdata") / "zoneinfo" / "zone.tab").read_text().splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {
        name: country for country, _place, name, *_note in rows if not name.startswith(_LEFT_OUT)
    }


def is_zone(name):
    """Return whether clocks can be read by this name, even if it is an old one."""
    return name in _all_names()


def main_zones(country, year):
    """Return the zones of a country in which clocks differ in `year`: the first of each kind that the tz database lists."""
    found = {}
    for name, where in zone_countries().items():
        if where == country:
            found.setdefault(_clock(name, year), name)
    return list(found.values())


def offset_text(moment, zone):
    """Return how far clocks in a zone are from UTC at an instant, such as "UTC−03:30"."""
    minutes = round(moment.astimezone(ZoneInfo(zone)).utcoffset().total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'−' if minutes < 0 else '+'}{hours:02}:{rest:02}"


@cache
def _all_names():
    return available_timezones()


def _clock(name, year):
    return tuple(
        datetime(year, month, 1, tzinfo=ZoneInfo(name)).utcoffset() for month in range(1, 13)
    )
