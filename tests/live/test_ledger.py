"""Tests of the public ledger: its lines add up, and no hour with few people has one."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.live.ledger import Line, public_lines
from campaign.security.small_counts import MIN_COUNT
from campaign.signatures.queries import differences
from tests.factories.signatures import change, confirm, hatch_now, sign

DAY = datetime(2026, 9, 23, tzinfo=UTC)
NINE, TEN = DAY.replace(hour=9), DAY.replace(hour=10)
hours = st.integers(min_value=0, max_value=71).map(lambda number: DAY + timedelta(hours=number))
evidence = st.sampled_from(["email", "paper", "in_person", "api"])
coming = st.tuples(hours, st.just("hatched"), evidence, st.integers(min_value=1, max_value=12))
leaving = st.tuples(
    hours,
    st.sampled_from(["withdrawn", "held"]),
    evidence,
    st.integers(min_value=-12, max_value=-1),
)


@settings(deadline=None, max_examples=200)
@given(st.lists(coming | leaving, max_size=40), st.booleans())
def test_lines_add_up_and_no_small_hour_has_one(rows, is_quiet):
    lines = public_lines(rows, is_quiet=is_quiet)
    assert sum(line.change for line in lines) == sum(row[-1] for row in rows)
    assert all(abs(line.change) >= MIN_COUNT for line in lines if line.period == "hour")
    published, true = Counter(), Counter()
    for line in lines:
        published[line.start.date(), line.reason] += line.change
    for hour, reason, _, count in rows:
        true[hour.date(), reason] += count
    assert published == true
    assert len({line[:4] for line in lines}) == len(lines)


def test_small_hours_are_reported_with_their_day():
    rows = [
        (NINE, "hatched", "email", 4),
        (TEN, "hatched", "email", 6),
        (TEN, "hatched", "paper", 2),
        (TEN, "withdrawn", "email", -1),
    ]
    assert public_lines(rows, is_quiet=False) == [
        Line(DAY, "day", "hatched", "mixed", 6),
        Line(DAY, "day", "withdrawn", "mixed", -1),
        Line(TEN, "hour", "hatched", "email", 6),
    ]


def test_small_numbers_of_several_kinds_make_an_hour_together():
    rows = [(TEN, "hatched", "email", 3), (TEN, "hatched", "paper", 2)]
    assert public_lines(rows, is_quiet=False) == [Line(TEN, "hour", "hatched", "mixed", 5)]


def test_first_hour_of_a_day_is_not_mistaken_for_the_day():
    rows = [(DAY, "hatched", "email", 5), (NINE, "hatched", "email", 1)]
    assert [(line.start, line.period) for line in public_lines(rows, is_quiet=False)] == [
        (DAY, "day"),
        (DAY, "hour"),
    ]


def test_public_ledger_agrees_with_the_audit(client, petition):
    for place in range(8):
        person = sign(petition, email=f"n{place}@kwan.example", now=TEN)
        if place > 5:
            change(person, evidence="paper", state="confirmed", confirmed_at=TEN)
        else:
            confirm(person, now=TEN)
    hatch_now(now=TEN)
    answer = client.get("/petitions/home/ledger.json").json
    assert [(item["hour"][11:13], item["period"], item["change"]) for item in answer["hours"]] == [
        ("00", "day", 2),
        ("10", "hour", 6),
    ]
    assert answer["count"] == 8
    assert differences() == []
