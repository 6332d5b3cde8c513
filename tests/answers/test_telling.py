"""Tests of telling people about an answer: once to each who asked, despite crashes."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select

from campaign.accounts.audit import entries
from campaign.answers import jobs
from campaign.answers import telling as operations
from campaign.answers.operations import change_answer, publish_answer, withdraw_answer
from campaign.answers.recipients import people_by_language
from campaign.answers.telling_models import AnswerReceipt
from campaign.extensions import db, write
from campaign.jobs.operations import CLAIM_LIFETIME
from campaign.mail import bulk
from campaign.mail.models import BULK, OutboxMessage
from campaign.process.clock import utcnow
from campaign.signatures.erasure import erase_one
from campaign.signatures.owner.operations import stop_answers
from campaign.subscriptions.operations import note_bounce, suppress
from tests.answers.told import delivered, parsed, queued, tell_all
from tests.factories.answers import content_of, make_answer
from tests.factories.jobs import run_jobs
from tests.factories.petitions import make_petition
from tests.factories.signatures import (
    AMALIA,
    ODILE,
    confirm,
    hatch_now,
    row,
    sign,
    sign_and_hatch,
    withdraw,
)
from tests.factories.telling import address, ask_many, begin, telling_now
from tests.mail.mail_server import Script
from tests.power_cuts import PowerCut
from tests.together import together

pytestmark = pytest.mark.both_databases


@pytest.fixture
def petition(app):
    return make_petition()


def test_each_who_asked_is_told_once_despite_a_killed_worker(app, petition, monkeypatch):
    ask_many(petition, 60)
    monkeypatch.setattr(bulk, "BATCH_SIZE", 9)
    answer = make_answer(petition)
    begun = begin(answer)
    assert write(jobs.tell_batch, telling_id=begun.id, now=utcnow()).readers == 9

    def die(*_arguments, **_named):
        raise PowerCut

    with monkeypatch.context() as death:
        # The receipts are written by then. Nothing of this batch may stay.
        death.setattr(bulk, "enqueue_many", die)
        with pytest.raises(PowerCut):
            run_jobs(operations.JOB)
    assert (queued(), telling_now(answer).emailed) == (9, 9)
    assert tell_all() == 0, "the killed worker still has the job"
    assert tell_all(utcnow() + 2 * CLAIM_LIFETIME) == 51
    assert tell_all(utcnow() + 4 * CLAIM_LIFETIME) == 0
    assert delivered(app) == sorted(address(number) for number in range(60))
    done = telling_now(answer)
    assert (done.state, done.people, done.emailed) == ("done", 60, 60)
    assert operations.report(done) == {
        "waiting": 0, "sent": 60, "failed": 0, "dropped": 0, "unreached": 0,
    }  # fmt: skip
    [entry] = [entry for entry in entries() if entry.action == "answers.told"]
    assert (entry.channel, entry.details) == ("worker", {"letters": 60})


def test_emails_about_answers_wait_behind_those_that_someone_waits_for(petition):
    ask_many(petition, 3)
    begin(make_answer(petition))
    tell_all()
    assert set(db.session.scalars(select(OutboxMessage.priority))) == {BULK}


def test_only_people_of_the_petition_who_asked_and_count_are_told(app, petition):
    other = make_petition("law", cause_id=petition.cause_id)
    sign_and_hatch(petition, AMALIA, tell_answer=True)
    sign_and_hatch(petition, ODILE)
    sign_and_hatch(other, {**ODILE, "email": "other@kwan.example"}, tell_answer=True)
    sign(petition, {**ODILE, "email": "pending@kwan.example"}, tell_answer=True)
    sign(
        petition, {**ODILE, "email": "held@kwan.example"}, tell_answer=True, held_reason="no_proof"
    )
    left = sign_and_hatch(petition, {**ODILE, "email": "left@kwan.example"}, tell_answer=True)
    withdraw(left)
    erased = sign_and_hatch(petition, {**ODILE, "email": "erased@kwan.example"}, tell_answer=True)
    write(erase_one, signature_id=erased)
    waits = sign(petition, {**ODILE, "email": "confirmed@kwan.example"}, tell_answer=True)
    confirm(waits)
    assert row(waits).state == "confirmed"
    assert people_by_language(petition.id, now=utcnow()) == {"en": 2}
    begin(make_answer(petition))
    tell_all()
    assert delivered(app) == [AMALIA["email"], "confirmed@kwan.example"]


def test_people_who_stop_withdraw_or_cannot_be_reached_get_nothing_even_when_queued(app, petition):
    ids = ask_many(petition, 5)
    begin(make_answer(petition))
    tell_all()
    write(stop_answers, signature_id=ids[0], now=utcnow())
    withdraw(ids[1])
    for number, kind in ((2, "complaint"), (3, "hard")):
        digest = bytes(row(ids[number]).email_digest)
        if kind == "hard":
            write(note_bounce, email_digest=digest, kind=kind, reason="5.1.1", now=utcnow())
        else:
            write(suppress, email_digest=digest, reason=kind, now=utcnow())
    assert delivered(app) == [address(4)]


def test_suppressed_address_is_not_even_queued(petition):
    ids = ask_many(petition, 2)
    write(suppress, email_digest=row(ids[0]).email_digest, reason="request", now=utcnow())
    begun = begin(make_answer(petition))
    assert (begun.people, tell_all()) == (1, 1)


def test_someone_who_asks_later_is_not_told_of_this_answer(petition):
    ask_many(petition, 1)
    begin(make_answer(petition), now=utcnow() - timedelta(hours=1))
    ask_many(petition, 1, first=1, now=utcnow())
    assert tell_all() == 1


def test_withdrawn_answer_stops_the_rest_until_it_is_published_again(app, petition, monkeypatch):
    monkeypatch.setattr(bulk, "BATCH_SIZE", 2)
    ask_many(petition, 5)
    answer = make_answer(petition)
    begun = begin(answer)
    write(jobs.tell_batch, telling_id=begun.id, now=utcnow())
    write(withdraw_answer, answer_id=answer.id, now=utcnow())
    assert tell_all() == 0
    assert telling_now(answer).state == "paused"
    assert delivered(app) == []
    with pytest.raises(operations.NothingToTell):
        write(operations.resume_telling, telling_id=begun.id)
    write(publish_answer, answer_id=answer.id, now=utcnow())
    write(operations.resume_telling, telling_id=begun.id)
    assert tell_all() == 3
    # The two whose emails were dropped do not get another one.
    assert delivered(app) == [address(number) for number in (2, 3, 4)]
    assert operations.report(telling_now(answer))["dropped"] == 2


def test_correction_of_the_text_sends_nothing_again(petition):
    ask_many(petition, 2)
    answer = make_answer(petition)
    begin(answer)
    assert tell_all() == 2
    content = content_of(petition, texts={"en": "We will publish it in May."})
    write(change_answer, answer_id=answer.id, version=answer.version, content=content)
    with pytest.raises(operations.ToldAlready):
        begin(answer)
    assert tell_all() == 0


def test_another_answer_tells_the_same_people_again(app, petition):
    ask_many(petition, 2)
    for _ in range(2):
        begin(make_answer(petition))
        assert tell_all() == 2


def test_draft_tells_nobody(petition):
    with pytest.raises(operations.NothingToTell):
        begin(make_answer(petition, state="draft"))


def test_report_outlives_the_outbox_and_who_was_told_is_forgotten(app, petition):
    ask_many(petition, 3)
    answer = make_answer(petition)
    begin(answer)
    tell_all()
    delivered(app)
    later = utcnow() + bulk.RECEIPT_RETENTION + timedelta(days=1)
    assert sum(together(app, [lambda: write(jobs.forget_receipts, now=later)] * 3)) == 3
    write(lambda: db.session.execute(delete(OutboxMessage)))
    assert operations.report(telling_now(answer))["sent"] == 3
    assert db.session.scalar(select(func.count()).select_from(AnswerReceipt)) == 0
    assert write(jobs.forget_receipts, now=later) == 0


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_email_has_what_an_email_to_many_should_have(app, client, petition, lang):
    signature_id = sign(petition, {**AMALIA, "lang": lang}, tell_answer=True)
    confirm(signature_id)
    hatch_now()
    texts = {"en": "We will *publish* it.\n\n[The list](https://senate.example/)", "es": "*Sí*."}
    answer = make_answer(petition, texts=texts, outcome="promised")
    begin(answer)
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
    assert ("Sí." if lang == "es" else "The list (https://senate.example/)") in text
    assert text.count(stop) == 1
    assert f"#answer-{answer.id}" in text
    assert "<img" not in html and "<script" not in html
    assert AMALIA["given_name"] not in text
    for link in set(re.findall(r'href="http://localhost([^"]+)"', html)):
        assert client.get(link.replace("&amp;", "&")).status_code == 200, link
    assert row(signature_id).tell_answer is True
    assert client.post(stop, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert row(signature_id).tell_answer is False


def test_neutral_email_does_not_say_what_was_signed(app):
    petition = make_petition(neutral_emails=True)
    sign_and_hatch(petition, AMALIA, tell_answer=True)
    begin(make_answer(petition))
    tell_all()
    script = Script()
    delivered(app, script)
    message = parsed(script)
    assert petition.current_version.text("en", "en").title not in message["Subject"]
    assert message["From"].addresses[0].display_name == ""
