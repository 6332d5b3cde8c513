"""Tests of the pulse and the ledger, as programs read them."""

import re
from datetime import timedelta

import pytest
from werkzeug.test import Client

from campaign.edge.page_cache import PageCache
from campaign.petitions.queries import petition_counts
from campaign.process.clock import utcnow
from tests.factories.causes import make_cause
from tests.factories.petitions import make_petition
from tests.factories.signatures import (
    AMALIA,
    ODILE,
    confirm,
    hatch_now,
    sign,
    sign_and_hatch,
    withdraw,
)

PULSE = "/causes/valley/pulse.json"
LEDGER = "/petitions/home/ledger.json"


def test_pulse_has_the_counts_of_a_cause_and_its_petitions(client, petition):
    make_petition("law", cause_id=petition.cause_id)
    make_petition("draft", cause_id=petition.cause_id, state="draft")
    sign_and_hatch(petition)
    answer = client.get(PULSE)
    assert {**answer.json, "at": ""} == {
        "cause": "valley",
        "count": 1,
        "petitions": {"home": 1, "law": 0},
        "actions": {},
        "at": "",
        "next_ms": 1000,
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", answer.json["at"])


def test_pulse_is_tiny_public_and_cacheable_for_a_second(client, petition):
    answer = client.get(PULSE)
    assert answer.headers["Cache-Control"].split(", ") == [
        "public",
        "max-age=1",
        "stale-while-revalidate=5",
        "stale-if-error=86400",
    ]
    assert answer.headers["ETag"]
    assert "Set-Cookie" not in answer.headers
    assert len(answer.data) < 200


def test_only_hatched_signatures_are_counted(client, petition):
    sign(petition, AMALIA)
    confirm(sign(petition, ODILE))
    assert client.get(PULSE).json["count"] == 0
    hatch_now()
    assert client.get(PULSE).json["count"] == 1


def test_etag_stays_without_changes_and_changes_with_them(client, petition):
    quiet = [client.get(PULSE).headers["ETag"] for _ in range(2)]
    sign_and_hatch(petition)
    assert quiet[0] == quiet[1] != client.get(PULSE).headers["ETag"]


def test_etag_changes_even_if_as_many_leave_as_come(client, petition):
    leaving = sign_and_hatch(petition, AMALIA)
    before = client.get(PULSE)
    withdraw(leaving)
    sign_and_hatch(petition, ODILE)
    after = client.get(PULSE)
    assert before.json["count"] == after.json["count"] == 1
    assert before.headers["ETag"] != after.headers["ETag"]


def test_matching_etag_gets_an_empty_response_behind_the_edge(app, petition):
    client = Client(PageCache(app.wsgi_app))
    tag = client.get(PULSE).headers["ETag"]
    again = client.get(PULSE, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")


def test_pulse_returns_the_poll_interval_of_the_server(client, petition):
    assert client.get(PULSE, environ_overrides={"volante.next_ms": 4000}).json["next_ms"] == 4000


@pytest.mark.parametrize(
    "path", ["/causes/nowhere/pulse.json", "/causes/hidden/pulse.json", "/causes/a%00/pulse.json"]
)
def test_unknown_or_unpublished_cause_has_no_pulse(client, app, path):
    make_cause("hidden", state="draft")
    assert client.get(path).status_code == 404


def test_ledger_adds_up_to_the_count(client, petition):
    now = utcnow()
    day = f"{now:%Y-%m-%dT00:00:00Z}"
    for person in (AMALIA, ODILE):
        confirm(sign(petition, person))
    hatch_now(now=now)
    assert client.get(LEDGER).json == {
        "petition": "home",
        "count": 2,
        "hours": [
            {"hour": day, "period": "day", "reason": "hatched", "evidence": "mixed", "change": 2}
        ],
    }


def test_ledger_has_each_reason_and_time(client, petition):
    signature_id = sign_and_hatch(petition)
    withdraw(signature_id)
    hatch_now(now=utcnow() + timedelta(hours=2))
    ledger = client.get(LEDGER).json
    assert [(entry["reason"], entry["change"]) for entry in ledger["hours"]] == [
        ("hatched", 1),
        ("withdrawn", -1),
    ]
    assert ledger["count"] == petition_counts([petition.id])[petition.id] == 0


def test_ledger_is_cacheable_for_a_minute_and_empty_at_first(client, petition):
    answer = client.get(LEDGER)
    assert answer.json == {"petition": "home", "count": 0, "hours": []}
    assert "public, max-age=60" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("slug", ["nowhere", "draft", "hidden"])
def test_unknown_or_unpublished_petition_has_no_ledger(client, app, slug):
    make_petition("draft", state="draft")
    make_petition("hidden", cause_id=make_cause("hidden", state="draft").id)
    assert client.get(f"/petitions/{slug}/ledger.json").status_code == 404
