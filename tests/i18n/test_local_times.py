"""Tests of local times as people enter them, and what they mean."""

from datetime import UTC, datetime

import pytest

from campaign.i18n.local_times import NonexistentTime, instant, local_time


def test_same_local_time_is_another_instant_in_summer():
    assert instant(datetime(2026, 1, 1, 12), "America/Toronto") == datetime(
        2026, 1, 1, 17, tzinfo=UTC
    )
    assert instant(datetime(2026, 7, 1, 12), "America/Toronto") == datetime(
        2026, 7, 1, 16, tzinfo=UTC
    )


def test_time_that_occurs_twice_means_the_first():
    assert instant(datetime(2026, 11, 1, 1, 30), "America/Toronto") == datetime(
        2026, 11, 1, 5, 30, tzinfo=UTC
    )


def test_skipped_time_is_refused():
    with pytest.raises(NonexistentTime):
        instant(datetime(2026, 3, 8, 2, 30), "America/Toronto")


def test_entered_time_is_shown_again():
    for month in range(1, 13):
        local = datetime(2026, month, 8, 12, 15)
        assert local_time(instant(local, "America/Mexico_City"), "America/Mexico_City") == local
