"""Tests of registrations in the workspace: list, check-in by several people, download."""

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import update

from campaign.accounts.audit import entries
from campaign.accounts.models import OrganizerSession
from campaign.events.models import Registration
from campaign.events.registration_search import numbers_of
from campaign.extensions import db, write
from campaign.process.clock import utcnow
from tests.factories.causes import make_cause
from tests.factories.events import (
    come,
    event_now,
    make_event,
    move,
    registration,
    registrations,
    states,
)
from tests.factories.organizers import trail
from tests.page_parts import alerts, figures, links, text, text_at, tree
from tests.together import together

TALK = "/organize/events/talk"
JSON = {"Accept": "application/json"}


@pytest.fixture
def desk(desk_of):
    cause = make_cause()
    desk = desk_of("tabler", cause.id)
    desk.event = make_event(cause_id=cause.id, capacity=3)
    return desk


def check_in(desk, code, **more):
    return desk.post(f"{TALK}/door/check-in", {"code": code, **more}, headers=JSON)


def test_list_is_searched_by_parts_of_a_name_whole_addresses_and_codes(desk):
    ids = [come(desk.event, name) for name in ("amalia", "zora")]
    write(
        lambda: db.session.execute(
            update(Registration).where(Registration.id == ids[1]).values(name="Zora Ñuu")
        )
    )

    def matches(query, state=""):
        page = desk.get(f"{TALK}/registrations", query_string={"words": query, "state": state}).text
        return ["amalia@" in page, "zora@" in page]

    assert matches("") == [True, True]
    assert matches("nuu zo") == [False, True]
    assert matches("zora@rosales.example") == [False, True]
    assert matches("rosales") == [False, False]
    assert matches(registration(ids[0]).code.lower()) == [True, False]
    assert matches("", "waiting") == [False, False]
    assert matches("%") == [False, False]
    trail = entries(action="registrations.see")
    assert trail[0].details == {"by": ["words"], "shown": 1} and "Zora" not in str(
        [entry.details for entry in trail]
    )


@pytest.mark.parametrize(
    ("label", "html"),
    [("What do you eat?", "What do you eat?</span> <bdi>"), ("Diet", "Diet</span>: <bdi>")],
)
def test_question_that_ends_in_a_question_mark_has_no_colon_after_it(desk_of, label, html):
    cause = make_cause()
    event = make_event(
        cause_id=cause.id, questions=[{"name": "diet", "type": "text", "label": {"en": label}}]
    )
    first = come(event, "amalia")
    write(
        lambda: db.session.execute(
            update(Registration).where(Registration.id == first).values(answers={"diet": "beans"})
        )
    )
    assert f"{html}beans" in desk_of("tabler", cause.id).get(f"{TALK}/registrations").text


def test_code_checks_in_once_and_the_second_check_in_says_when(desk, desk_of):
    code = registration(come(desk.event, seats=2)).code
    other = desk_of("tabler", desk.event.cause_id, email="second@kwan.example")
    first = check_in(desk, code).json
    assert (
        first["kind"] == "success" and "Amalia" in first["words"] and figures(first["words"]) == [2]
    )
    second = check_in(other, code).json
    assert second["kind"] == "waiting" and "Amalia" in second["words"] and figures(second["words"])
    assert figures(text_at(desk.get(f"{TALK}/door/list"), "//p[@class='check-in-numbers']"))[
        :2
    ] == [
        2,
        2,
    ]
    assert "Amalia" in desk.post(f"{TALK}/door/undo", {"code": code}, headers=JSON).json["words"]
    assert figures(text_at(desk.get(f"{TALK}/door/list"), "//p[@class='check-in-numbers']"))[
        :2
    ] == [
        0,
        2,
    ]
    assert check_in(other, "nonsense").status_code == 404
    assert [e.action for e in reversed(entries(action="registrations"))][:2] == [
        "registrations.check_in"
    ] * 2


def test_one_of_several_simultaneous_check_ins_is_first(desk, desk_of, app):
    code = registration(come(desk.event)).code
    desks = [
        desk,
        *(desk_of("tabler", desk.event.cause_id, email=f"{n}@kwan.example") for n in range(3)),
    ]
    for item in desks:
        item.token()
    kinds = together(app, [lambda item=item: check_in(item, code).json["kind"] for item in desks])
    assert sorted(kinds) == ["success", "waiting", "waiting", "waiting"]


def test_waitlisted_person_needs_a_second_press_to_be_admitted(desk):
    for name in ("a", "b", "c"):
        come(desk.event, name)
    code = registration(come(desk.event, "late")).code
    answer = check_in(desk, code)
    assert (answer.status_code, answer.json["kind"]) == (409, "waiting")
    assert 'name="anyway" value="1"' in desk.get(f"{TALK}/door/list?words=late").text
    assert check_in(desk, code, anyway="1").json["kind"] == "success"
    assert states().count("registered") == 4


