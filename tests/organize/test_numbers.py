"""Tests that figures always match the ledger, and that all of them can be downloaded."""

import csv
import io
import re
from datetime import date, timedelta

import pytest

from campaign.extensions import write
from campaign.organize.statistics.tables import TABLES
from campaign.process.clock import utcnow
from campaign.signatures.counting.aggregates import AggregateRefresher
from campaign.signatures.owner.operations import erase
from tests.factories.petitions import make_petition
from tests.factories.signatures import (
    ODILE,
    change,
    confirm,
    hatch_now,
    restore,
    sign,
    sign_and_hatch,
    sign_many,
    withdraw,
)
from tests.page_parts import alerts, figures, text_at, values

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("awkward_time")]


def rows_of(desk, address):
    """Return the rows of a downloaded table, without its heading."""
    answer = desk.get(address)
    assert answer.status_code == 200, address
    return list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))[1:]


def states_in(rows):
    """Return the counts of the table of states, by state."""
    names = ("counted", "pending", "held", "rejected", "withdrawn")
    return {name: int(count) for name, (_label, count) in zip(names, rows, strict=True)}


@pytest.fixture
def stormy(app):
    """A petition with counted, withdrawn, restored, held and waiting signatures."""
    petition = make_petition(goal=1000)
    sign_many(petition, 9)
    gone = sign_and_hatch(petition, ODILE, email="gone@kwan.example")
    back = sign_and_hatch(petition, ODILE, email="back@kwan.example")
    held = sign_and_hatch(petition, ODILE, email="held@kwan.example")
    for item in (gone, back):
        withdraw(item)
    hatch_now()
    restore(back)
    change(held, state="held", held_reason="no_proof")
    hatch_now()
    sign(petition, ODILE, email="waits@kwan.example")
    confirm(sign(petition, ODILE, email="late@kwan.example"))
    hatch_now()
    return petition


def test_page_and_tables_match_the_audit(desk_of, app, stormy):
    desk = desk_of("editor", stormy.cause_id)
    assert app.test_cli_runner().invoke(args=["signatures", "audit"]).exit_code == 0
    for kind, slug in (("petitions", "home"), ("causes", "valley")):
        page = desk.get(f"/organize/numbers/{kind}/{slug}").text
        assert values(page, "data-ledger") == ["agrees"]
        figures_shown = [int(match) for match in re.findall(r"<dd[^>]*>(\d+)</dd>", page)[:5]]
        tables = {
            name: rows_of(desk, f"/organize/numbers/{kind}/{slug}/{name}.csv") for name in TABLES
        }
        states = states_in(tables["states"])
        counted = states["counted"]
        assert figures_shown == [
            counted,
            sum(map(int, tables["days"][-1][1:])),
            states["pending"],
            states["held"],
            states["withdrawn"],
        ]
        assert sum(int(row[-1]) for row in tables["ledger"]) == counted
        for name in ("evidence", "countries", "regions", "sources", "languages"):
            assert sum(int(row[-1]) for row in tables[name]) == counted, name
        for name in ("days", "hours"):
            assert sum(int(row[1]) for row in tables[name]) == counted
            assert sum(int(row[2]) for row in tables[name]) == states["pending"] + states["held"]


def test_tables_are_in_the_language_of_the_organizer(desk_of, stormy):
    tables = {}
    for lang in ("en", "fr"):
        desk = desk_of("editor", stormy.cause_id, email=f"{lang}@kwan.example", lang=lang)
        tables[lang] = [
            desk.get(f"/organize/numbers/petitions/home/{name}.csv").text
            for name in ("states", "days", "evidence", "ledger", "confirming", "mail", "forecast")
        ]
    for english, french in zip(*tables.values(), strict=True):
        assert english.partition("\r\n")[0] != french.partition("\r\n")[0]
    assert tables["en"][0].splitlines()[1] != tables["fr"][0].splitlines()[1]


def test_forecast_and_confirmation_rate_can_be_downloaded(desk_of, still_clock):
    petition = make_petition(goal=100)
    early = utcnow() - timedelta(days=9)
    for day in range(9):
        at = early + timedelta(days=day)
        confirm(sign(petition, ODILE, email=f"o{day}@kwan.example", now=at), now=at)
    sign(petition, ODILE, email="waits@kwan.example", now=early)
    hatch_now()
    desk = desk_of("owner", petition.cause_id)
    [[slug, counted, goal, pace, earliest, latest]] = rows_of(
        desk, "/organize/numbers/petitions/home/forecast.csv"
    )
    assert (slug, counted, goal) == ("home", "9", "100")
    assert 0.5 < float(pace) <= 1.5
    assert f"{still_clock:%Y-%m-%d}" < earliest <= (latest or earliest)
    [[_since, _until, signed, confirmed]] = rows_of(
        desk, "/organize/numbers/causes/valley/confirming.csv"
    )
    # The last of the nine signed a day ago, so it has had the time that the rate allows everyone.
    assert (signed, confirmed) == ("10", "9")


