"""Tests of announcing a result in the workspace: where it starts, sending, stopping."""

from datetime import timedelta

import pytest
from sqlalchemy import update as sql_update

from campaign.accounts.audit import entries
from campaign.accounts.models import OrganizerSession
from campaign.answers.announcement_models import AnnouncementTopic
from campaign.answers.announcements import JOB, RESULT_EMAIL, RESULT_TEST
from campaign.extensions import db, write
from campaign.mail.bulk import sending
from campaign.mail.renderers import renderers_of
from campaign.process.clock import utcnow
from tests.factories.announcements import announcement_now, ask_many, begin_about, set_result
from tests.factories.causes import make_cause
from tests.factories.jobs import run_jobs
from tests.factories.petitions import make_petition
from tests.factories.signatures import queued_emails
from tests.mail.mail_server import Script, mail_server
from tests.mail.workers import worker_to
from tests.page_parts import alerts, links, sends_to, tree, values, version_on

LIST = "/organize/answers/home"
HOME = f"{LIST}/result/telling"


@pytest.fixture
def desk(desk_of):
    """An owner's desk. Three people in English and one in French asked to be told."""
    cause = make_cause()
    desk = desk_of("owner", cause.id)
    desk.petition = make_petition(cause_id=cause.id)
    ask_many(desk.petition, 3)
    ask_many(desk.petition, 1, first=3, lang="fr")
    return desk


@pytest.fixture
def won(desk):
    return set_result(desk.petition, "won")


def page_of(*parts, result="won"):
    return "/".join([HOME, *parts]) + (f"?result={result}" if result else "")


def emails_of(kind):
    return [email for email in queued_emails() if email[0] == kind]


def test_page_after_saving_the_result_links_to_the_emails(desk):
    assert not values(desk.get(LIST), "data-tell-result")
    typed = {
        "version": version_on(desk.get(f"{LIST}/result")),
        "result": "won",
        "result_on": "2026-06-01",
    }
    after = desk.post(f"{LIST}/result", typed, follow_redirects=True)
    assert HOME in links(after)
    page = desk.get(HOME)
    assert values(page, "data-people") == ["4"]
    assert values(page, "data-result") == ["won"]
    assert page_of() in sends_to(page)
    assert emails_of(RESULT_EMAIL) == []


def test_petition_that_never_asked_offers_no_emails(desk_of):
    cause = make_cause()
    petition = make_petition(cause_id=cause.id, offers_answers=False)
    set_result(petition, "won")
    assert HOME not in links(desk_of("owner", cause.id).get(LIST))


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_page_and_email_are_shown_in_each_language(desk, won, desk_of, lang):
    desk = desk_of("editor", desk.petition.cause_id, lang=lang)
    page = desk.get(page_of())
    assert f'<html lang="{lang}"' in page.text
    assert set(values(page, "data-subject")) == {"en", "es", "fr"}
    assert values(page, "data-untranslated") == ["fr"]
    framed = desk.get(page_of("email", lang))
    assert framed.status_code == 200
    assert "<html" in framed.text
    assert desk.get(page_of("email", "xx")).status_code == 404


def test_organizer_sends_themselves_a_test_in_each_language(app, desk, won):
    for lang in ("en", "fr"):
        assert desk.post(page_of("test", lang)).status_code == 303
    assert [lang for _kind, _id, lang in emails_of(RESULT_TEST)] == ["en", "fr"]
    script = Script()
    with mail_server(script) as url, worker_to(url, renderers=renderers_of(app)) as worker:
        worker.deliver_due(now=utcnow())
    assert script.recipients == [desk.organizer.email] * 2
    assert announcement_now(won) is None


def test_test_email_is_dropped_if_the_result_is_gone(app, desk, won):
    desk.post(page_of("test", "en"))
    set_result(desk.petition, "")
    script = Script()
    with mail_server(script) as url, worker_to(url, renderers=renderers_of(app)) as worker:
        worker.deliver_due(now=utcnow())
    assert script.recipients == []


def test_sending_twice_tells_everyone_once_and_shows_the_progress(desk, won):
    for _press in range(2):
        assert desk.post(page_of()).status_code == 303
    run_jobs(JOB)
    assert len(emails_of(RESULT_EMAIL)) == 4
    page = desk.get(HOME)
    assert values(page, "data-people") == ["4"]
    assert tree(page).xpath("string(//dd[@data-count='waiting'])") == "4"
    assert values(page, "data-announcement") == ["done"]
    [entry] = [entry for entry in entries() if entry.action == "answers.tell_result"]
    assert (entry.subject_kind, entry.subject_id) == ("petition", desk.petition.id)
    assert entry.details["result"] == "won"
    assert values(desk.get(LIST), "data-announcement") == ["done"]
    assert desk.get("/organize/audit/").status_code == 200
    assert desk.get("/organize/").status_code == 200


