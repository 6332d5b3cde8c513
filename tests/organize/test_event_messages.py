"""Tests of the pages where organizers email the people registered for an event."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select, update

from campaign.accounts.audit import entries
from campaign.accounts.models import OrganizerSession
from campaign.events.messages.models import EventMessage
from campaign.events.messages.operations import JOB, MAX_MESSAGES, TEST
from campaign.extensions import db, write
from campaign.mail.models import OutboxMessage
from campaign.mail.renderers import renderers_of
from campaign.organize.events import messages as pages
from campaign.organize.events.forms import MAX_MESSAGE_LENGTH
from campaign.process.clock import utcnow
from tests.factories.causes import make_cause
from tests.factories.events import come, make_event, move
from tests.factories.jobs import jobs_of, run_jobs
from tests.page_parts import alerts, links, tree, values, version_on, wrong_fields

TALK = "/organize/events/talk"
LIST = f"{TALK}/messages"
TYPED = {
    "audience": "registered",
    "subject_en": "A new room",
    "body_en": "We moved to the **blue** room.",
}


@pytest.fixture
def desk(desk_of):
    cause = make_cause()
    desk = desk_of("owner", cause.id)
    desk.event = make_event(cause_id=cause.id)
    return desk


def written(desk, **more):
    """Write a draft as a person does and return the address of its page."""
    answer = desk.post(f"{LIST}/new", {**TYPED, **more})
    assert answer.status_code == 303
    return answer.location


def send(desk, page, version=None):
    version = version_on(desk.get(page)) if version is None else version
    return desk.post(f"{page}/send", {"version": version})


def saved():
    db.session.rollback()
    return list(
        db.session.scalars(
            select(EventMessage).order_by(EventMessage.id).execution_options(populate_existing=True)
        )
    )


def test_message_is_written_previewed_tested_and_sent(desk):
    for name in ("amalia", "bea"):
        come(desk.event, name)
    come(desk.event, "carla", lang="fr")
    assert LIST in links(desk.get(f"{TALK}/registrations"))
    page = written(desk, subject_es="Otra sala", body_es="Estamos en la sala *azul*.")
    shown = desk.get(page)
    assert values(shown, "data-readers") == ["3"]
    rows = tree(shown).xpath("//tr[@data-lang]")
    assert {(row.get("data-lang"), row.get("data-text-lang")) for row in rows} == {
        ("en", "en"),
        ("fr", "en"),
    }
    assert values(shown, "sandbox") == ["allow-popups allow-popups-to-escape-sandbox"] * 2
    framed = desk.get(f"{page}/as-email/es")
    assert "<em>azul</em>" in framed.text and "sandbox" in framed.headers["Content-Security-Policy"]
    assert desk.get(f"{page}/as-email/fr").status_code == 404

    assert desk.post(f"{page}/test/es").status_code == 303
    db.session.rollback()
    row = db.session.scalar(select(OutboxMessage).where(OutboxMessage.kind == TEST))
    test = renderers_of(desk.client.application)[TEST](
        SimpleNamespace(subject_id=row.subject_id, lang=row.lang, kind=TEST)
    )
    assert (test.to, row.lang) == (desk.organizer.email, "es") and "Otra sala" in test.subject

    assert send(desk, page).status_code == 303
    assert saved()[0].state == "sending"
    run_jobs(JOB)
    assert saved()[0].state == "done"
    assert tree(desk.get(page)).xpath("string(//dd[@data-count='waiting'])") == "3"
    assert [entry.action for entry in reversed(entries(action="event_messages"))] == [
        "event_messages.create",
        "event_messages.test",
        "event_messages.send",
        "event_messages.done",
    ]


def test_second_press_and_old_preview_send_nothing_more(desk):
    come(desk.event)
    page = written(desk)
    version = version_on(desk.get(page))
    assert desk.post(f"{page}/text", {**TYPED, "version": version, "subject_en": "Blue"})
    assert send(desk, page, version).status_code == 409
    assert saved()[0].state == "draft"
    assert send(desk, page).status_code == 303
    assert send(desk, page, version_on(desk.get(f"{TALK}/messages")) or 0).status_code == 303
    assert len(jobs_of(JOB)) == 1


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"subject_en": "", "body_en": ""}, {"subject_en", "body_en"}),
        ({"subject_es": "Hola"}, {"body_es"}),
        ({"body_en": "x" * (MAX_MESSAGE_LENGTH + 1)}, {"body_en"}),
        ({"subject_en": "x" * 200}, {"subject_en"}),
        ({"audience": "nobody"}, {"audience"}),
        ({"audience": "came"}, {"audience"}),
        ({"audience": "waiting"}, {"audience"}),
    ],
)
def test_wrong_input_is_named_at_its_field_and_kept(desk, typed, wrong):
    answer = desk.post(f"{LIST}/new", {**TYPED, **typed})
    assert answer.status_code == 422
    assert set(wrong_fields(answer)) == wrong or wrong == {"audience"}
    assert "blue" in answer.text or "body_en" in typed
    assert saved() == []


def test_people_who_came_are_offered_once_the_event_has_begun(desk):
    come(desk.event)
    offered = tree(desk.get(f"{LIST}/new")).xpath("//input[@name='audience']/@value")
    assert offered == ["registered"]
    move(desk.event, starts_at=utcnow() - timedelta(minutes=5))
    offered = tree(desk.get(f"{LIST}/new")).xpath("//input[@name='audience']/@value")
    assert offered == ["registered", "came"]


def test_nobody_to_email_and_too_many_are_said(desk):
    page = written(desk)
    assert values(desk.get(page), "data-readers") == ["0"]
    desk.post(f"{page}/send", {"version": saved()[0].version})
    assert alerts(desk.get(page))[0] == "danger"
    now = utcnow()
    write(
        lambda: db.session.add_all(
            EventMessage(
                event_id=desk.event.id,
                state="done",
                texts={"en": {"subject": "s", "body": "b"}},
                original_lang="en",
                started_at=now,
                finished_at=now,
            )
            for _ in range(MAX_MESSAGES)
        )
    )
    assert values(desk.get(LIST), "data-left") == ["0"]
    assert f"{LIST}/new" not in links(desk.get(LIST))
    assert desk.get(f"{LIST}/new").location == LIST
    assert desk.post(f"{LIST}/new", TYPED).location == LIST


def test_message_under_way_is_stopped_once(desk):
    come(desk.event)
    page = written(desk)
    send(desk, page)
    assert f"{page}/stop" in tree(desk.get(page)).xpath("//form/@action")
    desk.post(f"{page}/stop")
    assert saved()[0].state == "stopped"
    desk.post(f"{page}/stop")
    assert [entry.action for entry in entries(action="event_messages.stop")] == [
        "event_messages.stop"
    ]
    assert desk.get(f"{page}/text").location == page


def test_draft_is_deleted_and_a_sent_one_is_kept(desk):
    come(desk.event)
    page = written(desk)
    assert desk.post(f"{page}/delete").location == LIST
    assert saved() == [] and desk.get(page).status_code == 404
    page = written(desk)
    send(desk, page)
    desk.post(f"{page}/delete")
    assert len(saved()) == 1


def test_two_editors_of_a_draft_find_their_conflict(desk, desk_of):
    page = written(desk)
    version = version_on(desk.get(f"{page}/text"))
    assert desk.post(f"{page}/text", {**TYPED, "version": version, "subject_en": "One"})
    answer = desk.post(f"{page}/text", {**TYPED, "version": version, "subject_en": "Two"})
    assert answer.status_code == 409 and "Two" in answer.text
    assert saved()[0].texts["en"]["subject"] == "One"


def test_old_session_is_asked_for_its_password_before_sending(desk):
    come(desk.event)
    page = written(desk)
    write(
        lambda: db.session.execute(
            update(OrganizerSession).values(confirmed_at=utcnow() - timedelta(hours=1))
        )
    )
    answer = send(desk, page)
    assert answer.location.startswith("/organize/account/confirm")
    assert saved()[0].state == "draft"


def test_tests_are_limited(desk, monkeypatch):
    monkeypatch.setattr(pages, "TESTS_OF_ORGANIZER", pages.RateLimitItemPerHour(1))
    page = written(desk)
    for _ in range(3):
        desk.post(f"{page}/test/en")
    db.session.rollback()
    assert (
        len(db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == TEST)).all()) == 1
    )


@pytest.mark.parametrize("role", ["editor", "exporter", "reviewer", "tabler"])
def test_other_roles_send_none(desk, desk_of, role):
    page = written(desk)
    other = desk_of(role, desk.event.cause_id, email=f"{role}@kwan.example")
    assert other.get(page).status_code == 403
    assert other.post(f"{page}/send").status_code == 403
    if role == "tabler":
        assert LIST not in links(other.get(f"{TALK}/registrations"))


def test_message_of_another_event_is_not_found(desk):
    page = written(desk)
    make_event("other", cause_id=desk.event.cause_id)
    assert desk.get(page.replace("/talk/", "/other/")).status_code == 404


def test_long_past_event_says_so(desk):
    move(desk.event, starts_at=utcnow() - timedelta(days=400))
    assert values(desk.get(LIST), "data-left") == []
    assert desk.get(f"{LIST}/new").location == LIST
