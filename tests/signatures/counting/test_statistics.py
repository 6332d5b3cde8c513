"""Tests that the figures for organizers agree with the ledger and with each other."""

from datetime import date, timedelta

import pytest

from campaign.extensions import db, write
from campaign.mail.models import OutboxMessage
from campaign.process.clock import utcnow
from campaign.signatures.counting import statistics
from campaign.signatures.counting.statistics import forecast
from campaign.signatures.search import queries as search_queries
from tests.factories.petitions import make_petition
from tests.factories.signatures import (
    AMALIA,
    ODILE,
    change,
    confirm,
    hatch_now,
    sign,
    sign_and_hatch,
    withdraw,
)

pytestmark = pytest.mark.both_databases

TODAY = date(2026, 11, 24)


def test_states_hours_and_kinds_add_up_to_the_tally(still_clock, petition):
    sign_and_hatch(petition)
    sign_and_hatch(petition, ODILE)
    sign(petition, ODILE, email="waits@kwan.example")
    sign(petition, ODILE, email="held@kwan.example", held_reason="no_proof")
    away = sign_and_hatch(petition, ODILE, email="away@kwan.example")
    change(away, state="held", rejected_at=utcnow())
    gone = sign_and_hatch(petition, ODILE, email="gone@kwan.example")
    withdraw(gone)
    hatch_now()
    states = statistics.states([petition.id])
    assert (
        states.counted,
        states.ledger,
        states.pending,
        states.held,
        states.rejected,
        states.withdrawn,
    ) == (2, 2, 1, 1, 1, 1)
    [hour] = statistics.hours(statistics.counted_by_hour([petition.id]))
    # A rejected signature waits for nothing.
    assert (hour.sure, hour.waiting) == (2, 2)
    assert hour.hour == still_clock.replace(minute=0, second=0, microsecond=0)
    kinds = statistics.counted_by_kind([petition.id])
    assert kinds == {"country": {"CA": 2}, "lang": {"en": 2}, "evidence": {"email": 2}}
    assert statistics.counted_by_postal_area([petition.id]) == {("CA", "M5"): 1, ("CA", "H3"): 1}
    assert sum(entry.change for entry in statistics.ledger_of([petition.id])) == 2


def test_figures_of_another_petition_are_separate(petition):
    law = make_petition("law", cause_id=petition.cause_id)
    sign_and_hatch(petition)
    sign_and_hatch(law, ODILE)
    assert statistics.states([petition.id]).counted == 1
    assert statistics.states([petition.id, law.id]).counted == 2
    assert statistics.states([]).counted == 0


def test_bounced_email_is_counted_by_its_kind(petition):
    signature = sign(petition)
    write(
        lambda: (
            db.session.query(OutboxMessage)
            .filter_by(subject_id=signature)
            .update({"state": "failed", "last_error": "550"})
        )
    )
    assert statistics.mail_trouble([petition.id]) == [
        statistics.MailTrouble("signature_confirmation", 0, 1, 0)
    ]
    write(
        lambda: db.session.query(OutboxMessage).update(
            {"state": "dropped", "last_error": "no longer apt"}
        )
    )
    assert statistics.mail_trouble([petition.id]) == []


def test_confirmation_rate_is_of_supporters_who_were_asked_by_email(petition):
    sign(petition)
    confirm(sign(petition, ODILE))
    now = utcnow()
    by_hour = statistics.counted_by_hour([petition.id])
    assert statistics.confirmed_since(
        by_hour, now - timedelta(days=1), now + timedelta(days=1)
    ) == (1, 2)


def test_forecast_is_a_range_that_widens_with_variation():
    steady = forecast([10] * 28, to_go=100, goal=1000, today=TODAY)
    assert (steady.earliest, steady.latest) == (
        TODAY + timedelta(days=10),
        TODAY + timedelta(days=10),
    )
    lively = forecast([2, 18] * 14, to_go=100, goal=1000, today=TODAY)
    assert lively.earliest < steady.earliest < lively.latest
    assert forecast([0] * 27 + [40], to_go=100, goal=1000, today=TODAY).latest is None
    assert forecast([10] * 6, to_go=100, goal=1000, today=TODAY) is None
    assert forecast([0] * 28, to_go=100, goal=1000, today=TODAY) is None
    assert forecast([10] * 28, to_go=0, goal=1000, today=TODAY) is None


@pytest.mark.parametrize(
    ("typed", "is_match"),
    [
        ("rosales pena", True),
        ("PEÑA", True),
        ("jean luc", True),
        ("oneill", True),
        ("amalia@rosales.example", True),
        ("AMALIA@ROSALES.example", True),
        ("amalia@rosales", True),
        ("rosales.example", True),
        ("nobody@rosales.example", False),
        ("salia", False),
        ("1", True),
        ("2", False),
        ("99999999999", False),
        ("%", False),
        ("pēna", True),
        ("ROSALES,", True),
        ("x_y", False),
    ],
)
def test_search_finds_by_parts_of_a_name_by_a_whole_address_or_by_number(petition, typed, is_match):
    signature = sign_and_hatch(
        petition, {**AMALIA, "given_name": "Jean-Luc", "family_name": "O’Neill Rosales Peña"}
    )
    rows = search_queries.find(search_queries.Search((petition.id,), text=typed))
    assert [row.id for row in rows] == ([signature] if is_match else [])


def test_pages_use_keys_and_filters_add_up(petition):
    ids = [sign_and_hatch(petition, ODILE, email=f"o{place}@kwan.example") for place in range(3)]
    assert [
        row.id for row in search_queries.find(search_queries.Search((petition.id,)), limit=2)
    ] == [
        ids[2],
        ids[1],
    ]
    assert [
        row.id
        for row in search_queries.find(search_queries.Search((petition.id,)), before_id=ids[1])
    ] == [ids[0]]
    assert search_queries.find(search_queries.Search((petition.id,), state="held")) == []
    assert search_queries.find(
        search_queries.Search((petition.id,), country="CA", state="counted", evidence="email"),
        limit=1,
    )
    assert (
        search_queries.find(
            search_queries.Search((petition.id,), until=utcnow() - timedelta(days=1))
        )
        == []
    )
    assert search_queries.find(search_queries.Search(())) == []