def test_check_in_list_is_logged_once_in_some_hours(desk, monkeypatch):
    def noted():
        return [action for action, *_ in trail()].count("registrations.see")

    for _ in range(3):
        desk.get(f"{TALK}/door/list?words=amalia")
    assert noted() == 1
    desk.get(f"{TALK}/door")
    assert noted() == 2
    later = utcnow() + timedelta(hours=7)
    monkeypatch.setattr("campaign.organize.events.check_in.utcnow", lambda: later)
    desk.get(f"{TALK}/door/list")
    assert noted() == 3


def test_without_script_check_in_answers_with_a_page(desk):
    code = registration(come(desk.event)).code
    page = desk.client.post(
        f"{TALK}/door/check-in",
        data={"csrf_token": desk.token(), "code": code},
        follow_redirects=True,
    )
    assert alerts(page) == ["success"] and "Amalia" in text_at(page, "//div[@data-kind='success']")
    assert "/cancel" not in desk.get(f"{TALK}/registrations").text, (
        "who has come does not cancel any more"
    )
    assert "camera=(self)" in page.headers["Permissions-Policy"]
    assert "camera=()" in desk.get(TALK).headers["Permissions-Policy"]


def test_person_without_registration_is_added_and_overfilling_asks_first(desk):
    form_data = {"name": "Tomás", "seats": "2", "comes_in": "y"}
    assert desk.post(f"{TALK}/registrations/new", form_data).location == f"{TALK}/door"
    refused = desk.post(f"{TALK}/registrations/new", form_data)
    assert (
        refused.status_code == 409
        and 'name="anyway"' in refused.text
        and 'value="Tomás"' in refused.text
    )
    assert desk.post(f"{TALK}/registrations/new", {**form_data, "anyway": "y"}).status_code == 303
    assert desk.post(f"{TALK}/registrations/new", {"name": " ", "seats": "1"}).status_code == 422
    assert [(row.name, row.seats, row.checked_in_at is not None) for row in registrations()] == [
        ("Tomás", 2, True)
    ] * 2


def test_person_who_gives_an_address_gets_the_email_and_is_listed_once(desk):
    form_data = {"name": "Tomás", "seats": "1", "email": "tomas@correo.mx"}
    assert desk.post(f"{TALK}/registrations/new", form_data).location == f"{TALK}/registrations"
    assert desk.post(f"{TALK}/registrations/new", form_data).status_code == 409
    assert registrations()[0].checked_in_at is None


def test_seat_is_given_out_of_turn_only_if_one_is_free_and_can_be_cancelled(desk):
    ids = [come(desk.event, name) for name in ("a", "b", "c", "d")]
    desk.post(f"{TALK}/registrations/{ids[3]}/seat")
    assert registration(ids[3]).state == "waiting"
    desk.post(f"{TALK}/registrations/{ids[0]}/cancel")
    assert [registration(item).state for item in (ids[0], ids[3])] == ["cancelled", "registered"]
    other = make_event("other", cause_id=desk.event.cause_id)
    foreign = come(other, "foreign")
    assert desk.post(f"{TALK}/registrations/{foreign}/cancel").status_code == 404
    move(desk.event, starts_at=utcnow() - timedelta(minutes=5))
    desk.post(f"{TALK}/registrations/{ids[1]}/cancel")
    assert registration(ids[1]).state == "registered"


def test_only_a_freed_seat_is_said_to_go_to_the_waiting_list(desk):
    ids = [come(desk.event, name) for name in ("a", "b", "c", "d")]

    def message(place):
        name = registration(ids[place]).name
        page = desk.post(f"{TALK}/registrations/{ids[place]}/cancel", follow_redirects=True)
        return text(tree(page).find_class("alert")[0]).replace(name, "")

    waiting = message(3)
    ids.append(come(desk.event, "e"))
    freed_for_another = message(0)
    assert states() == ["cancelled", "registered", "registered", "cancelled", "registered"]
    freed_for_nobody = message(1)
    assert waiting == freed_for_nobody != freed_for_another


