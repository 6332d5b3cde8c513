"""Tests of the time zones that can be chosen."""

from datetime import UTC, datetime

import pytest

from campaign.i18n.locales import PREFERRED_LOCALES
from campaign.i18n.time_zones import (
    CORRECTED_CITIES,
    city_name,
    cldr_city,
    is_zone,
    main_zones,
    offset_text,
    zone_countries,
)

WINTER, SUMMER = datetime(2026, 1, 15, 12, tzinfo=UTC), datetime(2026, 7, 15, 12, tzinfo=UTC)


def test_every_country_has_its_own_city_and_no_zone_has_two_names():
    zones = zone_countries()
    assert zones["Europe/Stockholm"] == "SE"
    assert zones["Asia/Kolkata"] == "IN"
    assert (
        not {"Asia/Calcutta", "America/Buenos_Aires", "US/Eastern", "EST", "Antarctica/Troll"}
        & zones.keys()
    )


def test_old_names_still_work():
    assert is_zone("Asia/Calcutta") and is_zone("Asia/Kolkata") and is_zone("UTC")
    assert not is_zone("Mars/Olympus") and not is_zone("") and not is_zone(None)


def test_country_has_one_zone_for_each_of_its_clocks():
    assert main_zones("CR", 2026) == ("America/Costa_Rica",)
    assert {"America/Halifax", "America/Toronto", "America/Winnipeg"} <= set(main_zones("CA", 2026))
    assert "America/Indiana/Knox" not in main_zones("US", 2026)


@pytest.mark.parametrize(
    ("zone", "winter", "summer"),
    [
        ("America/St_Johns", "UTC−03:30", "UTC−02:30"),
        ("Asia/Kathmandu", "UTC+05:45", "UTC+05:45"),
        ("UTC", "UTC+00:00", "UTC+00:00"),
    ],
)
def test_offset_is_that_of_the_day(zone, winter, summer):
    assert (offset_text(WINTER, zone), offset_text(SUMMER, zone)) == (winter, summer)


@pytest.mark.parametrize(
    ("zone", "locale", "name"),
    [
        ("America/St_Johns", "en_CA", "St. John’s"),
        ("America/Argentina/Cordoba", "es_MX", "Córdoba"),
        ("Asia/Kathmandu", "fr_CA", "Katmandou"),
        ("America/Argentina/Salta", "en_CA", "Salta"),
        ("Asia/Calcutta", "en_CA", "Kolkata"),
        ("America/Mexico_City", "es_MX", "Ciudad de México"),
        ("UTC", "fr_CA", "UTC"),
    ],
)
def test_city_has_the_name_that_people_know(zone, locale, name):
    assert city_name(zone, locale) == name


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_corrected_names_are_of_zones_and_differ_from_cldr(lang):
    for zone, name in CORRECTED_CITIES[lang].items():
        assert zone in zone_countries()
        assert cldr_city(zone, PREFERRED_LOCALES[lang]) != name, zone
