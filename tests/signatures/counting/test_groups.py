"""Tests of delayed counting: the public count does not reveal who has just signed."""

from datetime import UTC, datetime, timedelta

import pytest

from campaign.causes.queries import cause_count
from campaign.extensions import db, write
from campaign.petitions.queries import petition_counts
from campaign.signatures.counting import groups
from campaign.signatures.presenters import signers
from campaign.signatures.queries import differences
from tests.factories.petitions import make_petition
from tests.factories.signatures import (
    ODILE,
    change,
    confirm,
    hatch_now,
    link,
    restore,
    row,
    rows,
    sign,
    sign_and_hatch,
    withdraw,
)

NOW = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def quiet(app):
    return make_petition("quiet", is_quiet=True)


def sign_confirmed(petition, place, *, now=NOW, **more):
    signature_id = sign(petition, ODILE, email=f"odile.{place}@kwan.example", now=now, **more)
    confirm(signature_id, now=now)
    hatch_now(now=now)
    return signature_id


def count_of(petition):
    db.session.rollback()
    return petition_counts([petition.id])[petition.id]


def vouched(petition, place, *, now=NOW):
    signature_id = sign(petition, ODILE, email=f"odile.{place}@kwan.example", now=now)
    change(signature_id, evidence="api", state="confirmed", confirmed_at=now)
    hatch_now(now=now)
    return signature_id


def test_partner_signatures_do_not_move_the_count_on_arrival(petition):
    waits = vouched(petition, 1)
    assert (count_of(petition), row(waits).state) == (0, "confirmed")
    assert NOW < row(waits).waits_until <= NOW + DAY
    sign_confirmed(petition, 2)
    assert count_of(petition) == 1
    hatch_now(now=row(waits).waits_until - SECOND)
    assert count_of(petition) == 1
    hatch_now(now=row(waits).waits_until)
    assert (count_of(petition), row(waits).state, row(waits).waits_until) == (2, "counted", None)
    assert differences() == []


def test_partner_signatures_of_one_hour_are_counted_together(petition, monkeypatch):
    monkeypatch.setattr(groups.secrets, "randbelow", lambda limit: 3)
    ids = [vouched(petition, place, now=NOW + place * SECOND) for place in range(4)]
    assert len({row(item).waits_until for item in ids}) == 1


def test_quiet_petition_counts_a_day_together(quiet):
    ids = [sign_confirmed(quiet, place, now=NOW + place * timedelta(hours=2)) for place in range(3)]
    [until] = {row(item).waits_until for item in ids}
    assert until <= NOW + DAY
    assert (count_of(quiet), cause_count(quiet.cause_id)) == (0, 0)
    assert (
        write(groups.release_full_groups, now=NOW + timedelta(hours=5), is_turn=lambda: True) == 0
    )
    hatch_now(now=until)
    assert count_of(quiet) == 3
    assert sorted(item.number for item in rows()) == [1, 2, 3]
    assert differences() == []


def test_ten_waiting_signatures_are_counted_sooner_at_a_random_minute(quiet):
    for place in range(10):
        sign_confirmed(quiet, place)
    assert write(groups.release_full_groups, now=NOW + SECOND, is_turn=lambda: False) == 0
    assert write(groups.release_full_groups, now=NOW + SECOND, is_turn=lambda: True) == 10
    later = sign_confirmed(quiet, 10, now=NOW + SECOND)
    assert count_of(quiet) == 10
    assert row(later).state == "confirmed"


def test_quiet_petition_does_not_slow_another(quiet):
    other = make_petition("other", cause_id=quiet.cause_id)
    for place in range(3):
        sign_confirmed(quiet, place)
    sign_confirmed(other, 9)
    assert count_of(other) == 1


def test_waiting_supporter_is_told_that_the_number_comes_later(client, quiet):
    waits = sign_confirmed(quiet, 1)
    page = client.get(link("hatched", waits)).text
    assert 'data-module="hatch-poll"' not in page
    assert 'data-state="counted-later"' in page
    assert 'data-number="later"' in client.get(link("mine", waits)).text


def test_supporter_who_just_confirmed_is_told_so_before_hatching(client, quiet):
    confirmed = sign(quiet)
    confirm(confirmed)
    page = client.get(link("hatched", confirmed)).text
    assert 'data-state="counted-later"' in page
    assert "?by=" not in page


def test_quiet_petition_does_not_reveal_referrals(quiet):
    assert row(sign(quiet, referrer_id=7)).referrer_id is None


def test_supporter_who_withdraws_while_waiting_and_returns_waits_again(quiet):
    waits = sign_confirmed(quiet, 1)
    withdraw(waits, now=NOW)
    later = NOW + 2 * DAY
    restore(waits)
    hatch_now(now=later)
    assert (row(waits).state, row(waits).number) == ("confirmed", None)
    assert row(waits).waits_until > later


def test_counted_supporter_who_returns_keeps_the_number(quiet):
    first = sign_confirmed(quiet, 1)
    hatch_now(now=NOW + DAY)
    withdraw(first)
    restore(first)
    hatch_now(now=NOW + DAY)
    assert (row(first).state, row(first).number) == ("counted", 1)


def test_turning_it_off_counts_waiting_signatures(quiet):
    sign_confirmed(quiet, 1)
    assert groups.waiting_under(quiet.id).total == 1
    write(groups.set_quiet, petition_id=quiet.id, is_quiet=False, now=NOW + SECOND)
    hatch_now(now=NOW + SECOND)
    assert (count_of(quiet), groups.waiting_under(quiet.id)) == (1, (0, None))


def test_public_ledger_of_a_quiet_petition_shows_days(client, quiet):
    for place in range(10):
        sign_confirmed(quiet, place)
    hatch_now(now=NOW + DAY)
    [entry] = client.get("/petitions/quiet/ledger.json").json["hours"]
    assert (entry["hour"][11:], entry["period"], entry["evidence"], entry["change"]) == (
        "00:00:00Z",
        "day",
        "mixed",
        10,
    )


def test_public_ledger_does_not_reveal_how_a_few_signed(client, petition):
    for place in range(5):
        sign_confirmed(petition, place)
    change(
        sign(petition, ODILE, email="paper@kwan.example", now=NOW),
        evidence="paper",
        state="confirmed",
        confirmed_at=NOW,
    )
    hatch_now(now=NOW)
    answer = client.get("/petitions/home/ledger.json").json
    assert [(item["period"], item["evidence"], item["change"]) for item in answer["hours"]] == [
        ("day", "mixed", 1),
        ("hour", "email", 5),
    ]
    assert answer["count"] == 6


def test_few_supporters_who_are_only_counted_are_not_shown_separately(petition):
    sign_and_hatch(petition, name_display="full")
    for place in range(4):
        sign_confirmed(petition, place)
    assert signers(petition.id, petition.cause_id, "en")[1] == 0
    sign_confirmed(petition, 4)
    assert signers(petition.id, petition.cause_id, "en")[1] == 5