def test_list_is_downloaded_for_a_purpose_and_no_cell_runs(desk_of):
    cause = make_cause()
    desk = desk_of("owner", cause.id)
    questions = [{"name": "diet", "type": "text", "label": {"en": "What do you eat?"}}]
    event = make_event(cause_id=cause.id, questions=questions)
    first = come(event, "amalia")
    write(
        lambda: db.session.execute(
            update(Registration)
            .where(Registration.id == first)
            .values(name="=HYPERLINK(1)", answers={"diet": "+beans"})
        )
    )
    come(event, "zora")
    assert (
        desk.post(f"{TALK}/registrations/export", {"who": "registered", "reason": ""}).status_code
        == 422
    )
    answer = desk.post(
        f"{TALK}/registrations/export", {"who": "registered", "reason": "Chairs for the hall"}
    )
    assert "talk-registered.csv" in answer.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert len(rows[0]) == 9 and rows[0][-1] == "What do you eat?"
    assert rows[1][0] == "'=HYPERLINK(1)" and rows[1][-1] == "'+beans" and len(rows) == 3
    [entry] = entries(action="registrations.export")
    assert (entry.reason, entry.details) == (
        "Chairs for the hall",
        {"who": "registered", "rows": 2},
    )
    assert (
        len(
            list(
                csv.reader(
                    io.StringIO(
                        desk.post(
                            f"{TALK}/registrations/export", {"who": "came", "reason": "x"}
                        ).text
                    )
                )
            )
        )
        == 1
    )


def test_downloaded_list_is_in_the_language_of_the_organizer(desk_of):
    event = make_event(cause_id=make_cause().id)
    come(event, "zora")
    lists = []
    for lang in ("en", "fr"):
        desk = desk_of("exporter", event.cause_id, email=f"{lang}@kwan.example", lang=lang)
        answer = desk.post(f"{TALK}/registrations/export", {"who": "all", "reason": "Chairs"})
        lists.append(list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))))
    (english, english_row), (french, french_row) = lists
    assert english != french
    assert english_row[3] != french_row[3]


def test_downloading_the_list_requires_a_fresh_password_and_a_second_factor(desk_of, app):
    cause = make_cause()
    make_event(cause_id=cause.id)
    desk = desk_of("exporter", cause.id)
    assert desk.get(f"{TALK}/registrations/export").status_code == 200
    write(
        lambda: db.session.execute(
            update(OrganizerSession).values(confirmed_at=utcnow() - timedelta(hours=1))
        )
    )
    assert "/account/confirm" in desk.get(f"{TALK}/registrations/export").location
    plain = desk_of("exporter", cause.id, email="plain@kwan.example", second_factor=False)
    assert "/account/second-factor" in plain.client.get(f"{TALK}/registrations/export").location
    assert desk_of("tabler", cause.id).get(f"{TALK}/registrations/export").status_code == 403


def test_no_seat_free_is_singular_in_french(desk, desk_of, monkeypatch):
    monkeypatch.setattr(
        "babel.support.Translations.ungettext",
        lambda self, _one, _many, num: f"[form {self.plural(num)} of {num}]",
    )
    come(desk.event, seats=3)
    french = desk_of("tabler", desk.event.cause_id, email="second@kwan.example", lang="fr")
    assert "[form 0 of 0]" in text_at(
        french.get(f"{TALK}/door/list"), "//p[@class='check-in-numbers']"
    )


def test_owner_erases_a_registration_and_its_seat_goes_to_the_waiting_list(desk_of, app):
    cause = make_cause()
    event = make_event(cause_id=cause.id, capacity=1)
    seated, waiting = come(event, "amalia"), come(event, "zora")
    owner, page = desk_of("owner", cause.id), f"{TALK}/registrations/{seated}/erasure"
    assert page in links(owner.get(f"{TALK}/registrations"))
    assert desk_of("tabler", cause.id).get(page).status_code == 403
    assert owner.get(page).status_code == 200
    assert owner.post(page, {"reason": ""}).status_code == 422
    assert states() == ["registered", "waiting"]
    for _twice in range(2):
        answer = owner.post(page, {"reason": "asked by phone"})
        assert answer.location == f"{TALK}/registrations"
    assert [(row.id, row.state) for row in registrations()] == [(waiting, "registered")]
    assert entries(action="registrations.erase")[0].reason == "asked by phone"
    assert len(entries(action="registrations.erase")) == 1


def test_person_who_came_still_counts_after_their_registration_is_erased(desk_of, app):
    cause = make_cause()
    event = make_event(cause_id=cause.id)
    owner = desk_of("owner", cause.id)
    gone, stays = (come(event, name, seats=4) for name in ("amalia", "zora"))
    for came in (gone, stays):
        check_in(owner, registration(came).code)
    assert owner.post(f"{TALK}/registrations/{gone}/erasure", {"reason": "asked"}).location
    assert [row.id for row in registrations()] == [stays]
    assert numbers_of(event_now(event)).came == 8
    move(event, starts_at=utcnow() - timedelta(days=2))
    public = app.test_client().get("/en/events/talk")
    assert figures(text_at(public, "//*[@data-kind='note']/div/p[last()]")) == [8]
