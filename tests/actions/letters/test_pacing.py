"""Tests of the pace of letters: by day, by night, and when clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from campaign.actions.letters.delivery.pacing import (
    SHARES,
    due_now,
    hourly_limit,
    is_gathering_due,
    seconds_to_next_hour,
    share_at,
)

TORONTO = ZoneInfo("America/Toronto")
MINUTE = timedelta(minutes=1)


def local(text, zone=TORONTO):
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize("hour", [21, 23, 0, 3, 6])
def test_nothing_leaves_at_night_where_the_target_is(hour):
    now = local(f"2026-06-10T{hour:02}:30")
    assert share_at(now, TORONTO) == 0
    assert hourly_limit(max_per_hour=30, waiting=9, now=now, zone=TORONTO, closes_at=None) == 0
    assert share_at(now, ZoneInfo("Asia/Tokyo")) > 0 or hour == 23


@pytest.mark.parametrize("day", ["2026-03-07", "2026-03-08", "2026-03-09", "2026-11-01"])
def test_hours_are_those_of_the_clock_on_the_wall_when_clocks_change(day):
    assert share_at(local(f"{day}T06:59"), TORONTO) == 0
    assert share_at(local(f"{day}T07:00"), TORONTO) == SHARES[7] > 0
    assert share_at(local(f"{day}T20:59"), TORONTO) == SHARES[20] > 0
    assert share_at(local(f"{day}T21:00"), TORONTO) == 0


def test_wait_ends_with_the_hour_in_zones_with_half_hours():
    half_past = ZoneInfo("Asia/Kolkata")
    assert seconds_to_next_hour(datetime(2026, 6, 1, 0, 0, tzinfo=UTC), half_past) == 1800


def test_busiest_hour_has_the_whole_limit():
    now = local("2026-06-10T10:00")
    assert hourly_limit(max_per_hour=30, waiting=9, now=now, zone=TORONTO, closes_at=None) == 30
    assert hourly_limit(max_per_hour=30, waiting=9, now=now + 6 * 60 * MINUTE, zone=TORONTO, closes_at=None) < 30  # fmt: skip


def test_letters_are_spread_until_the_action_closes():
    now = local("2026-06-10T10:00")
    in_ten_days, over = now + timedelta(days=10), now - MINUTE
    options = {"max_per_hour": 30, "waiting": 500, "now": now, "zone": TORONTO}
    assert 3 < hourly_limit(**options, closes_at=in_ten_days) < 10
    assert hourly_limit(**options, closes_at=over) == 30
    assert hourly_limit(**options | {"waiting": 2}, closes_at=in_ten_days) == 1


@pytest.mark.parametrize("limit", [1, 7, 30, 45, 60, 200])
def test_a_minutely_pass_reaches_the_limit_and_never_passes_it(limit):
    start, sent = local("2026-06-10T10:00"), []
    for minute in range(180):
        now = start + minute * MINUTE
        recent = [at for at in sent if at > now - 60 * MINUTE]
        due = due_now(
            limit=limit,
            in_last_hour=len(recent),
            last_at=sent[-1] if sent else None,
            now=now,
            target_id=7,
        )
        assert due <= -(-limit // 60)
        sent += [now] * due
        assert len([at for at in sent if at > now - 60 * MINUTE]) <= limit
    assert 3 * limit - 3 <= len(sent) <= 3 * limit


def test_gathered_letters_leave_on_the_day_and_not_at_night():
    since = local("2026-06-08T23:50")

    def is_due(text, days=7, **options):
        return is_gathering_due(
            since=since, days=days, now=local(text), zone=TORONTO, **{"is_over": False, **options}
        )

    assert is_due("2026-06-15T09:00")
    assert not is_due("2026-06-14T20:00")
    assert not is_due("2026-06-15T08:59")
    assert not is_due("2026-06-15T22:00")
    assert is_due("2026-06-09T09:00", days=1)
    assert is_due("2026-06-09T12:00", is_over=True)


def test_gathered_letters_leave_after_a_week_in_which_clocks_change():
    since = local("2026-03-04T09:30")
    options = {"days": 7, "zone": TORONTO, "is_over": False}
    assert is_gathering_due(since=since, now=local("2026-03-11T09:00"), **options)
    assert not is_gathering_due(since=since, now=local("2026-03-10T20:00"), **options)
