"""Tests of the workspace pages of answers, links for targets, and results."""

import io
from datetime import date, timedelta

import pytest

from campaign.accounts.audit import entries
from campaign.answers.models import Answer, AnswerLink
from campaign.answers.queries import answers_of
from campaign.extensions import db, write
from campaign.petitions.life_cycles import petition_life_cycle
from campaign.petitions.queries import petition_in_any_state
from campaign.petitions.results import change_result
from campaign.process.clock import utcnow
from tests.factories.answers import DAY, PDF, make_answer, make_answer_link, with_files
from tests.factories.causes import make_cause
from tests.factories.petitions import make_petition
from tests.page_parts import (
    alerts,
    links,
    sends_to,
    text_at,
    tree,
    values,
    version_on,
    wrong_fields,
)

HOME = "/organize/answers/home"


@pytest.fixture
def petition(desk):
    return make_petition(cause_id=desk.cause.id)


def typed_for(petition, **changed):
    return {
        "target": str(petition.targets[0].id),
        "answered_by": "Elena Vela, secretary",
        "day": "2026-05-04",
        "outcome": "promised",
        "original_lang": "es",
        "text_es": "Publicaremos la lista.",
        "text_en": "We will publish the list.",
        **changed,
    }


def the_answer(petition):
    db.session.rollback()
    [answer] = answers_of(petition.id)
    return answer


def last_changes(action):
    db.session.rollback()
    entry = entries(action=action)[0]
    return {
        change["field"]: (change["before"], change["after"])
        for change in entry.details.get("changes", ())
    }


def press(desk, answer, verb):
    page = f"{HOME}/{answer.id}"
    return desk.post(f"{page}/{verb}", {"version": version_on(desk.get(page))})


def test_answer_is_entered_published_withdrawn_and_returns(desk, petition):
    assert desk.get(f"{HOME}/new").status_code == 200
    made = desk.post(f"{HOME}/new", typed_for(petition))
    answer = the_answer(petition)
    assert made.location == f"{HOME}/{answer.id}"
    assert (answer.state, answer.day, answer.outcome) == ("draft", DAY, "promised")
    assert answer.texts == {"es": "Publicaremos la lista.", "en": "We will publish the list."}
    shown = f"/en/petitions/{petition.slug}"
    for verb, state, ids in (
        ("publish", "published", [str(answer.id)]),
        ("withdraw", "withdrawn", []),
        ("publish", "published", [str(answer.id)]),
    ):
        assert press(desk, answer, verb).status_code == 303
        assert the_answer(petition).state == state
        assert values(desk.client.get(shown), "data-answer") == ids
        assert last_changes(f"answers.{verb}")["state"][1] == state


# No test runs that late.
FAR_AHEAD = "2999-01-01"
WRONG = [
    ({"target": ""}, {"target"}),
    ({"target": "none", "answered_by": ""}, {"answered_by"}),
    ({"day": ""}, {"day"}),
    ({"day": "yesterday"}, {"day"}),
    ({"day": FAR_AHEAD}, {"day"}),
    ({"text_es": ""}, {"text_es"}),
    ({"text_en": "x" * 20_001}, {"text_en"}),
    ({"original_lang": "qq"}, {"original_lang"}),
    ({"outcome": "won"}, set()),
    ({"document": (b"GIF89a", "a.gif")}, {"document"}),
]


@pytest.mark.parametrize(("typed", "fields"), WRONG)
def test_wrong_field_is_marked_and_what_was_typed_stays(desk, petition, typed, fields):
    typed = with_files(typed)
    page = desk.post(f"{HOME}/new", typed_for(petition, **typed))
    assert page.status_code == 422
    assert set(wrong_fields(page)) >= fields
    assert "danger" in alerts(page)
    if "answered_by" not in typed:
        assert "Elena Vela, secretary" in values(page, "value")
    assert not answers_of(petition.id)


def test_second_editor_sees_both_versions(desk, petition):
    answer = make_answer(petition, state="draft")
    seen = {"version": version_on(desk.get(f"{HOME}/{answer.id}/edit"))}
    path = f"{HOME}/{answer.id}/edit"
    theirs = typed_for(petition, original_lang="en", text_en="Theirs.", **seen)
    assert desk.post(path, theirs).status_code == 303
    mine = desk.post(path, {**theirs, "text_en": "Mine."})
    assert (mine.status_code, "danger" in alerts(mine)) == (409, True)
    assert "Theirs." in mine.text and "Mine." in mine.text
    assert the_answer(petition).texts["en"] == "Theirs."
    again = desk.post(path, {**theirs, "text_en": "Mine.", "version": version_on(mine)})
    assert (again.status_code, the_answer(petition).texts["en"]) == (303, "Mine.")


