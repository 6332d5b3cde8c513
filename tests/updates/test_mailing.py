"""Tests of mailing an update: once to each subscriber despite crashes, never to people who left."""

import email
import re
from datetime import timedelta
from email.policy import default

import pytest
from sqlalchemy import delete, func, select

from campaign.accounts.audit import entries
from campaign.extensions import db, write
from campaign.jobs.operations import CLAIM_LIFETIME
from campaign.mail.bulk import sending
from campaign.mail.bulk.rendering import WAIT_SECONDS
from campaign.mail.bulk.sending import AlreadyBegun, BulkEmailOver
from campaign.mail.models import OutboxMessage
from campaign.mail.renderers import renderers_of
from campaign.process.clock import utcnow
from campaign.subscriptions.operations import change, end, note_bounce, suppress
from campaign.updates import jobs
from campaign.updates import mailing as mailings
from campaign.updates.life_cycle import update_life_cycle
from campaign.updates.mailing import mailing_sender
from campaign.updates.mailing_models import MailingReceipt
from tests.factories.causes import make_cause
from tests.factories.jobs import run_jobs
from tests.factories.petitions import make_petition
from tests.factories.signatures import sign_and_hatch, withdraw
from tests.factories.subscriptions import (
    digest,
    email_states,
    link,
    subscribe,
    subscribe_many,
    subscription,
)
from tests.factories.updates import make_update
from tests.mail.mail_server import Script, mail_server
from tests.mail.workers import worker_to
from tests.power_cuts import cut_within_a_batch
from tests.together import together

pytestmark = pytest.mark.both_databases

EARLIER = timedelta(days=2)
EMAIL = mailings.EMAIL


@pytest.fixture
def cause(app):
    return make_cause()


def plan(update, **wishes):
    return write(mailings.plan_mailing, update_id=update.id, now=utcnow(), **wishes)


def send_all(now=None):
    """Let the worker enqueue everything due. Return how many emails that made."""
    before = _receipts()
    run_jobs(mailings.JOB, now=now)
    return _receipts() - before


def send_batch(mailing, now=None):
    """Enqueue one batch of a mailing. Return how many subscriptions it handled."""
    return write(mailing_sender.send_batch, row_id=mailing.id, now=now or utcnow()).readers


def _receipts():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(MailingReceipt))


def queued_now():
    db.session.rollback()
    return db.session.scalar(
        select(func.count()).where(OutboxMessage.kind == EMAIL, OutboxMessage.state == "owed")
    )


def delivered(app, script, *, now=None):
    """Let the outbox worker deliver everything due to a server with `script`."""
    with mail_server(script) as url, worker_to(url, renderers=renderers_of(app)) as outbox_worker:
        while outbox_worker.deliver_due(now=now or utcnow()):
            pass
    return script.received


def parsed(content):
    return email.message_from_bytes(content, policy=default)


def is_update(content):
    """Return whether a delivered email has an update: its unsubscribe link names the mailing."""
    return "mailing=" in str(parsed(content)["List-Unsubscribe"])


def test_stopped_mailing_counts_unreached_readers_also_after_the_sweep(app, cause):
    subscribe_many(5, cause_id=cause.id, now=utcnow() - EARLIER)
    update = make_update(cause_id=cause.id)
    planned = plan(update, per_minute=2)
    send_batch(planned)
    assert _unreached(update) == 0, "their turn may still come"
    write(mailing_sender.stop, row_id=planned.id, now=utcnow())
    assert _unreached(update) == 3
    write(mailing_sender.forget_receipts, now=utcnow() + sending.RECEIPT_RETENTION)
    subscribe("late", cause_id=cause.id, now=utcnow() - EARLIER)
    assert _unreached(update) == 3


def test_mailing_stopped_before_it_began_keeps_its_report(cause):
    subscribe_many(2, cause_id=cause.id, now=utcnow() - EARLIER)
    update = make_update(cause_id=cause.id)
    write(mailing_sender.stop, row_id=plan(update).id, now=utcnow())
    write(mailing_sender.forget_receipts, now=utcnow() + sending.RECEIPT_RETENTION)
    subscribe("late", cause_id=cause.id, now=utcnow() - EARLIER)
    assert _unreached(update) == 2


