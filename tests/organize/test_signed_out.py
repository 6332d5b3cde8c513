"""Tests that input survives a session that ends or grows old, until the organizer can send it."""

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import update

from campaign.accounts.models import OrganizerSession
from campaign.extensions import db, write
from campaign.petitions.queries import petition_in_any_state
from campaign.process.clock import utcnow
from tests.factories.causes import make_cause
from tests.factories.organizers import sign_in
from tests.factories.petitions import make_petition
from tests.page_parts import tree

PAGE = {"Accept": "text/html"}
TARGETS = "/organize/petitions/home/targets"
TEXT = "The minister of “water” & rivers"


@pytest.fixture
def desk(desk_of):
    cause = make_cause()
    make_petition(cause_id=cause.id)
    desk = desk_of("owner", cause.id)
    desk.token()
    return desk


def end_sessions():
    write(
        lambda: db.session.execute(
            update(OrganizerSession).values(expires_at=utcnow() - timedelta(minutes=1))
        )
    )


def grow_old():
    write(
        lambda: db.session.execute(
            update(OrganizerSession).values(confirmed_at=utcnow() - timedelta(hours=1))
        )
    )


def fields_in(page):
    """Return what the page would send, as a browser sends it."""
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {name: unescape(value) for name, value in fields}


def sign_in_url_of(page):
    """Return the page that the reader is sent to first, in a separate tab."""
    [address] = tree(page).xpath("//ol[@class='sign-in-steps']//a[@target='_blank']/@href")
    return address


def test_input_survives_the_session_and_is_sent_once_after_sign_in(desk):
    typed = {"version": "1", "rows-0-en": TEXT, "press": "new-version"}
    end_sessions()
    answer = desk.post(TARGETS, typed, headers=PAGE)
    assert answer.status_code == 403
    assert sign_in_url_of(answer).startswith("/organize/sign-in")
    assert fields_in(answer.text).items() >= typed.items()
    sign_in(desk.client, desk.organizer)
    assert desk.client.post(TARGETS, data=fields_in(answer.text)).status_code == 303
    db.session.rollback()
    assert petition_in_any_state("home").targets[0].name("en") == TEXT


def test_button_without_input_returns_to_its_page_after_sign_in(desk):
    end_sessions()
    headers = {**PAGE, "Referer": "http://localhost/organize/petitions/home?a=b"}
    answer = desk.post("/organize/petitions/home/close", headers=headers)
    assert (answer.status_code, answer.location) == (
        303,
        "/organize/sign-in?next=/organize/petitions/home?a%3Db",
    )
    foreign = {**PAGE, "Referer": "https://evil.example/organize/"}
    assert (
        desk.post("/organize/petitions/home/close", headers=foreign).location == "/organize/sign-in"
    )


def test_invalid_previous_address_redirects_to_sign_in(desk):
    end_sessions()
    odd = {**PAGE, "Referer": "http://[localhost/organize/"}
    assert desk.post("/organize/petitions/home/close", headers=odd).location == "/organize/sign-in"


def test_page_without_an_address_changes_nothing(desk):
    answer = desk.post(
        "/organize/account",
        {"name": "Odile"},
        base_url="https://localhost",
        headers={"Referer": "https://[localhost/"},
    )
    assert answer.status_code == 400


@pytest.mark.parametrize("headers", [{}, {**PAGE, "Sec-Fetch-Mode": "cors"}])
def test_script_that_saves_is_sent_to_sign_in(desk, headers):
    end_sessions()
    assert desk.post(TARGETS, {"rows-0-en": TEXT}, headers=headers).status_code == 303


def test_secrets_are_written_into_no_page(desk):
    end_sessions()
    assert (
        desk.post(
            "/organize/people/invite", {"password": "one two three"}, headers=PAGE
        ).status_code
        == 303
    )


def test_purpose_of_a_pack_waits_for_the_password(desk):
    grow_old()
    address = "/organize/handovers/home/pack"
    answer = desk.post(address, {"purpose": TEXT, "lang": "en", "paper": "a4"}, headers=PAGE)
    assert sign_in_url_of(answer).startswith("/organize/account/confirm")
    assert fields_in(answer.text)["purpose"] == TEXT
    assert desk.post(
        address, headers={**PAGE, "Referer": f"http://localhost{address}"}
    ).location.endswith(f"next={address}")
