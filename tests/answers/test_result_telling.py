"""Tests of telling people about a result: once to each who asked, and never of the same one twice."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from campaign.accounts.audit import entries
from campaign.answers import jobs
from campaign.answers import telling as operations
from campaign.answers.telling_models import AnswerReceipt, Telling, Topic
from campaign.extensions import db, write
from campaign.jobs.operations import CLAIM_LIFETIME
from campaign.mail import bulk
from campaign.mail.models import BULK, OutboxMessage
from campaign.petitions.models import RESULTS
from campaign.process.clock import utcnow
from campaign.signatures.owner.operations import stop_answers
from campaign.subscriptions.operations import suppress
from tests.answers.told import delivered, parsed, queued, tell_all
from tests.factories.answers import make_answer
from tests.factories.jobs import run_jobs
from tests.factories.petitions import make_petition
from tests.factories.signatures import (
    AMALIA,
    confirm,
    hatch_now,
    row,
    sign,
    sign_and_hatch,
    withdraw,
)
from tests.factories.telling import (
    address,
    ask_many,
    begin,
    begin_about,
    set_result,
    told_now,
)
from tests.mail.mail_server import Script
from tests.power_cuts import PowerCut
from tests.together import together

pytestmark = pytest.mark.both_databases


@pytest.fixture
def petition(app):
    return make_petition()


def test_each_who_asked_is_told_once_despite_a_killed_worker(app, petition, monkeypatch):
    ask_many(petition, 40)
    monkeypatch.setattr(bulk, "BATCH_SIZE", 9)
    won = set_result(petition, "won")
    begun = begin_about(won)
    assert write(jobs.tell_batch, telling_id=begun.id, now=utcnow()).readers == 9

    def die(*_arguments, **_named):
        raise PowerCut

    with monkeypatch.context() as death:
        death.setattr(bulk, "enqueue_many", die)
        with pytest.raises(PowerCut):
            run_jobs(operations.JOB)
    assert (queued(), told_now(won).emailed) == (9, 9)
    assert tell_all(utcnow() + 2 * CLAIM_LIFETIME) == 31
    assert tell_all(utcnow() + 4 * CLAIM_LIFETIME) == 0
    assert set(db.session.scalars(select(OutboxMessage.priority))) == {BULK}
    assert delivered(app) == sorted(address(number) for number in range(40))
    done = told_now(won)
    assert (done.state, done.people, done.emailed) == ("done", 40, 40)
    assert operations.report(done) == {
        "waiting": 0, "sent": 40, "failed": 0, "dropped": 0, "unreached": 0,
    }  # fmt: skip
    [entry] = [entry for entry in entries() if entry.action == "answers.told_result"]
    assert (entry.channel, entry.subject_kind, entry.subject_id) == (
        "worker",
        "petition",
        petition.id,
    )
    assert entry.details == {"letters": 40}


def test_two_who_press_at_once_begin_it_once(app, petition):
    ask_many(petition, 2)
    won = set_result(petition, "won")

    def press():
        try:
            write(operations.begin_telling, topic=won, people=2, now=utcnow())
        except operations.ToldAlready:
            return 0
        return 1

    assert sum(together(app, [press] * 3)) == 1
    assert tell_all() == 2


def test_same_result_is_never_told_again_but_another_one_is(petition):
    ask_many(petition, 2)
    partly = set_result(petition, "partly_won")
    begin_about(partly)
    assert tell_all() == 2
    with pytest.raises(operations.ToldAlready):
        begin_about(partly)
    # A corrected day is the same result.
    set_result(petition, "partly_won", day=date(2026, 5, 4))
    with pytest.raises(operations.ToldAlready):
        begin_about(partly)
    won = set_result(petition, "won")
    begin_about(won)
    assert tell_all() == 2
    set_result(petition, "partly_won")
    with pytest.raises(operations.ToldAlready):
        begin_about(partly)
    assert tell_all() == 0
    assert [row.result for row in operations.result_tellings(petition.id)] == ["won", "partly_won"]


def test_answers_and_results_are_told_apart(app, petition):
    ask_many(petition, 2)
    begin(make_answer(petition, outcome="done"))
    begin(make_answer(petition))
    begin_about(set_result(petition, "won"))
    assert tell_all() == 6
    assert delivered(app) == [address(0)] * 3 + [address(1)] * 3


def test_result_of_another_petition_is_its_own(petition):
    other = make_petition("law", cause_id=petition.cause_id)
    ask_many(other, 2)
    begin_about(set_result(petition, "won"))
    assert tell_all() == 0
    assert begin_about(set_result(other, "won")).people == 2
    assert tell_all() == 2


@pytest.mark.parametrize("then", ["partly_won", ""])
def test_changed_result_stops_the_rest_until_it_is_set_again(app, petition, monkeypatch, then):
    monkeypatch.setattr(bulk, "BATCH_SIZE", 2)
    ask_many(petition, 5)
    won = set_result(petition, "won")
    begun = begin_about(won)
    write(jobs.tell_batch, telling_id=begun.id, now=utcnow())
    set_result(petition, then)
    assert tell_all() == 0
    assert told_now(won).state == "paused"
    # Two emails were queued. Nobody gets a result that is no longer true.
    assert delivered(app) == []
    with pytest.raises(operations.NothingToTell):
        write(operations.resume_telling, telling_id=begun.id)
    set_result(petition, "won")
    write(operations.resume_telling, telling_id=begun.id)
    assert tell_all() == 3
    assert delivered(app) == [address(number) for number in (2, 3, 4)]
    assert operations.report(told_now(won))["dropped"] == 2


@pytest.mark.parametrize(("is_set", "told"), [("", "won"), ("won", "partly_won"), ("", "")])
def test_only_the_result_that_is_set_can_be_told(petition, is_set, told):
    ask_many(petition, 1)
    set_result(petition, is_set)
    with pytest.raises(operations.NothingToTell):
        begin_about(Topic(petition.id, result=told))
    assert tell_all() == 0


def test_people_who_stop_withdraw_or_are_suppressed_get_nothing_even_when_queued(app, petition):
    ids = ask_many(petition, 4)
    begin_about(set_result(petition, "won"))
    assert tell_all() == 4
    write(stop_answers, signature_id=ids[0], now=utcnow())
    withdraw(ids[1])
    digest = bytes(row(ids[2]).email_digest)
    write(suppress, email_digest=digest, reason="request", now=utcnow())
    assert delivered(app) == [address(3)]


def test_report_outlives_who_was_told(app, petition):
    ask_many(petition, 3)
    won = set_result(petition, "won")
    begin_about(won)
    tell_all()
    delivered(app)
    later = utcnow() + bulk.RECEIPT_RETENTION + timedelta(days=1)
    assert write(jobs.forget_receipts, now=later) == 3
    assert told_now(won).counts["sent"] == 3
    assert db.session.scalar(select(func.count()).select_from(AnswerReceipt)) == 0


def test_restored_database_stops_telling_of_that_result_alone(petition):
    ask_many(petition, 1)
    partly = set_result(petition, "partly_won")
    assert write(operations.stop_restored, topic=partly, now=utcnow())
    assert not write(operations.stop_restored, topic=partly, now=utcnow())
    with pytest.raises(operations.ToldAlready):
        begin_about(partly)
    begin_about(set_result(petition, "won"))
    assert tell_all() == 1


def test_database_refuses_what_would_tell_twice_or_of_nothing(petition):
    answer_id = make_answer(petition).id
    petition_id = petition.id

    def add(*topics):
        db.session.add_all(
            Telling(petition_id=petition_id, people=0, starts_at=utcnow(), **topic)
            for topic in topics
        )
        db.session.flush()

    for wrong in (
        [{"result": "won"}] * 2,
        [{"answer_id": answer_id}] * 2,
        [{}],
        [{"answer_id": answer_id, "result": "won"}],
        [{"result": "lost"}],
    ):
        with pytest.raises(IntegrityError):
            write(add, *wrong)
        db.session.rollback()
    write(add, *({"result": result} for result in RESULTS), {"answer_id": answer_id})


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
@pytest.mark.parametrize("result", RESULTS)
def test_email_has_what_an_email_to_many_should_have(app, client, petition, lang, result):
    signature_id = sign(petition, {**AMALIA, "lang": lang}, tell_answer=True)
    confirm(signature_id)
    hatch_now()
    begin_about(set_result(petition, result, day=date(2026, 5, 4)))
    tell_all()
    script = Script()
    assert delivered(app, script) == [AMALIA["email"]]
    message = parsed(script)
    assert message["List-Id"] == f"<answers-{petition.slug}.localhost>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Content-Language"] == lang
    title = petition.current_version.text(lang, "en").title
    assert title in message["Subject"]
    stop = message["List-Unsubscribe"].strip("<>").removeprefix("http://localhost")
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    assert "2026" in text and "2026" in html
    assert text.count(stop) == 1
    assert f"http://localhost/{lang}/petitions/{petition.slug}" in text.split()
    assert "<img" not in html and "<script" not in html
    assert AMALIA["given_name"] not in text
    for link in set(re.findall(r'href="http://localhost([^"]+)"', html)):
        assert client.get(link.replace("&amp;", "&")).status_code == 200, link
    assert row(signature_id).tell_answer is True
    assert client.post(stop, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert row(signature_id).tell_answer is False


def test_email_leads_to_the_answers_if_there_are_any(app, petition):
    ask_many(petition, 1)
    make_answer(petition)
    begin_about(set_result(petition, "won"))
    tell_all()
    script = Script()
    delivered(app, script)
    assert (
        f"/petitions/{petition.slug}#answers" in parsed(script).get_body(("plain",)).get_content()
    )


def test_neutral_email_does_not_say_what_was_signed(app):
    petition = make_petition(neutral_emails=True)
    sign_and_hatch(petition, AMALIA, tell_answer=True)
    begin_about(set_result(petition, "won"))
    tell_all()
    script = Script()
    delivered(app, script)
    message = parsed(script)
    assert petition.current_version.text("en", "en").title not in message["Subject"]
    assert message["From"].addresses[0].display_name == ""
