"""Tests of local times, and the instants they stand for."""

from datetime import UTC, datetime

import pytest

from campaign.events.hours import (
    HourSkipped,
    ZoneUnknown,
    full_day,
    hours,
    instant_of,
    zone_name,
)


@pytest.mark.parametrize(
    ("local", "zone", "utc"),
    [
        (datetime(2026, 7, 1, 19), "America/Toronto", datetime(2026, 7, 1, 23, tzinfo=UTC)),
        (datetime(2026, 12, 1, 19), "America/Toronto", datetime(2026, 12, 2, 0, tzinfo=UTC)),
        # Mexico gave up summer time in 2022.
        (datetime(2026, 7, 1, 19), "America/Mexico_City", datetime(2026, 7, 2, 1, tzinfo=UTC)),
        (datetime(2022, 7, 1, 19), "America/Mexico_City", datetime(2022, 7, 2, 0, tzinfo=UTC)),
        # A time that occurs twice is the first.
        (datetime(2026, 11, 1, 1, 30), "America/Toronto", datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
    ],
)
def test_local_time_is_an_instant_by_the_rules_of_its_day(local, zone, utc):
    assert instant_of(local, zone) == utc


def test_local_time_skipped_by_the_clock_change_is_refused():
    with pytest.raises(HourSkipped):
        instant_of(datetime(2027, 3, 14, 2, 30), "America/Toronto")


@pytest.mark.parametrize("zone", ["Nowhere/City", "", "../etc/passwd", "America", "\0"])
def test_unknown_zone_is_refused(zone):
    with pytest.raises(ZoneUnknown):
        instant_of(datetime(2027, 3, 14, 12), zone)


def test_times_are_formatted_for_each_language():
    starts, ends = datetime(2016, 5, 10, 19), datetime(2016, 5, 10, 20, 45)
    assert hours(starts, ends, "en") == hours(starts, ends, "es") == "19:00–20:45"
    assert hours(starts, ends, "fr") == "19\N{NBSP}h à 20\N{NBSP}h\N{NBSP}45"
    assert hours(starts, datetime(2016, 5, 11, 1), "en") == "19:00–Wed, May 11, 01:00"


def test_days_are_formatted_with_their_weekday():
    day = datetime(2026, 9, 26)
    assert [full_day(day, lang) for lang in ("en", "es", "fr")] == [
        "Saturday, September 26, 2026", "sábado 26 de septiembre de 2026", "samedi 26 septembre 2026",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("zone", "names"),
    [
        ("America/Toronto", ["Eastern Time", "hora del Este", "heure de l’Est"]),
        ("America/Mexico_City", ["Central Time", "hora del Centro", "heure du Centre"]),
        ("Europe/Paris", [
            "Central European Time", "hora de Europa central", "heure de l’Europe centrale",
        ]),
        ("Europe/London", [
            "British Summer Time", "hora de verano británica", "heure avancée britannique",
        ]),
    ],
)  # fmt: skip
def test_time_zones_have_the_names_that_people_say(zone, names):
    starts = datetime(2026, 7, 1, 19, tzinfo=UTC)
    assert [zone_name(zone, starts, lang) for lang in ("en", "es", "fr")] == names
