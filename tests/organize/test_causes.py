"""Tests of editing causes in the workspace."""

import re
from datetime import timedelta

import pytest

from campaign.causes.queries import cause_in_any_state
from campaign.extensions import db, write
from campaign.petitions.life_cycles import cause_life_cycle, petition_life_cycle
from campaign.process.clock import utcnow
from tests.factories.causes import make_cause
from tests.factories.petitions import make_petition
from tests.factories.signatures import AMALIA, post_signature
from tests.page_parts import links, text_at, tree, values

VALLEY = "/organize/causes/valley"
LOOK = {"palette": "water", "shape": "drop"}


def now_of(slug="valley"):
    db.session.rollback()
    return cause_in_any_state(slug)


def test_cause_begins_as_a_draft_in_any_language(desk_of, client):
    desk = desk_of("admin")
    form_data = {
        "title_fr": "De l’eau pour tous",
        "summary_fr": "Beaucoup de gouttes d’eau.",
        **LOOK,
    }
    for _ in range(2):
        assert (
            desk.post("/organize/causes/new", form_data).location
            == "/organize/causes/de-l-eau-pour-tous"
        )
    made = now_of("de-l-eau-pour-tous")
    assert (made.state, made.palette, [text.lang for text in made.texts]) == (
        "draft",
        "water",
        ["fr"],
    )
    assert client.get("/fr/causes/de-l-eau-pour-tous").status_code == 404
    assert (
        "Beaucoup de gouttes d’eau."
        in desk.get("/organize/causes/de-l-eau-pour-tous/preview?lang=fr").text
    )
    desk.post("/organize/causes/de-l-eau-pour-tous/publish")
    assert client.get("/fr/causes/de-l-eau-pour-tous").status_code == 200


def test_only_admins_create_causes(desk_of):
    desk = desk_of("owner", make_cause().id)
    assert desk.get("/organize/causes/new").status_code == 403
    assert "/organize/causes/new" not in links(desk.get("/organize/causes/"))


@pytest.mark.parametrize(
    "texts", [{}, {"title_es": "Agua"}, {"title_en": "x" * 201, "summary_en": "x"}]
)
def test_cause_without_its_text_is_refused_and_input_is_kept(desk_of, texts):
    answer = desk_of("admin").post("/organize/causes/new", {**LOOK, **texts})
    assert answer.status_code == 422
    assert all(text in answer.text for text in texts.values())


def test_second_of_two_editors_sees_both_and_nothing_is_overwritten(desk_of):
    desk = desk_of("editor", make_cause().id)
    mine, theirs = (
        {"version": 1, "title_en": title, "summary_en": "One", **LOOK}
        for title in ("Mine", "Theirs")
    )
    assert desk.post(f"{VALLEY}/words", theirs).status_code == 303
    answer = desk.post(f"{VALLEY}/words", mine)
    assert answer.status_code == 409
    assert "Theirs" in answer.text
    assert 'value="Mine"' in answer.text
    assert now_of().text("en").title == "Theirs"


def test_renamed_cause_redirects_from_its_old_address(desk_of, client):
    desk = desk_of("editor", make_cause().id)
    desk.post(f"{VALLEY}/address", {"version": 1, "slug": "hills"})
    for path in ("/en/causes/{}", "/en/causes/{}/montage", "/causes/{}/pulse.json"):
        answer = client.get(path.format("valley"))
        assert (answer.status_code, answer.location) == (301, path.format("hills"))
    make_cause("other")
    assert (
        desk.post("/organize/causes/hills/address", {"version": 2, "slug": "other"}).status_code
        == 422
    )


def sign_card_state(client, slug):
    """Return whether the public page of a petition takes signatures: open or closed."""
    [card] = tree(client.get(f"/en/petitions/{slug}")).xpath("//section[@id='sign']")
    return card.get("data-state")


def test_archived_cause_closes_its_petitions_and_keeps_its_pages(desk_of, client):
    petition = make_petition()
    desk = desk_of("owner", petition.cause_id)
    assert desk.post(f"{VALLEY}/archive").status_code == 303
    assert "Butterflies for the Valley" not in client.get("/en/").text
    assert client.get("/en/causes/valley").status_code == 200
    assert sign_card_state(client, "home") == "closed"
    desk.post(f"{VALLEY}/publish")
    assert "Butterflies for the Valley" in client.get("/en/").text


def test_closed_cause_keeps_its_page_and_takes_nothing_until_reopened(desk_of, client):
    petition = make_petition()
    earlier = make_petition("earlier", cause_id=petition.cause_id)
    write(petition_life_cycle.close, row_id=earlier.id, now=utcnow())
    desk = desk_of("owner", petition.cause_id)
    for _ in range(2):
        assert desk.post(f"{VALLEY}/close").status_code == 303
    sentences = set()
    for lang in ("en", "es", "fr"):
        page = client.get(f"/{lang}/causes/valley")
        assert (page.status_code, "subscribe-email" in page.text) == (200, False)
        sentences.add(text_at(page, "//p[@class='cause-next' and @data-state='closed']"))
    assert len(sentences) == 3
    assert "Butterflies for the Valley" in client.get("/en/").text
    assert sign_card_state(client, "home") == "closed"
    assert post_signature(client, petition, AMALIA).status_code != 303
    news = client.post(
        "/en/causes/valley/subscriptions", data={"email": "ines@walsh.example", "frequency": "each"}
    )
    assert (news.status_code, news.location) == (303, "/en/causes/valley")
    desk.post("/organize/petitions/home/reopen")
    assert sign_card_state(client, "home") == "closed"
    desk.post(f"{VALLEY}/reopen")
    assert (sign_card_state(client, "home"), sign_card_state(client, "earlier")) == (
        "open",
        "closed",
    )
    assert post_signature(client, petition, AMALIA).status_code == 303
    assert "causes.reopen" in values(desk.get("/organize/audit/"), "data-action")


def test_draft_is_published_automatically_at_a_valid_future_time(desk_of, client):
    desk = desk_of("owner", make_cause(state="draft").id)

    def plan(hour, zone="America/Toronto"):
        return desk.post(f"{VALLEY}/publish-later", {"publish_at": hour, "time_zone": zone})

    for wrong in ("", "2020-01-01T08:00", "2027-03-14T02:30"):
        assert plan(wrong).status_code == 422
    assert plan("2027-03-15T08:00", "Mars/Base").status_code == 422
    assert plan("2027-03-15T08:00").status_code == 303
    hour = now_of().publish_at
    assert (hour.isoformat(), now_of().state) == ("2027-03-15T12:00:00+00:00", "draft")
    assert 'value="2027-03-15T08:00"' in desk.get(VALLEY).text
    assert write(cause_life_cycle.publish_due, now=hour - timedelta(seconds=1)) == 0
    desk.post(f"{VALLEY}/publish-not")
    assert write(cause_life_cycle.publish_due, now=hour) == 0
    plan("2027-03-15T08:00")
    assert write(cause_life_cycle.publish_due, now=hour) == 1
    assert (now_of().state, now_of().publish_at) == ("published", None)
    assert client.get("/en/causes/valley").status_code == 200


def test_preview_of_a_draft_requests_no_missing_picture(desk_of):
    cause = make_cause(state="draft")
    desk = desk_of("editor", cause.id)
    page = desk.get(f"/organize/causes/{cause.slug}/preview").text
    [picture] = set(re.findall(r'<img class="montage" src="([^"]+)"', page))
    assert desk.get(picture).mimetype == "image/png"
    assert "pulse.json" not in page and "montage.png" not in page
