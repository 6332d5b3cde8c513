"""Tests of letters outside their own page: shared, embedded, and found by search."""

import pytest

from tests.factories.letters import STORY, letters, make_letter_action, target_ids
from tests.factories.petitions import make_petition
from tests.factories.search import index_now
from tests.factories.signatures import AMALIA, confirm, hatch_now, rows

PAGE = "/en/actions/river"
FRAME = "/embed/petitions/river?lang=en"


@pytest.fixture
def action(app):
    return make_letter_action(targets=2)


def test_sharing_page_and_codes_link_to_the_action(client, action):
    page = client.get(f"{PAGE}/share")
    assert page.status_code == 200
    assert f"http://localhost{PAGE}" in page.text and "/petitions/river" not in page.text
    assert client.get("/actions/river/qr.svg").mimetype == "image/svg+xml"
    assert f"{PAGE}/share" in client.get(PAGE).text
    assert client.get("/en/petitions/river/share").status_code == 404


def test_petition_is_not_shared_as_another_action(client, petition):
    assert client.get("/en/petitions/home/share").status_code == 200
    assert client.get("/en/actions/home/share").status_code == 404


def test_short_link_leads_straight_to_the_action(client, action):
    answer = client.get("/s/river?source=poster")
    assert (answer.status_code, answer.location) == (302, f"{PAGE}?source=poster")


def test_letter_is_written_in_a_frame(client, action):
    frame = client.get(FRAME)
    chosen = target_ids(action)[1]
    assert 'name="answer_1"' in frame.text and f'value="{chosen}"' in frame.text
    answer = client.post(
        "/embed/petitions/river/signatures?lang=en",
        data={**AMALIA, "answer_1": STORY, "targets": chosen},
    )
    assert answer.status_code == 303
    confirm(rows()[0].id)
    hatch_now()
    assert [letter.profile_id for letter in letters()] == [chosen]


def test_frame_keeps_what_was_entered_when_nobody_was_chosen(client, action):
    answer = client.post(
        "/embed/petitions/river/signatures?lang=en", data={**AMALIA, "answer_1": STORY}
    )
    assert answer.status_code == 422
    assert STORY in answer.text and "targets-error" in answer.text
    assert rows() == []


def test_page_of_the_action_can_be_embedded_by_its_address(client, action):
    answer = client.get(f"/oembed?url=http://localhost{PAGE}")
    assert (answer.status_code, answer.json["type"]) == (200, "rich")
    assert "/embed/petitions/river" in answer.json["html"]


def test_search_result_leads_straight_to_the_action(client, action):
    make_petition(cause_id=action.cause_id)
    index_now()
    hits = client.get("/en/search?q=bring").text
    assert f'href="{PAGE}"' in hits and 'href="/en/petitions/home"' in hits