def test_receipts_are_deleted_in_pieces_and_the_report_stays(app, cause, monkeypatch):
    monkeypatch.setattr(sending, "FORGOTTEN_AT_ONCE", 2)
    subscribe_many(3, cause_id=cause.id, now=utcnow() - EARLIER)
    planned = plan(make_update(cause_id=cause.id))
    send_all()
    delivered(app, Script())
    over = utcnow() + sending.RECEIPT_RETENTION
    assert [write(mailing_sender.forget_receipts, now=over) for _round in range(3)] == [2, 1, 0]
    assert mailing_sender.report(mailings.mailing_of(planned.update_id))["sent"] == 3


def _unreached(update):
    return mailing_sender.report(mailings.mailing_of(update.id))["unreached"]


def test_each_of_sixty_gets_it_once_despite_worker_crashes(app, cause, monkeypatch):
    subscribe_many(60, cause_id=cause.id, now=utcnow() - EARLIER)
    monkeypatch.setattr(sending, "BATCH_SIZE", 9)
    planned = plan(make_update(cause_id=cause.id))
    send_batch(planned)
    cut_within_a_batch(monkeypatch, mailings.JOB)
    assert queued_now() == 9
    assert send_all() == 0, "the killed worker still has the job"
    assert send_all(utcnow() + 2 * CLAIM_LIFETIME) == 51
    assert send_all(utcnow() + 4 * CLAIM_LIFETIME) == 0
    script = Script()
    received = delivered(app, script)
    assert sorted(script.recipients) == sorted(f"reader{n}@rosales.example" for n in range(60))
    counts = mailing_sender.report(mailings.mailing_of(planned.update_id))
    assert counts == {
        "waiting": 0,
        "sent": 60,
        "failed": 0,
        "dropped": 0,
        "unreached": 0,
        "ended": 0,
    }
    assert mailings.mailing_of(planned.update_id).state == "done"
    [done] = [entry for entry in entries() if entry.action == "mail.done"]
    assert (done.channel, done.details) == ("worker", {"letters": 60})
    assert len({parsed(content)["List-Unsubscribe"] for _, content in received}) == 60


