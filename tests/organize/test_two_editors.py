"""Tests of two people editing one part of a petition: nothing is overwritten unseen."""

import pytest

from campaign.extensions import db
from campaign.organize.exports.deliveries import DETAIL_CHOICES
from campaign.petitions.models import DEFAULT_RETENTION_DAYS
from campaign.petitions.queries import petition_in_any_state
from tests.factories.causes import make_cause
from tests.factories.petitions import make_petition
from tests.page_parts import alerts, figures, text_at, tree, version_on

pytestmark = pytest.mark.both_databases

# What the petition says to supporters changes only by a version that its editor has seen.
SAVE = {"press": "new-version"}
PARTS = {
    "/petitions/home/sharing": ({"texts_en-0": "Theirs."}, {"texts_en-0": "Mine."}, "Theirs."),
    "/petitions/home/embedding": (
        {"allowed": "listed", "origins": "https://theirs.example"},
        {"allowed": "nobody", "origins": ""},
        "https://theirs.example",
    ),
    "/handovers/home/contents": (
        {"names": "full", "details": "day"},
        {"names": "shown", "details": "country"},
        DETAIL_CHOICES["day"],
    ),
    "/retention/home": (
        {"keeps": "days", "days": "90", "sure": "y"},
        {"keeps": "days", "days": "30", "sure": "y"},
        "90",
    ),
    "/petitions/home/targets": ({"rows-0-en": "Theirs"}, {"rows-0-en": "Mine"}, "Theirs"),
    "/petitions/home/dates": (
        {"time_zone": "America/Toronto", "deliver_place_en": "Theirs"},
        {"time_zone": "America/Toronto", "deliver_place_en": "Mine"},
        "Theirs",
    ),
}


@pytest.fixture
def desk(desk_of):
    cause = make_cause()
    make_petition(cause_id=cause.id)
    return desk_of("owner", cause.id)


@pytest.mark.parametrize("path", PARTS)
def test_second_editor_sees_both_and_saves_knowingly(desk, path):
    theirs, mine, expected = PARTS[path]
    path = f"/organize{path}"
    seen = {"version": version_on(desk.get(path))}
    assert desk.post(path, theirs | seen | SAVE).status_code == 303
    answer = desk.post(path, mine | seen | SAVE)
    assert answer.status_code == 409
    assert "danger" in alerts(answer)
    assert any(
        str(expected) in element.text_content()
        for element in tree(answer).find_class("conflict-text")
    )
    assert desk.post(path, mine | {"version": version_on(answer)} | SAVE).status_code == 303


@pytest.mark.parametrize("path", PARTS)
def test_same_change_twice_is_no_conflict(desk, path):
    theirs, path = PARTS[path][0], f"/organize{path}"
    seen = {"version": version_on(desk.get(path))}
    for _ in range(2):
        assert desk.post(path, theirs | seen | SAVE).status_code == 303


def test_retention_can_be_tried_without_changing_it(desk):
    path = "/organize/retention/home"
    page = desk.post(path, {"keeps": "days", "days": "30", "press": "try"})
    assert alerts(page) == ["note"]
    assert figures(text_at(page, "//div[@data-kind='note']")) == [0], (
        "no day is known before the petition has an end"
    )
    assert desk.post(path, {"keeps": "days", "days": "soon", "press": "try"}).status_code == 422
    desk.post(
        "/organize/petitions/home/dates",
        {"version": 1, "time_zone": "America/Toronto", "closes_at": "2031-05-01T12:00"},
    )
    message = text_at(
        desk.post(path, {"keeps": "days", "days": "30", "press": "try"}), "//div[@data-kind='note']"
    )
    assert "May 31, 2031" in message and 0 in figures(message)
    db.session.rollback()
    assert petition_in_any_state("home").retention_days == DEFAULT_RETENTION_DAYS