def test_button_of_an_old_page_is_a_conflict(desk, petition):
    answer = make_answer(petition, state="draft")
    old = version_on(desk.get(f"{HOME}/{answer.id}"))
    typed = typed_for(petition, version=version_on(desk.get(f"{HOME}/{answer.id}/edit")))
    desk.post(f"{HOME}/{answer.id}/edit", typed)
    assert desk.post(f"{HOME}/{answer.id}/publish", {"version": old}).status_code == 409
    assert the_answer(petition).state == "draft"


def test_answer_of_a_target_is_a_task_until_it_is_decided(desk, petition):
    answer = make_answer(petition, state="waiting")
    here = f"{HOME}/{answer.id}"
    assert here in links(desk.get("/organize/"))
    assert press(desk, answer, "reject").status_code == 303
    assert here not in links(desk.get("/organize/"))
    assert press(desk, answer, "reconsider").status_code == 303
    assert here in links(desk.get("/organize/"))
    assert press(desk, answer, "publish").status_code == 303
    assert the_answer(petition).state == "published"


def test_own_text_of_a_target_has_no_field(desk, petition):
    answer = make_answer(petition, state="waiting")
    page = desk.get(f"{HOME}/{answer.id}/edit")
    names = values(page, "name")
    assert "text_en" not in names and "document" not in names
    typed = typed_for(petition, version=version_on(page), text_en="Changed.", text_es="Sí.")
    assert desk.post(f"{HOME}/{answer.id}/edit", typed).status_code == 303
    assert the_answer(petition).texts == {**answer.texts, "es": "Sí."}


def test_document_is_shown_to_organizers_before_it_is_public(desk, petition):
    typed = typed_for(petition, document=(io.BytesIO(PDF), "letter.pdf"))
    assert desk.post(f"{HOME}/new", typed).status_code == 303
    answer = the_answer(petition)
    name = f"document-{answer.document.digest}.pdf"
    assert desk.get(f"{HOME}/{answer.id}/{name}").data == PDF
    assert desk.client.get(f"/answers/{answer.id}/{name}").status_code == 404
    for page in (f"{HOME}/{answer.id}", f"{HOME}/{answer.id}/preview?lang=es"):
        assert f"{HOME}/{answer.id}/{name}" in links(desk.get(page))
    page = desk.get(f"{HOME}/{answer.id}/edit")
    removed = typed_for(petition, version=version_on(page), removes_document="y")
    assert desk.post(f"{HOME}/{answer.id}/edit", removed).status_code == 303
    assert the_answer(petition).document is None


def test_preview_shows_a_draft_in_each_language(desk, petition):
    desk.post(f"{HOME}/new", typed_for(petition))
    answer = the_answer(petition)
    for lang, text in (("es", "Publicaremos la lista."), ("en", "We will publish the list.")):
        page = desk.get(f"{HOME}/{answer.id}/preview?lang={lang}")
        assert text in page.text
    assert not values(desk.client.get("/en/petitions/home"), "data-answer")


def test_link_is_created_shown_and_ended(desk, petition):
    typed = {
        "target_id": petition.targets[0].id,
        "lang": "fr",
        "last_day": str(utcnow().date() + timedelta(days=10)),
    }
    assert desk.post(f"{HOME}/links", typed).status_code == 303
    page = desk.get(HOME)
    address = text_at(page, "//code[@data-answer-link]")
    path = "/fr/answers/" + address.rpartition("/")[2]
    assert desk.client.get(path).status_code == 200
    link = db.session.query(AnswerLink).one()
    assert f"{HOME}/links/{link.id}/end" in sends_to(page)
    assert desk.post(f"{HOME}/links/{link.id}/end").status_code == 303
    assert desk.client.get(path).status_code == 410
    db.session.rollback()
    assert [entry.action for entry in entries()][:2] == ["answers.end_link", "answers.link"]


