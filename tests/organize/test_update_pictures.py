"""Tests of adding pictures to the text of an update in the workspace."""

import io

import pytest
from PIL import Image

from campaign.extensions import db
from campaign.organize.content import pictures
from campaign.publishing.picture_upload import clean_picture
from tests.factories.causes import make_cause
from tests.factories.organizers import trail
from tests.factories.updates import make_update, update_now
from tests.page_parts import alerts, text_at, wrong_fields

PICTURES = "/organize/updates/answer/pictures"
ALTS = {"alt_en": "A lake", "alt_es": "Un lago"}


@pytest.fixture
def desk(desk_of):
    return desk_of("editor", make_update(draft=True, cause_id=make_cause().id).cause_id)


def upload(desk, **changes):
    file = io.BytesIO()
    Image.new("RGB", (900, 600), "navy").save(file, "PNG")
    form_data = {"picture": (io.BytesIO(file.getvalue()), "lake.png"), **ALTS, **changes}
    return desk.post(PICTURES, form_data, content_type="multipart/form-data")


def text_form(**changes):
    update = update_now()
    typed = {
        f"{part}_{text.lang}": getattr(text, part)
        for text in update.texts
        for part in ("title", "summary", "body")
    }
    return {**typed, "version": update.version_of("text"), "event": "", **changes}


def test_picture_needs_alt_text_in_each_language_and_is_inserted_by_its_line(desk):
    assert wrong_fields(upload(desk, alt_es="")).keys() == {"alt_es"}
    assert wrong_fields(
        upload(desk, picture=(io.BytesIO(b"<svg onload=alert(1)>"), "x.png"))
    ).keys() == {"picture"}
    assert upload(desk).status_code == 303
    page = desk.get("/organize/updates/answer/words").text
    assert page.count('data-text="![](picture:1)"') == 3
    read = desk.post("/organize/updates/answer/words-as-read", {"body": "![](picture:1)"}).text
    assert '<figure><img src="/pictures/' in read and 'alt="A lake"' in read
    assert (
        desk.post(
            "/organize/updates/answer/words", text_form(body_en="Look:\n\n![](picture:1)")
        ).status_code
        == 303
    )
    assert '<figure><img src="/pictures/' in desk.get("/organize/updates/answer/preview").text
    assert trail()[-2][0] == "updates.edit"


def test_unknown_and_foreign_pictures_are_explained_at_the_text(desk):
    answer = desk.post(
        "/organize/updates/answer/words",
        text_form(body_en="![](picture:4)", body_es="![x](https://elsewhere.example/a.png)"),
    )
    assert answer.status_code == 422
    wrong = wrong_fields(answer)
    assert wrong.keys() == {"body_en", "body_es"} and "picture:4" in wrong["body_en"]
    assert "https://elsewhere.example/a.png" in answer.text


def test_second_of_two_who_write_alt_text_sees_the_first(desk):
    upload(desk)
    assert (
        desk.post(f"{PICTURES}/1", {"version": 1, **ALTS, "alt_en": "The lake"}).status_code == 303
    )
    second = desk.post(f"{PICTURES}/1", {"version": 1, **ALTS, "alt_en": "Water"})
    assert second.status_code == 409 and "The lake" in second.text and "Water" in second.text
    assert update_now().body_pictures[0].alts == {"en": "The lake", "es": "Un lago"}


def test_unused_picture_is_removed_and_one_in_the_text_stays(desk):
    upload(desk)
    desk.post("/organize/updates/answer/words", text_form(body_es="![](picture:1)"))
    page = desk.post(f"{PICTURES}/1/remove", follow_redirects=True)
    assert "Spanish" in text_at(page, "//div[@data-kind='danger']") and update_now().body_pictures
    desk.post("/organize/updates/answer/words", text_form(body_es="Nada."))
    desk.post(f"{PICTURES}/1/remove")
    assert update_now().body_pictures == []
    assert desk.get(f"{PICTURES}/1").status_code == 404


def test_picture_is_decoded_before_anyone_has_to_wait_for_the_database(desk, monkeypatch):
    held = []

    def look(data):
        held.append(db.session.connection().get_execution_options().get("writes", False))
        return clean_picture(data)

    monkeypatch.setattr(pictures, "clean_picture", look)
    assert upload(desk).status_code == 303
    assert held == [False]


def test_publishing_problem_links_to_where_it_is_fixed(desk):
    upload(desk)
    french = {"title_fr": "Une réponse", "summary_fr": "", "body_fr": "![](picture:1)"}
    assert desk.post("/organize/updates/answer/words", text_form(**french)).status_code == 303
    page = desk.get("/organize/updates/answer/publish")
    assert alerts(page)[-1] == "danger" and "Français" in text_at(
        page, f"//ul[@class='error-links']//a[@href='{PICTURES}']"
    )
