"""Tests that every signing gets the same answer, so that no one can find out who signed."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from campaign.db import transactions
from campaign.extensions import db
from campaign.process.clock import utcnow
from tests.factories.signatures import (
    AMALIA,
    JSON,
    ODILE,
    TEO,
    change,
    confirm,
    hatch_now,
    post_signature,
    sign,
    withdraw,
)

YESTERDAY = timedelta(days=1)
FULL_BOX = {"mail_count": 5}


def first(petition, details):
    """No one has signed with this address."""


def pending(petition, details):
    sign(petition, details, now=utcnow() - YESTERDAY)


def just_signed(petition, details):
    sign(petition, details)


def confirmed(petition, details):
    confirm(sign(petition, details, now=utcnow() - YESTERDAY))


def counted(petition, details):
    confirmed(petition, details)
    hatch_now()


def held(petition, details):
    confirm(sign(petition, details, held_reason="hidden_field"))


def withdrawn(petition, details):
    withdraw(sign(petition, details, now=utcnow() - YESTERDAY))


def emailed_enough(petition, details):
    change(sign(petition, details, now=utcnow() - YESTERDAY), **FULL_BOX)


PASTS = (first, pending, just_signed, confirmed, counted, held, withdrawn, emailed_enough)


@pytest.fixture
def answers(client, petition):
    """Sign once after each past, with `headers`, and return the responses."""

    def ask(**headers):
        responses = []
        for past in PASTS:
            form_data = {**ODILE, "email": f"{past.__name__}@kwan.example"}
            past(petition, form_data)
            responses.append(post_signature(client, petition, form_data, headers=headers))
        return responses

    return ask


def seen_by(clients_answers):
    """Return the different answers. Each has its own request id, which says nothing of the past."""
    return {
        (
            answer.status_code,
            answer.text,
            tuple(each for each in answer.headers if each[0] != "X-Request-ID"),
        )
        for answer in clients_answers
    }


def test_browser_is_sent_to_the_same_page_in_every_case(answers):
    seen = seen_by(answers())
    assert len(seen) == 1
    [(status, _, headers)] = seen
    assert (status, dict(headers)["Location"]) == (303, "/en/petitions/home/thanks")
    assert "Set-Cookie" not in dict(headers)


def test_api_client_gets_the_same_body_in_every_case(answers):
    seen = seen_by(answers(**JSON))
    assert len(seen) == 1
    [(status, text, headers)] = seen
    assert (status, text) == (201, '{"status":"pending"}\n')
    assert dict(headers)["Cache-Control"] == "no-store"


@pytest.mark.parametrize("headers", [{}, JSON])
def test_every_response_waits_for_an_unpredictable_moment(answers, monkeypatch, headers):
    waits = []
    monkeypatch.setattr(transactions, "sleep", waits.append)
    answers(**headers)
    assert len(set(waits)) == len(PASTS)
    assert all(0 <= wait <= transactions.MAX_PAUSE_SECONDS for wait in waits)


def test_thanks_page_does_not_reveal_who_signed(client, petition):
    empty = client.get("/en/petitions/home/thanks").text
    post_signature(client, petition, AMALIA)
    assert client.get("/en/petitions/home/thanks").text == empty


def test_second_of_a_couple_and_a_third_get_the_same_answer(client, shared_petition):
    people = (AMALIA, TEO, TEO, {**AMALIA, "given_name": "Nestor"})
    seen = {
        post_signature(client, shared_petition, form_data, headers=JSON).text
        for form_data in people
    }
    assert len(seen) == 1


def test_refused_form_looks_the_same_to_people_who_signed(client, petition):
    wrong = {**AMALIA, "country": "ZZ"}
    before = post_signature(client, petition, wrong, headers=JSON)
    counted(petition, AMALIA)
    after = post_signature(client, petition, wrong, headers=JSON)
    assert (before.status_code, before.text) == (after.status_code, after.text)


@pytest.mark.parametrize("past", PASTS)
def test_every_signing_waits_for_the_disk_even_without_changes(client, petition, past):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL writes down the lock that it takes on a row")
    form_data = {**ODILE, "email": "odile.again@kwan.example"}
    past(petition, form_data)
    with closing(sqlite3.connect(db.engine.url.database)) as watcher:
        before = watcher.execute("pragma data_version").fetchone()
        post_signature(client, petition, form_data)
        assert watcher.execute("pragma data_version").fetchone() != before


def test_every_case_needs_as_many_database_statements(client, shared_petition, statements):
    costs = {}
    # The first signature under a new privacy notice records the notice.
    post_signature(client, shared_petition, {**ODILE, "email": "first@kwan.example"})
    for past in PASTS:
        form_data = {**ODILE, "email": f"{past.__name__}@kwan.example"}
        past(shared_petition, form_data)
        statements.clear()
        post_signature(client, shared_petition, form_data)
        costs[past.__name__] = len(statements)
    sign(shared_petition, AMALIA)
    statements.clear()
    post_signature(client, shared_petition, TEO)
    costs["the second of a couple"] = len(statements)
    assert len(set(costs.values())) == 1, costs
