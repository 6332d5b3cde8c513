"""Tests of the page of a registration, opened by the link in its email."""

import re

import pytest
from sqlalchemy import update

from campaign.events.models import Registration
from campaign.events.operations import cancel
from campaign.events.registering import cancel_registration
from campaign.extensions import db, write
from campaign.process.clock import utcnow
from tests.factories.events import come, link, make_event, move, registration, states
from tests.page_parts import alerts, text_at, values


@pytest.fixture
def first(app):
    return come(
        make_event(capacity=3, online_url="https://meet.example/room", online_for="registered")
    )


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_page_shows_seat_code_and_what_only_the_registered_get(client, first, lang):
    answer = client.get(link(first, lang))
    assert answer.status_code == 200
    code = registration(first).code
    assert f"{code[:5]}-{code[5:]}" in answer.text
    assert 'class="ticket-code"><svg' in answer.text and "meet.example" in answer.text
    assert "amalia@rosales.example" not in answer.text
    assert not re.search(r"\sstyle=", answer.text)


def test_viewing_changes_nothing_and_is_not_cached(client, first):
    for path in (link(first), f"{link(first)}/code.png"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert "Set-Cookie" not in answer.headers
    assert client.get(f"{link(first)}/cancel").status_code == 405
    assert states() == ["registered"]


def test_seats_and_name_are_changed(client, first):
    answer = client.post(link(first), data={"name": "Amalia R.", "seats": "3"})
    assert answer.status_code == 303
    assert alerts(client.get(answer.location)) == ["success"]
    assert (registration(first).name, registration(first).seats) == ("Amalia R.", 3)


def test_more_seats_than_free_are_refused_with_the_input_kept(client, first):
    answer = client.post(link(first), data={"name": "Other", "seats": "4"})
    assert answer.status_code == 409
    assert alerts(answer) == ["danger"]
    assert 'value="Other"' in answer.text
    assert registration(first).seats == 1


def test_error_in_a_change_does_not_speak_of_registering(client, first):
    answer = client.post(link(first), data={"name": "", "seats": "1"})
    assert answer.status_code == 422
    title = text_at(answer, "//*[@id='error-summary-title']")
    assert title and "register" not in title


def test_cancelling_twice_is_harmless_and_the_page_says_so(client, first):
    for _ in range(2):
        assert client.post(f"{link(first)}/cancel").status_code == 303
    page = client.get(link(first)).text
    assert (
        values(page, "data-state") == ["cancelled"]
        and 'method="post"' not in page
        and "meet.example" not in page
    )
    assert client.get(f"{link(first)}/code.png").status_code == 404
    assert client.post(link(first), data={"name": "A", "seats": "1"}).status_code == 303
    assert states() == ["cancelled"]


def test_nothing_can_be_changed_after_the_event_began(client, first, app):
    event_id = registration(first).event_id
    move(type("Row", (), {"id": event_id}), starts_at=utcnow())
    assert client.post(f"{link(first)}/cancel").status_code == 303
    assert 'method="post"' not in client.get(link(first)).text
    assert states() == ["registered"]


def test_page_of_a_cancelled_event_shows_no_code(client, first):
    write(cancel, registration(first).event_id, now=utcnow())
    page = client.get(link(first)).text
    assert alerts(page) == ["danger"]
    assert "ticket-code" not in page


@pytest.mark.parametrize("token", ["x", "1.", "1.aaaaaaaaaaaaaaaaaaaa", "a" * 3000, "%00"])
def test_foreign_token_opens_nothing(client, first, token):
    for method, path in (("GET", ""), ("POST", ""), ("POST", "/cancel"), ("GET", "/code.png")):
        assert client.open(f"/en/registrations/{token}{path}", method=method).status_code == 404


def test_link_opens_only_the_registration_it_was_made_for(client, first):
    path = link(first)
    change = (
        update(Registration)
        .where(Registration.id == first)
        .values(email_digest=b"a newcomer's after a restore")
    )
    write(lambda: db.session.execute(change))
    assert client.get(path).status_code == 404
    assert client.post(f"{path}/cancel").status_code == 404
    assert client.get(link(first)).status_code == 200


def test_owners_page_shows_the_waiting_list_and_then_the_seat(client, app):
    event = make_event(capacity=1)
    seated, waits = come(event, "a"), come(event, "b")
    assert values(client.get(link(waits)), "data-state") == ["waiting"]
    write(cancel_registration, seated, now=utcnow())
    assert values(client.get(link(waits)), "data-state") == ["registered"]