@pytest.mark.parametrize(
    "typed", [{"last_day": ""}, {"last_day": "2020-01-01"}, {"lang": "qq"}, {"target_id": "9999"}]
)
def test_wrong_link_is_refused(desk, petition, typed):
    given = {
        "target_id": petition.targets[0].id,
        "lang": "en",
        "last_day": str(utcnow().date() + timedelta(days=10)),
    }
    assert desk.post(f"{HOME}/links", given | typed).status_code == 422
    assert not db.session.query(AnswerLink).count()


def test_link_of_another_petition_is_not_ended(desk, petition):
    other = make_petition("other", cause_id=make_cause("birch").id)
    link, _token = make_answer_link(other)
    desk.post(f"{HOME}/links/{link.id}/end")
    db.session.rollback()
    assert db.session.get(AnswerLink, link.id).revoked_at is None


def test_result_is_set_and_shown_and_closing_is_offered(desk, petition):
    page = desk.get(f"{HOME}/result")
    typed = {"version": version_on(page), "result": "won", "result_on": "2026-06-01"}
    assert desk.post(f"{HOME}/result", typed).status_code == 303
    present = petition_in_any_state("home")
    assert (present.result, present.result_on, present.state) == (
        "won",
        date(2026, 6, 1),
        "published",
    )
    assert last_changes("answers.result")["result"] == ("", "won")
    assert "/organize/petitions/home/close" in sends_to(desk.get(HOME))
    shown = desk.client.get("/en/petitions/home")
    assert "won" in values(shown, "data-result")
    again = desk.post(f"{HOME}/result", {**typed, "result": "no_answer"})
    assert again.status_code == 409
    taken = {"version": version_on(desk.get(f"{HOME}/result")), "result": "", "result_on": ""}
    assert desk.post(f"{HOME}/result", taken).status_code == 303
    db.session.rollback()
    assert petition_in_any_state("home").result_on is None


@pytest.mark.parametrize("result_on", ["", "soon", "2199-01-01"])
def test_result_needs_a_day_that_has_come(desk, petition, result_on):
    typed = {"version": "1", "result": "won", "result_on": result_on}
    page = desk.post(f"{HOME}/result", typed)
    assert (page.status_code, set(wrong_fields(page))) == (422, {"result_on"})


def test_outcomes_suggest_the_result(desk, petition):
    make_answer(petition, outcome="done")
    assert f"{HOME}/result?suggest=won" in links(desk.get(HOME))
    page = tree(desk.get(f"{HOME}/result?suggest=won"))
    assert page.xpath("//input[@name='result'][@checked]/@value") == ["won"]


def test_closed_petition_without_result_is_a_task(desk, petition):
    assert f"{HOME}/result" not in links(desk.get("/organize/"))
    write(petition_life_cycle.close, row_id=petition.id, now=utcnow())
    assert f"{HOME}/result" in links(desk.get("/organize/"))
    write(
        change_result,
        petition_id=petition.id,
        version=None,
        result="no_answer",
        result_on=utcnow().date(),
    )
    assert f"{HOME}/result" not in links(desk.get("/organize/"))


ROLES = {"owner": (200, 200), "editor": (200, 200), "reviewer": (200, 403), "tabler": (403, 403)}


@pytest.mark.parametrize("role", ROLES)
def test_roles_see_or_edit(desk_of, role):
    petition = make_petition()
    make_answer(petition)
    desk = desk_of(role, petition.cause_id)
    sees, edits = ROLES[role]
    assert desk.get(HOME).status_code == sees
    assert desk.get(f"{HOME}/new").status_code == edits
    assert desk.get(f"{HOME}/result").status_code == edits


def test_long_and_right_to_left_names_are_shown(desk, petition):
    name = "وزارة " * 30
    desk.post(f"{HOME}/new", typed_for(petition, target="none", answered_by=name.strip()))
    answer = the_answer(petition)
    press(desk, answer, "publish")
    shown = tree(desk.client.get("/en/petitions/home"))
    [heading] = shown.xpath("//article[@data-answer]//bdi")
    assert heading.text_content() == name.strip()


def test_deleted_draft_is_gone(desk, petition):
    answer = make_answer(petition, state="draft")
    assert press(desk, answer, "delete").location == HOME
    db.session.rollback()
    assert not db.session.query(Answer).count()
    assert desk.get(f"{HOME}/{answer.id}").status_code == 404
