"""Tests of what emails about answers and about results have in common."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update

from campaign.accounts.audit import entries
from campaign.answers import announcements as operations
from campaign.answers.announcement_models import AnswerAnnouncement, AnswerReceipt
from campaign.answers.announcements import announcement_sender
from campaign.answers.operations import withdraw_answer
from campaign.extensions import db, write
from campaign.jobs.operations import CLAIM_LIFETIME
from campaign.mail.bulk import sending
from campaign.mail.bulk.sending import BulkEmailOver
from campaign.mail.models import BULK, OutboxMessage
from campaign.mail.queries import waiting_since
from campaign.process.clock import utcnow
from campaign.signatures.moderation.decisions import approve
from campaign.signatures.owner.operations import stop_answers
from campaign.subscriptions.operations import note_bounce, suppress
from campaign.switches.operations import switch_off
from tests.answers.announcing import announce_all, delivered, parsed, queued
from tests.factories.announcements import (
    address,
    announcement_now,
    ask_many,
    begin,
    begin_about,
    set_result,
    topic_of,
)
from tests.factories.answers import make_answer
from tests.factories.petitions import make_petition
from tests.factories.signatures import AMALIA, TEO, change, row, sign_and_hatch, withdraw
from tests.inbox import seen_without_opening
from tests.mail.mail_server import Script
from tests.power_cuts import cut_within_a_batch
from tests.together import together

pytestmark = pytest.mark.both_databases


@pytest.fixture
def petition(app):
    return make_petition()


@pytest.fixture(params=["answer", "result"])
def publish(request):
    """Return a function that publishes an answer or result and returns its AnnouncementTopic."""
    if request.param == "answer":
        return lambda petition: topic_of(make_answer(petition))
    return lambda petition: set_result(petition, "won")


def test_two_people_with_one_address_get_one_email(app, publish):
    petition = make_petition(two_per_address=True)
    for person in (AMALIA, TEO):
        sign_and_hatch(petition, person, tell_answer=True)
    begun = begin_about(publish(petition))
    assert begun.people == 1
    announce_all()
    assert delivered(app) == [AMALIA["email"]]


def test_pause_resume_and_stop_are_obeyed(app, petition, monkeypatch, publish):
    monkeypatch.setattr(sending, "BATCH_SIZE", 2)
    ask_many(petition, 6)
    topic = publish(petition)
    begun = begin_about(topic)
    write(announcement_sender.send_batch, row_id=begun.id, now=utcnow())
    write(announcement_sender.pause, row_id=begun.id)
    assert announce_all() == 0
    assert announcement_sender.report(announcement_now(topic))["waiting"] == 6
    write(announcement_sender.resume, row_id=begun.id)
    write(announcement_sender.send_batch, row_id=begun.id, now=utcnow())
    write(announcement_sender.stop, row_id=begun.id, now=utcnow())
    assert announce_all() == 0
    assert delivered(app) == []
    report = announcement_sender.report(announcement_now(topic))
    assert report == {"waiting": 0, "sent": 0, "failed": 0, "dropped": 4, "unreached": 2}
    with pytest.raises(BulkEmailOver):
        write(announcement_sender.resume, row_id=begun.id)


def test_paused_emails_wait_and_hold_up_nothing(app, petition, monkeypatch, publish):
    monkeypatch.setattr(sending, "BATCH_SIZE", 3)
    monkeypatch.setattr(sending, "MAX_WAITING", 3)
    ask_many(petition, 3)
    topic = publish(petition)
    begun = begin_about(topic)
    write(announcement_sender.send_batch, row_id=begun.id, now=utcnow())
    write(announcement_sender.pause, row_id=begun.id)
    assert delivered(app) == []
    waiting = db.session.execute(
        select(OutboxMessage.state, OutboxMessage.attempts, OutboxMessage.locked_until)
    ).all()
    assert waiting == [("owed", 0, None)] * 3
    assert announcement_sender.report(announcement_now(topic))["waiting"] == 3
    # They are not late. They leave the places in the outbox to others.
    assert waiting_since(utcnow() + timedelta(minutes=1)) is None
    assert begin_about(topic_of(make_answer(petition))).people == 3
    assert announce_all() == 3
    assert len(delivered(app)) == 3


@pytest.mark.parametrize(("end", "told"), [("resume", 3), ("stop", 0)])
def test_wait_in_the_outbox_ends_at_once(app, petition, monkeypatch, publish, end, told):
    monkeypatch.setattr(sending, "BATCH_SIZE", 3)
    ask_many(petition, 4)
    topic = publish(petition)
    begun = begin_about(topic)
    write(announcement_sender.send_batch, row_id=begun.id, now=utcnow())
    write(announcement_sender.pause, row_id=begun.id)
    assert delivered(app) == []
    when = {"now": utcnow()} if end == "stop" else {}
    write(getattr(announcement_sender, end), row_id=begun.id, **when)
    assert len(delivered(app)) == told
    report = announcement_sender.report(announcement_now(topic))
    assert (report["sent"], report["dropped"]) == (told, 3 - told)


def test_email_that_waits_is_dropped_when_its_receipt_is_forgotten(app, petition):
    ask_many(petition, 1)
    answer = make_answer(petition)
    begin(answer)
    announce_all()
    write(withdraw_answer, answer_id=answer.id, now=utcnow())
    assert delivered(app) == []
    later = utcnow() + sending.RECEIPT_RETENTION + timedelta(days=1)
    assert write(announcement_sender.forget_receipts, now=later) == 1
    report = announcement_sender.report(announcement_now(topic_of(answer)))
    assert (report["sent"], report["dropped"], report["waiting"]) == (0, 1, 0)
    assert delivered(app, now=later) == []
    assert db.session.scalars(select(OutboxMessage.state)).all() == ["dropped"]


def test_two_workers_at_once_tell_nobody_twice(app, petition, monkeypatch, publish):
    monkeypatch.setattr(sending, "BATCH_SIZE", 7)
    ask_many(petition, 40)
    topic = publish(petition)
    begun = begin_about(topic)

    def work():
        handled = 0
        while batch := write(announcement_sender.send_batch, row_id=begun.id, now=utcnow()).readers:
            handled += batch
        return handled

    assert sum(together(app, [work] * 3)) == 40
    assert (queued(), announcement_now(topic).emailed) == (40, 40)


def test_it_waits_while_earlier_emails_wait_and_while_mailings_are_off(
    petition, monkeypatch, publish
):
    monkeypatch.setattr(sending, "MAX_WAITING", 3)
    ask_many(petition, 5)
    begun = begin_about(publish(petition))
    assert announce_all() == 3
    batch = write(announcement_sender.send_batch, row_id=begun.id, now=utcnow())
    assert (batch.readers, batch.next_at is not None) == (0, True)
    monkeypatch.setattr(sending, "MAX_WAITING", 30)
    write(switch_off, name="mailings", now=utcnow())
    assert write(announcement_sender.send_batch, row_id=begun.id, now=utcnow()).readers == 0


def test_each_who_asked_is_told_once_despite_a_killed_worker(app, petition, monkeypatch, publish):
    ask_many(petition, 60)
    monkeypatch.setattr(sending, "BATCH_SIZE", 9)
    topic = publish(petition)
    begun = begin_about(topic)
    assert write(announcement_sender.send_batch, row_id=begun.id, now=utcnow()).readers == 9
    cut_within_a_batch(monkeypatch, operations.JOB)
    assert (queued(), announcement_now(topic).emailed) == (9, 9)
    assert announce_all() == 0, "the killed worker still has the job"
    assert announce_all(utcnow() + 2 * CLAIM_LIFETIME) == 51
    assert announce_all(utcnow() + 4 * CLAIM_LIFETIME) == 0
    # They wait behind emails that someone waits for.
    assert set(db.session.scalars(select(OutboxMessage.priority))) == {BULK}
    assert delivered(app) == sorted(address(number) for number in range(60))
    done = announcement_now(topic)
    assert (done.state, done.people, done.emailed) == ("done", 60, 60)
    assert announcement_sender.report(done) == {
        "waiting": 0, "sent": 60, "failed": 0, "dropped": 0, "unreached": 0,
    }  # fmt: skip
    action = "answers.told" if topic.answer_id else "answers.told_result"
    [entry] = [entry for entry in entries() if entry.action == action]
    assert (entry.subject_kind, entry.subject_id) == operations.audit_subject(topic)
    assert (entry.channel, entry.details) == ("worker", {"letters": 60})


def test_people_who_stop_withdraw_or_cannot_be_reached_get_nothing_even_when_queued(
    app, petition, publish
):
    ids = ask_many(petition, 5)
    begin_about(publish(petition))
    announce_all()
    write(stop_answers, signature_id=ids[0], now=utcnow())
    withdraw(ids[1])
    complaint, bounce = (bytes(row(ids[number]).email_digest) for number in (2, 3))
    write(suppress, email_digest=complaint, reason="complaint", now=utcnow())
    write(note_bounce, email_digest=bounce, kind="hard", reason="5.1.1", now=utcnow())
    assert delivered(app) == [address(4)]


def test_report_outlives_the_outbox_and_who_was_told_is_forgotten(app, petition, publish):
    ask_many(petition, 3)
    topic = publish(petition)
    begin_about(topic)
    announce_all()
    delivered(app)
    later = utcnow() + sending.RECEIPT_RETENTION + timedelta(days=1)
    assert (
        sum(together(app, [lambda: write(announcement_sender.forget_receipts, now=later)] * 3)) == 3
    )
    write(lambda: db.session.execute(delete(OutboxMessage)))
    assert announcement_sender.report(announcement_now(topic))["sent"] == 3
    assert db.session.scalar(select(func.count()).select_from(AnswerReceipt)) == 0
    assert write(announcement_sender.forget_receipts, now=later) == 0


def hold_signature(petition, *, first):
    """Return the id of a confirmed signature that is held for review and asks for answers."""
    [signature_id] = ask_many(petition, 1, first=first)
    change(signature_id, state="held", held_reason="no_proof")
    return signature_id


def approve_signature(signature_id):
    write(approve, ids=[signature_id], cause_ids=None, now=utcnow())


@pytest.mark.parametrize("when", ["sending", "done"])
@pytest.mark.parametrize("place", ["first", "last"])
def test_signature_approved_after_its_turn_is_told_once(
    app, petition, monkeypatch, publish, when, place
):
    monkeypatch.setattr(sending, "BATCH_SIZE", 2)
    held = hold_signature(petition, first=0) if place == "first" else None
    ask_many(petition, 4, first=1)
    held = held or hold_signature(petition, first=0)
    topic = publish(petition)
    begun = begin_about(topic)
    write(announcement_sender.send_batch, row_id=begun.id, now=utcnow())
    if when == "done":
        announce_all()
    assert write(announcement_sender.tell_approved, now=utcnow()) == 0
    approve_signature(held)
    write(announcement_sender.tell_approved, now=utcnow())
    assert write(announcement_sender.tell_approved, now=utcnow()) == 0
    announce_all()
    assert delivered(app) == [address(number) for number in range(5)]
    done = announcement_now(topic)
    assert (done.state, done.emailed) == ("done", 5)
    assert announcement_sender.report(done)["sent"] == 5


@pytest.mark.parametrize(
    "why", ["stopped", "confirmed later", "long ago", "not public", "asks no more"]
)
def test_approval_tells_nobody_who_should_not_be_told(petition, why):
    held = hold_signature(petition, first=0)
    ask_many(petition, 2, first=1)
    answer = make_answer(petition)
    begin(answer)
    announce_all()
    now = utcnow()
    if why == "stopped":
        write(lambda: db.session.execute(update(AnswerAnnouncement).values(state="stopped")))
    elif why == "confirmed later":
        change(held, confirmed_at=now + timedelta(hours=1))
    elif why == "long ago":
        now += operations.APPROVED_FOR + timedelta(days=1)
    elif why == "not public":
        write(withdraw_answer, answer_id=answer.id, now=now)
    else:
        change(held, tell_answer=False)
    approve_signature(held)
    assert write(announcement_sender.tell_approved, now=now) == 0


@pytest.mark.once_on_postgresql
@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_neutral_email_does_not_say_what_was_signed(app, publish, lang):
    petition = make_petition("quiet-lake", neutral_emails=True)
    sign_and_hatch(petition, {**AMALIA, "lang": lang}, tell_answer=True)
    begin_about(publish(petition))
    announce_all()
    script = Script()
    delivered(app, script)
    message = parsed(script)
    assert message["From"].addresses[0].display_name == ""
    seen = seen_without_opening(message)
    title = petition.current_version.text(lang, "en").title
    for word in (title, petition.slug, "answer", "sign", "petition", "peti", "publish", "worked"):
        assert word.lower() not in seen
    assert title in " ".join(message.get_body(("plain",)).get_content().split())
    assert message["List-Id"] == f"<list-{petition.id}.localhost>"
