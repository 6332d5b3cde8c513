"""Writing causes in the workspace."""

import pytest

from campaign.causes.queries import cause_in_any_state
from campaign.extensions import db
from tests.factories.causes import make_cause
from tests.factories.petitions import make_petition

VALLEY = "/organize/causes/valley"
LOOK = {"palette": "water", "shape": "drop"}


def now_of(slug="valley"):
    db.session.rollback()
    return cause_in_any_state(slug)


def test_a_cause_begins_as_a_draft_in_any_language(desk_of, client):
    desk = desk_of("admin")
    words = {"title_fr": "De l’eau pour tous", "summary_fr": "Une goutte par nom.", **LOOK}
    for _ in range(2):
        assert desk.post("/organize/causes/new", words).location == "/organize/causes/de-l-eau-pour-tous"
    made = now_of("de-l-eau-pour-tous")
    assert (made.state, made.palette, [text.lang for text in made.texts]) == ("draft", "water", ["fr"])
    assert client.get("/fr/causes/de-l-eau-pour-tous").status_code == 404
    assert "Une goutte par nom." in desk.get("/organize/causes/de-l-eau-pour-tous/preview?lang=fr").text
    desk.post("/organize/causes/de-l-eau-pour-tous/publish")
    assert client.get("/fr/causes/de-l-eau-pour-tous").status_code == 200


def test_only_admins_begin_causes(desk_of):
    desk = desk_of("owner", make_cause().id)
    assert desk.get("/organize/causes/new").status_code == 403
    assert "New cause" not in desk.get("/organize/causes/").text


@pytest.mark.parametrize("words", [{}, {"title_es": "Agua"}, {"title_en": "x" * 201, "summary_en": "x"}])
def test_a_cause_without_its_words_is_refused_and_what_was_typed_stays(desk_of, words):
    answer = desk_of("admin").post("/organize/causes/new", {**LOOK, **words})
    assert answer.status_code == 422
    assert all(word in answer.text for word in words.values())


def test_of_two_editors_the_second_sees_both_and_nothing_is_overwritten(desk_of):
    desk = desk_of("editor", make_cause().id)
    mine, theirs = ({"revision": 1, "title_en": title, "summary_en": "One", **LOOK} for title in ("Mine", "Theirs"))
    assert desk.post(f"{VALLEY}/words", theirs).status_code == 303
    answer = desk.post(f"{VALLEY}/words", mine)
    assert answer.status_code == 409
    assert "Theirs" in answer.text
    assert 'value="Mine"' in answer.text
    assert now_of().text("en").title == "Theirs"


def test_a_moved_cause_leads_on_from_its_old_address(desk_of, client):
    desk = desk_of("editor", make_cause().id)
    desk.post(f"{VALLEY}/address", {"revision": 1, "slug": "hills"})
    for path in ("/en/causes/{}", "/en/causes/{}/montage", "/causes/{}/pulse.json"):
        answer = client.get(path.format("valley"))
        assert (answer.status_code, answer.location) == (301, path.format("hills"))
    make_cause("other")
    assert desk.post("/organize/causes/hills/address", {"revision": 2, "slug": "other"}).status_code == 422


def test_an_archived_cause_closes_its_petitions_and_keeps_its_pages(desk_of, client):
    petition = make_petition()
    desk = desk_of("owner", petition.cause_id)
    assert desk.post(f"{VALLEY}/archive").status_code == 303
    assert "Butterflies for the Valley" not in client.get("/en/").text
    assert client.get("/en/causes/valley").status_code == 200
    assert "This petition is closed" in client.get("/en/petitions/home").text
    desk.post(f"{VALLEY}/publish")
    assert "Butterflies for the Valley" in client.get("/en/").text
