"""Tests of announcing an answer in the workspace: preview, sending, progress, stopping."""

from datetime import timedelta

import pytest
from sqlalchemy import update as sql_update

from campaign.accounts.models import OrganizerSession
from campaign.answers.announcements import EMAIL, JOB, TEST
from campaign.answers.operations import withdraw_answer
from campaign.extensions import db, write
from campaign.mail.bulk import sending
from campaign.mail.renderers import renderers_of
from campaign.process.clock import utcnow
from tests.factories.announcements import answer_announcement_now, ask_many
from tests.factories.answers import make_answer
from tests.factories.causes import make_cause
from tests.factories.jobs import run_jobs
from tests.factories.organizers import trail
from tests.factories.petitions import make_petition
from tests.factories.signatures import queued_emails
from tests.mail.mail_server import Script, mail_server
from tests.mail.workers import worker_to
from tests.page_parts import alerts, tree, values


@pytest.fixture
def desk(desk_of):
    cause = make_cause()
    desk = desk_of("owner", cause.id)
    desk.petition = make_petition(cause_id=cause.id)
    return desk


@pytest.fixture
def answer(desk):
    """A published answer. Three people in English and one in French asked to be told."""
    ask_many(desk.petition, 3)
    ask_many(desk.petition, 1, first=3, lang="fr")
    return make_answer(desk.petition)


def page_of(answer, *parts):
    return "/".join([f"/organize/answers/home/{answer.id}/telling", *parts])


def emails_of(kind):
    return [email for email in queued_emails() if email[0] == kind]


def grow_old(desk):
    write(
        lambda: db.session.execute(
            sql_update(OrganizerSession).values(confirmed_at=utcnow() - timedelta(hours=1))
        )
    )


def test_page_says_how_many_asked_in_which_language_and_shows_the_email(desk, answer):
    page = desk.get(page_of(answer))
    assert values(page, "data-people") == ["4"]
    assert values(page, "data-untranslated") == ["fr"]
    assert set(values(page, "data-subject")) == {"en", "es", "fr"}
    for lang in ("en", "es", "fr"):
        framed = desk.get(page_of(answer, "email", lang))
        assert framed.status_code == 200
        assert "<html" in framed.text
    assert desk.get(page_of(answer, "email", "xx")).status_code == 404
    assert emails_of(EMAIL) == []


def test_organizer_sends_themselves_a_test_in_each_language(app, desk, answer):
    for lang in ("en", "fr"):
        assert desk.post(page_of(answer, "test", lang)).status_code == 303
    assert [lang for _kind, _id, lang in emails_of(TEST)] == ["en", "fr"]
    script = Script()
    with mail_server(script) as url, worker_to(url, renderers=renderers_of(app)) as worker:
        worker.deliver_due(now=utcnow())
    assert script.recipients == [desk.organizer.email] * 2
    assert answer_announcement_now(answer) is None


def test_sending_twice_tells_everyone_once_and_shows_the_progress(desk, answer):
    for _press in range(2):
        assert desk.post(page_of(answer)).status_code == 303
    run_jobs(JOB)
    assert len(emails_of(EMAIL)) == 4
    page = desk.get(page_of(answer))
    assert values(page, "data-people") == ["4"]
    assert tree(page).xpath("string(//dd[@data-count='waiting'])") == "4"
    assert values(page, "data-announcement") == ["done"]
    assert [action for action, *_ in trail() if action == "answers.tell"] == ["answers.tell"]
    shown = desk.get(f"/organize/answers/home/{answer.id}")
    assert values(shown, "data-announcement") == ["done"]


def test_sending_and_resuming_ask_for_a_fresh_password(desk, answer):
    desk.post(page_of(answer))
    desk.post(page_of(answer, "pause"))
    grow_old(desk)
    desk.post(page_of(answer, "resume"))
    assert answer_announcement_now(answer).state == "paused"
    other = make_answer(desk.petition)
    desk.post(page_of(other))
    assert answer_announcement_now(other) is None


def test_owner_pauses_resumes_and_stops(desk, answer, monkeypatch):
    monkeypatch.setattr(sending, "MAX_WAITING", 1)
    desk.post(page_of(answer))
    run_jobs(JOB)
    for press, state in (("pause", "paused"), ("resume", "sending"), ("stop", "stopped")):
        assert desk.post(page_of(answer, press)).status_code == 303
        assert answer_announcement_now(answer).state == state
    desk.post(page_of(answer, "resume"))
    assert answer_announcement_now(answer).state == "stopped"
    assert len(emails_of(EMAIL)) == 1


def test_draft_and_withdrawn_answer_tell_nobody(desk, answer):
    draft = make_answer(desk.petition, state="draft")
    assert desk.get(page_of(draft)).status_code == 200
    answered = desk.post(page_of(draft), follow_redirects=True)
    assert alerts(answered)
    assert answer_announcement_now(draft) is None
    desk.post(page_of(answer))
    write(withdraw_answer, answer_id=answer.id, now=utcnow())
    run_jobs(JOB)
    assert desk.get(page_of(answer)).status_code == 200
    assert emails_of(EMAIL) == []


def test_answer_that_nobody_waits_for_offers_nothing_to_send(desk):
    page = desk.get(page_of(make_answer(desk.petition)))
    assert values(page, "data-people") == ["0"]
    assert f'action="{page_of(make_answer(desk.petition))}"' not in page.text


def test_editor_sees_it_but_cannot_send(desk, answer, desk_of):
    editor = desk_of("editor", desk.petition.cause_id)
    assert editor.get(page_of(answer)).status_code == 200
    assert editor.post(page_of(answer)).status_code == 403
    assert answer_announcement_now(answer) is None