def test_each_email_has_what_a_list_email_should_have(app, client, cause):
    text_es = {
        "title": "Ha llegado una respuesta",
        "summary": "Es breve.",
        "body": "El Senado *escribió*.\n\n[Léela](https://senado.example/)",
    }
    planned = plan(
        make_update(
            cause_id=cause.id,
            texts={"en": {"title": "An answer", "body": "They *wrote*."}, "es": text_es},
        )
    )
    reader = subscribe("amalia", cause_id=cause.id, lang="es", now=utcnow() - EARLIER)
    # She confirmed before the mailing starts, so she is one of its readers.
    send_batch(planned)
    [(recipient, content)] = [pair for pair in delivered(app, Script()) if is_update(pair[1])]
    message = parsed(content)
    assert recipient == "amalia@rosales.example"
    assert message["List-Id"] == "<valley.localhost>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Content-Language"] == "es"
    assert message["Subject"] == "Ha llegado una respuesta"
    one_click = message["List-Unsubscribe"].strip("<>").removeprefix("http://localhost")
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    assert (
        "El Senado escribió." in text
        and "Léela (https://senado.example/)" in text
        and text.count(one_click) == 1
    )
    assert "<img" not in html and "background=" not in html and "<script" not in html
    # Every link except those in the news itself is one of ours, and works.
    for address in set(re.findall(r'href="http://localhost([^"]+)"', html)):
        assert client.get(address.replace("&amp;", "&")).status_code == 200, address
    assert client.post(one_click, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert subscription(reader).state == "ended"


def test_unsubscribed_or_suppressed_reader_gets_nothing_even_when_queued(app, cause):
    earlier = utcnow() - EARLIER
    readers = {
        name: subscribe(name, cause_id=cause.id, now=earlier)
        for name in ("left", "never", "gone", "stays")
    }
    petition = make_petition(cause_id=cause.id)
    signer = sign_and_hatch(petition, subscribe=True, now=earlier)
    update = make_update(cause_id=cause.id)
    plan(update, starts_at=utcnow() + timedelta(minutes=1))
    send_all(utcnow() + timedelta(minutes=2))
    assert queued_now() == 5
    write(
        end,
        subscription_id=readers["left"],
        email_digest=digest("left"),
        email="left@rosales.example",
        now=utcnow(),
    )
    write(suppress, email_digest=digest("never"), reason="complaint", now=utcnow())
    write(note_bounce, email_digest=digest("gone"), kind="hard", reason="5.1.1", now=utcnow())
    withdraw(signer)
    script = Script()
    recipients = [to for to, content in delivered(app, script) if is_update(content)]
    assert recipients == ["stays@rosales.example"]
    assert mailing_sender.report(mailings.mailing_of(update.id))["dropped"] == 4


def test_pending_ended_weekly_and_other_causes_subscribers_are_not_readers(app, cause):
    earlier = utcnow() - EARLIER
    other = make_cause("hill")
    subscribe("here", cause_id=cause.id, now=earlier)
    subscribe("here", now=earlier)
    subscribe("everywhere", now=earlier)
    subscribe("elsewhere", cause_id=other.id, now=earlier)
    subscribe("weekly", cause_id=cause.id, now=earlier, frequency="weekly")
    subscribe("french", cause_id=cause.id, now=earlier, lang="fr")
    plan(make_update(cause_id=cause.id), langs=["en"])
    send_all()
    db.session.rollback()
    got = set(map(bytes, db.session.scalars(select(MailingReceipt.email_digest))))
    assert got == {digest("here"), digest("everywhere")}


def test_supporters_or_subscribers_can_be_chosen(app, cause):
    subscribe("reader", cause_id=cause.id, now=utcnow() - EARLIER)
    sign_and_hatch(make_petition(cause_id=cause.id), subscribe=True)
    plan(
        make_update(cause_id=cause.id), kinds=["signers"], starts_at=utcnow() + timedelta(seconds=1)
    )
    send_all(utcnow() + timedelta(seconds=2))
    db.session.rollback()
    assert [bytes(row) for row in db.session.scalars(select(MailingReceipt.email_digest))] == [
        digest("amalia")
    ]


def test_update_is_mailed_once_and_only_when_public(app, cause):
    draft = make_update("draft", cause_id=cause.id, draft=True)
    with pytest.raises(mailings.NotPublic):
        plan(draft)
    later = make_update("later", cause_id=cause.id, days=-1)
    subscribe_many(3, cause_id=cause.id, now=utcnow() - EARLIER)
    plan(later)
    assert send_all() == 0
    with pytest.raises(AlreadyBegun):
        plan(later)
    assert send_all(utcnow() + timedelta(days=1, minutes=1)) == 3


def test_rate_limit_pause_and_stop_are_obeyed(app, cause):
    subscribe_many(30, cause_id=cause.id, now=utcnow() - EARLIER)
    planned = plan(make_update(cause_id=cause.id), per_minute=10)
    now = utcnow()
    assert send_all(now) == 10
    assert queued_now() == 10
    write(mailing_sender.pause, row_id=planned.id)
    assert mailing_sender.report(mailings.mailing_of(planned.update_id))["waiting"] == 30
    assert send_all(now + timedelta(minutes=2)) == 0
    write(mailing_sender.resume, row_id=planned.id)
    assert send_all(now + timedelta(minutes=2)) == 10
    write(mailing_sender.stop, row_id=planned.id, now=now)
    assert send_all(now + timedelta(minutes=9)) == 0
    script = Script()
    assert delivered(app, script) == []
    report = mailing_sender.report(mailings.mailing_of(planned.update_id))
    assert (report["dropped"], report["waiting"]) == (20, 0)
    with pytest.raises(BulkEmailOver):
        write(mailing_sender.resume, row_id=planned.id)


def test_withdrawn_update_stays_unsent_until_it_is_published_again(app, cause):
    subscribe_many(2, cause_id=cause.id, now=utcnow() - EARLIER)
    update = make_update(cause_id=cause.id)
    plan(update)
    send_all()
    write(update_life_cycle.withdraw, row_id=update.id, now=utcnow())
    assert delivered(app, Script()) == []
    write(mailings.publish_and_mail, update_id=update.id, now=utcnow())
    assert len(delivered(app, Script(), now=utcnow() + timedelta(seconds=WAIT_SECONDS))) == 2


def test_report_outlives_the_outbox(app, cause):
    subscribe_many(2, cause_id=cause.id, now=utcnow() - EARLIER)
    planned = plan(make_update(cause_id=cause.id))
    send_all()
    delivered(app, Script())
    later = utcnow() + timedelta(days=26)
    # One of several workers settles it. The others would find no receipts left, and report zero.
    assert sorted(
        together(app, [lambda: write(mailing_sender.forget_receipts, now=later)] * 4)
    ) == [0, 0, 0, 2]
    write(lambda: db.session.execute(delete(OutboxMessage)))
    assert mailing_sender.report(mailings.mailing_of(planned.update_id))["sent"] == 2


def test_weekly_news_is_one_email_and_nothing_is_sent_twice(app, cause):
    now = utcnow()
    old = now - timedelta(days=10)
    weekly = subscribe("amalia", cause_id=cause.id, now=old, frequency="weekly")
    for slug in ("one", "two"):
        plan(make_update(slug, cause_id=cause.id, title=f"News {slug}", days=1))
    make_update("silent", cause_id=cause.id, title="Not mailed")
    send_all()
    assert email_states(EMAIL) == []
    assert write(jobs.send_digests, now=now + timedelta(minutes=1)) == 1
    assert write(jobs.send_digests, now=now + timedelta(minutes=2)) == 0
    [message] = [
        parsed(content) for _, content in delivered(app, Script()) if b"News two" in content
    ]
    text = message.get_body(("plain",)).get_content()
    assert "News one" in text and "News two" in text and "Not mailed" not in text
    assert message["List-Unsubscribe"].strip("<>") == "http://localhost" + link("end", weekly)
    assert write(jobs.send_digests, now=now + timedelta(days=8)) == 0


def test_reader_who_changes_to_weekly_does_not_get_updates_again(app, cause):
    old = utcnow() - timedelta(days=10)
    reader = subscribe("amalia", cause_id=cause.id, now=old)
    plan(make_update("one", cause_id=cause.id))
    send_all()
    write(
        change,
        subscription_id=reader,
        email_digest=digest("amalia"),
        email="amalia@rosales.example",
        lang="en",
        frequency="weekly",
        now=utcnow(),
    )
    assert write(jobs.send_digests, now=utcnow() + timedelta(days=8)) == 0


def later(hours=1):
    return utcnow() + timedelta(hours=hours)


def test_planned_mailing_is_moved_and_starts_at_its_new_time(app, cause):
    subscribe_many(3, cause_id=cause.id, now=utcnow() - EARLIER)
    planned = plan(make_update(cause_id=cause.id), starts_at=later())
    write(
        mailings.change_mailing,
        mailing_id=planned.id,
        now=utcnow(),
        starts_at=later(5),
        langs=["en"],
        kinds=["subscribers"],
    )
    assert send_all(now=later(2)) == 0
    assert send_all(now=later(6)) > 0
    assert queued_now() == 3


def test_cancelled_mailing_can_be_planned_again(app, cause):
    subscribe_many(3, cause_id=cause.id, now=utcnow() - EARLIER)
    update = make_update(cause_id=cause.id)
    for _ in range(2):
        planned = plan(update, starts_at=later())
        write(mailings.cancel_mailing, mailing_id=planned.id)
        assert mailings.mailing_of(update.id) is None
    assert (send_all(now=later(2)), queued_now()) == (0, 0)
    plan(update)
    send_all()
    assert queued_now() == 3


def test_started_mailing_is_neither_moved_nor_cancelled(app, cause):
    subscribe_many(3, cause_id=cause.id, now=utcnow() - EARLIER)
    planned = plan(make_update(cause_id=cause.id), per_minute=1)
    send_batch(planned)
    write(mailing_sender.pause, row_id=planned.id)
    with pytest.raises(AlreadyBegun):
        write(mailings.change_mailing, mailing_id=planned.id, now=utcnow(), starts_at=later())
    with pytest.raises(AlreadyBegun):
        write(mailings.cancel_mailing, mailing_id=planned.id)
    write(mailing_sender.resume, row_id=planned.id)


def test_worker_and_organizer_at_the_same_instant_never_both_win(app, cause):
    subscribe_many(3, cause_id=cause.id, now=utcnow() - EARLIER)
    planned = plan(make_update(cause_id=cause.id))

    def move():
        try:
            return (
                write(
                    mailings.change_mailing, mailing_id=planned.id, now=utcnow(), starts_at=later()
                )
                is not None
            )
        except AlreadyBegun:
            return False

    outcomes = together(app, [move, lambda: send_batch(planned)])
    moved, sent = outcomes
    assert queued_now() == (0 if moved else 3)
    assert bool(sent) != moved