def test_chart_shows_as_many_days_as_it_says_on_a_phone(desk_of):
    petition = make_petition()
    for days in (0, 20):
        sign(
            petition, ODILE, email=f"odile.{days}@kwan.example", now=utcnow() - timedelta(days=days)
        )
    page = (
        desk_of("editor", petition.cause_id)
        .get("/organize/numbers/petitions/home?range=month")
        .text
    )
    wide, narrow = (
        page.partition(f'chart--{size}"')[2].partition("</svg>")[0] for size in ("wide", "narrow")
    )
    assert wide.count("<title>") == narrow.count("<title>") == 2


def test_confirmation_rate_includes_people_who_signed_today(desk_of):
    petition = make_petition()
    sign_and_hatch(petition)
    sign(petition, ODILE, email="waits@kwan.example")
    desk = desk_of("owner", petition.cause_id)
    page = desk.get("/organize/numbers/petitions/home").text
    assert {1, 2} <= set(
        figures(text_at(page, "//section[@aria-labelledby='share']/p[@class='hint']"))
    )
    [[since, until, signed, confirmed]] = rows_of(
        desk, "/organize/numbers/petitions/home/confirming.csv"
    )
    assert (signed, confirmed) == ("2", "1")
    assert until == rows_of(desk, "/organize/numbers/petitions/home/days.csv")[-1][0]
    assert date.fromisoformat(until) - date.fromisoformat(since) == timedelta(days=13)


def test_rejected_and_erased_signatures_are_in_no_other_column(desk_of):
    petition = make_petition()
    # Only the day is kept of an erased signature, as noon in UTC. That may be later than now.
    erased = sign_and_hatch(petition, now=utcnow() - timedelta(days=1))
    sign(petition, ODILE, email="waits@kwan.example")
    change(
        sign(petition, ODILE, email="no@kwan.example", held_reason="no_proof"), rejected_at=utcnow()
    )
    write(erase, [erased])
    desk = desk_of("owner", petition.cause_id)
    states = states_in(rows_of(desk, "/organize/numbers/petitions/home/states.csv"))
    assert (states["counted"], states["rejected"]) == (1, 1)
    for name in ("days", "hours"):
        rows = rows_of(desk, f"/organize/numbers/petitions/home/{name}.csv")
        assert [sum(int(row[column]) for row in rows) for column in (1, 2)] == [
            states["counted"],
            states["pending"] + states["held"],
        ]


def test_many_rows_without_aggregates_do_not_slow_the_page(desk_of, monkeypatch):
    petition = make_petition()
    for place in range(3):
        sign_and_hatch(petition, ODILE, email=f"o{place}@kwan.example")
    desk = desk_of("owner", petition.cause_id)
    monkeypatch.setattr("campaign.signatures.counting.aggregates.MAX_UNAGGREGATED", 2)
    assert alerts(desk.get("/organize/numbers/petitions/home")) == ["note"]
    assert ">3</dd>" in desk.get("/organize/").text
    monkeypatch.setattr("campaign.signatures.counting.aggregates.MIN_SIGNATURES", 1)
    AggregateRefresher(write, holder="test").refresh()
    page = desk.get("/organize/numbers/petitions/home")
    assert alerts(page) == [] and values(page, "data-ledger") == ["agrees"]


def test_regions_below_five_people_are_not_said_to_be_empty(desk_of):
    petition = make_petition()
    desk = desk_of("editor", petition.cause_id)
    sign_and_hatch(petition, {**ODILE, "postal_code": ""})
    page = "/organize/numbers/petitions/home"
    sign_and_hatch(petition, email="amalia@kwan.example")
    assert values(desk.get(page), "data-regions") == ["few"]


def test_one_person_who_was_asked_is_one_person(desk_of):
    petition = make_petition()
    sign_and_hatch(petition)
    page = desk_of("owner", petition.cause_id).get("/organize/numbers/petitions/home").text
    assert "we asked 1 person by email to confirm. Confirmed: 1." in page
