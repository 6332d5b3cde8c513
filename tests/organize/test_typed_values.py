"""Tests of numbers, dates and times typed without pickers, and of their error messages."""

import re

import pytest

from campaign.organize.core.fields import moved
from campaign.petitions.queries import petition_in_any_state
from tests.factories.events import make_event
from tests.factories.petitions import make_petition

HOME = "/organize/petitions/home"
ENGLISH = re.compile(r"Not a valid|is not a valid choice")
WRONG = {
    f"{HOME}/goal": {"goal": "many"},
    f"{HOME}/dates": {
        "version": 1,
        "time_zone": "America/Toronto",
        "opens_at": "soon",
        "deliver_on": "soon",
    },
    "/organize/events/talk/coming": {
        "version": 1,
        "registration": "none",
        "most_seats": "a few",
        "capacity": "a hall",
    },
    "/organize/events/talk/programme": {"version": 1, "rows-0-at": "noon"},
    "/organize/imports/print": {"petition": "home", "lang": "en", "paper": "A4", "sheets": "some"},
    "/organize/handovers/home/receipts": {
        "day": "soon",
        "received_by": "The Senate",
        "signatures": "all",
    },
    "/organize/exports/home/new?aim=records": {
        "columns": "number",
        "kind": "csv",
        "purpose": "To look",
        "since": "soon",
    },
}


@pytest.fixture
def petition(app):
    return make_petition()


@pytest.fixture
def desk(desk_of, petition):
    make_event(cause_id=petition.cause_id)
    return desk_of("owner", petition.cause_id, lang="fr")


@pytest.mark.parametrize(
    ("typed", "goal"),
    [
        ("12408", 12408),
        (" 12 408 ", 12408),
        ("12,408", 12408),
        ("12.408", 12408),
        ("12\u202f408", 12408),
    ],
)
def test_thousands_may_be_grouped_in_any_way(desk, typed, goal):
    assert desk.post(f"{HOME}/goal", {"goal": typed, "version": 1}).status_code == 303
    assert petition_in_any_state("home").goal == goal


@pytest.mark.parametrize("typed", ["1.5", "12,40", "1e3", "1_000", "9" * 30, "-5", "١٢", " "])
def test_invalid_whole_number_is_explained_and_kept(desk, typed):
    answer = desk.post(f"{HOME}/goal", {"goal": typed, "version": 1})
    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.text


@pytest.mark.parametrize("number", ["²", "9" * 5000, "-1", "x", ""])
def test_impossible_row_is_left_out(desk, number):
    rows = {
        "version": 1,
        "rows-0-en": "The Mayor",
        f"rows-{number}-en": "The Council",
        "press": "new-version",
    }
    assert desk.post(f"{HOME}/targets", rows).status_code == 303
    assert [target.names["en"] for target in petition_in_any_state("home").targets] == ["The Mayor"]


@pytest.mark.parametrize(
    "press", ["remove-²", "up-" + "9" * 5000, "down-99", "remove--1", "up-", ""]
)
def test_button_of_an_impossible_row_moves_nothing(press):
    assert moved([{}, {}], press) is None


@pytest.mark.parametrize("path", WRONG)
def test_errors_are_in_the_language_of_the_page(desk, path):
    answer = desk.post(path, WRONG[path])
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert not ENGLISH.search(answer.text)


def test_date_and_time_may_be_separated_by_a_space(desk):
    times = {"version": 1, "time_zone": "America/Toronto", "closes_at": "2030-05-01 18:30"}
    assert desk.post(f"{HOME}/dates", times).status_code == 303
    assert petition_in_any_state("home").closes_at.isoformat() == "2030-05-01T22:30:00+00:00"


def test_rule_without_a_kind_is_asked_for_its_kind(desk):
    assert (
        desk.post(
            "/organize/rules/new", {"kind": "shape", "pattern": "x", "where": "home"}
        ).status_code
        == 422
    )


def test_field_without_a_name_is_a_bad_request(client):
    body = b'--x\r\nContent-Disposition: form-data; name="\\"\r\n\r\nvalue\r\n--x--\r\n'
    answer = client.post(
        "/organize/account/passkeys", data=body, content_type="multipart/form-data; boundary=x"
    )
    assert answer.status_code == 400