def test_sending_and_resuming_ask_for_a_fresh_password(desk, won):
    desk.post(page_of())
    desk.post(page_of("pause"))
    write(
        lambda: db.session.execute(
            sql_update(OrganizerSession).values(confirmed_at=utcnow() - timedelta(hours=1))
        )
    )
    desk.post(page_of("resume"))
    assert announcement_now(won).state == "paused"
    partly = set_result(desk.petition, "partly_won")
    desk.post(page_of(result="partly_won"))
    assert announcement_now(partly) is None


def test_owner_pauses_resumes_and_stops(desk, won, monkeypatch):
    monkeypatch.setattr(sending, "MAX_WAITING", 1)
    desk.post(page_of())
    run_jobs(JOB)
    for press, state in (("pause", "paused"), ("resume", "sending"), ("stop", "stopped")):
        assert desk.post(page_of(press)).status_code == 303
        assert announcement_now(won).state == state
    desk.post(page_of("resume"))
    assert announcement_now(won).state == "stopped"
    assert len(emails_of(RESULT_EMAIL)) == 1


def test_press_on_an_old_page_does_not_tell_of_a_newer_result(desk, won):
    set_result(desk.petition, "no_answer")
    for old in (page_of(), page_of("test", "en")):
        answered = desk.post(old, follow_redirects=True)
        assert alerts(answered)
        assert values(answered, "data-result") == ["no_answer"]
    run_jobs(JOB)
    assert emails_of(RESULT_EMAIL) == emails_of(RESULT_TEST) == []


def test_changed_result_is_told_separately_and_the_earlier_one_stays_in_reach(desk, won):
    begin_about(won)
    set_result(desk.petition, "partly_won")
    run_jobs(JOB)
    page = desk.get(HOME)
    assert values(page, "data-people") == ["4"]
    assert values(page, "data-other-result") == ["won"]
    assert page_of() in links(page)
    earlier = desk.get(page_of())
    assert values(earlier, "data-announcement") == ["paused"]
    assert page_of("resume") not in sends_to(earlier)
    assert values(earlier, "data-subject") == []
    assert desk.get(page_of("email", "en")).status_code == 404
    desk.post(page_of("resume"))
    assert announcement_now(won).state == "paused"
    desk.post(page_of("stop"))
    assert announcement_now(won).state == "stopped"
    desk.post(page_of(result="partly_won"))
    run_jobs(JOB)
    assert len(emails_of(RESULT_EMAIL)) == 4


def test_removed_result_shows_how_far_it_was_and_sends_nothing(desk, won):
    begin_about(won)
    set_result(desk.petition, "")
    run_jobs(JOB)
    assert HOME in links(desk.get(LIST))
    page = desk.get(HOME)
    assert values(page, "data-announcement") == ["paused"]
    assert page_of("stop") in sends_to(page)
    assert emails_of(RESULT_EMAIL) == []


def test_petition_without_a_result_offers_nothing_to_send(desk):
    page = desk.get(HOME)
    assert page.status_code == 200
    assert values(page, "data-subject") == []
    assert HOME not in sends_to(page)
    assert f"{LIST}/result" in links(page)
    assert alerts(desk.post(HOME, follow_redirects=True))
    assert announcement_now(AnnouncementTopic(desk.petition.id)) is None


@pytest.mark.parametrize("result", ["lost", "published"])
def test_unknown_result_is_not_found(desk, result):
    assert desk.get(page_of(result=result)).status_code == 404
    assert desk.post(page_of(result=result)).status_code == 404


def test_editor_sees_it_but_cannot_send(desk, won, desk_of):
    editor = desk_of("editor", desk.petition.cause_id)
    page = editor.get(HOME)
    assert page.status_code == 200
    assert page_of() not in sends_to(page)
    for press in ((), ("pause",), ("resume",), ("stop",)):
        assert editor.post(page_of(*press)).status_code == 403
    assert announcement_now(won) is None


@pytest.mark.parametrize("role", ["exporter", "reviewer", "tabler"])
def test_others_do_not_see_who_would_be_told(desk, won, desk_of, role):
    assert desk_of(role, desk.petition.cause_id).get(HOME).status_code in (403, 404)
