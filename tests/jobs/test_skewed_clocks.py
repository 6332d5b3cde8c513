"""Tests of processes whose clocks differ: by the database's clock, none does work twice."""

import threading
from datetime import datetime, timedelta

import pytest

from campaign.extensions import database_now, db, write
from campaign.jobs.models import Lease
from campaign.jobs.operations import enqueue, take_lease
from campaign.jobs.registry import BackgroundWork
from campaign.mail.composition import Message
from campaign.mail.delivery.outbox_worker import make_outbox_worker
from campaign.mail.models import OutboxMessage
from campaign.mail.operations import enqueue_many
from campaign.mail.renderers import register
from campaign.mail.smtp.transport import FolderTransport
from campaign.process import clock
from tests.factories.jobs import job_loop, jobs_of

pytestmark = pytest.mark.both_databases
AHEAD = timedelta(minutes=5)
WAIT_SECONDS = 60
EMAILS = 40


@pytest.fixture
def skewed(app, monkeypatch):
    """The application on PostgreSQL. Threads named "skewed" have a clock five minutes ahead."""
    if db.engine.dialect.name == "sqlite":
        pytest.skip("an SQLite database has one machine, and so one clock")

    class ThreadClock(datetime):
        @classmethod
        def now(cls, tz=None):
            skew = AHEAD if threading.current_thread().name == "skewed" else timedelta(0)
            return datetime.now(tz) + skew

    monkeypatch.setattr(clock, "datetime", ThreadClock)
    return app


def run_skewed(app, work):
    """Run `work` in a thread whose clock is ahead and return its result."""
    results = []

    def run():
        with app.app_context():
            results.append(work())
            db.session.remove()

    thread = threading.Thread(target=run, name="skewed")
    thread.start()
    thread.join(WAIT_SECONDS)
    return results[0]


def test_worker_ahead_sends_no_email_that_another_one_holds(skewed, monkeypatch):
    register(
        skewed,
        "clock-test",
        lambda row: Message(
            to="amalia@rosales.example", subject=str(row.id), text="a", html="", lang="en"
        ),
    )
    write(
        enqueue_many,
        [{"kind": "clock-test", "subject_id": number, "lang": "en"} for number in range(EMAILS)],
    )
    sent, is_sending, go_on = [], threading.Event(), threading.Event()
    original = FolderTransport.send

    def send(self, envelope):
        sent.append(envelope.id)
        is_sending.set()
        go_on.wait(WAIT_SECONDS)
        return original(self, envelope)

    monkeypatch.setattr(FolderTransport, "send", send)

    def deliver():
        return make_outbox_worker(skewed, write).deliver_due(now=database_now())

    first = threading.Thread(target=in_context(skewed, deliver), name="first")
    first.start()
    assert is_sending.wait(WAIT_SECONDS)
    assert run_skewed(skewed, deliver) == 0
    go_on.set()
    first.join(WAIT_SECONDS)
    assert len(sent) == len(set(sent)) == EMAILS
    assert run_skewed(skewed, deliver) == 0


def in_context(app, work):
    def run():
        with app.app_context():
            work()
            db.session.remove()

    return run


def test_worker_ahead_does_no_job_that_another_one_runs(skewed, monkeypatch):
    done, is_running, go_on = [], threading.Event(), threading.Event()
    work = BackgroundWork()

    @work.job("clock-test")
    def handle(run):
        done.append(run.subject_id)
        is_running.set()
        go_on.wait(WAIT_SECONDS)

    kinds = skewed.extensions["background_work"].kinds
    monkeypatch.setitem(kinds, "clock-test", work.registry.kinds["clock-test"])
    write(enqueue, "clock-test", 7)
    first = threading.Thread(target=in_context(skewed, lambda: job_loop("clock-test").run_next()))
    first.start()
    assert is_running.wait(WAIT_SECONDS)
    assert run_skewed(skewed, lambda: job_loop("clock-test").run_next()) is False
    go_on.set()
    first.join(WAIT_SECONDS)
    assert done == [7]
    assert [job.state for job in jobs_of("clock-test")] == ["done"]


def test_what_a_site_ahead_queues_is_due_at_once(skewed, monkeypatch):
    work = BackgroundWork()
    work.job("clock-test")(lambda run: None)
    kinds = skewed.extensions["background_work"].kinds
    monkeypatch.setitem(kinds, "clock-test", work.registry.kinds["clock-test"])

    def queue():
        write(enqueue, "clock-test", 7)
        write(enqueue_many, [{"kind": "clock-test", "subject_id": 1, "lang": "en"}])
        return True

    assert run_skewed(skewed, queue)
    [job] = jobs_of("clock-test")
    assert job.run_at <= database_now()
    assert db.session.query(OutboxMessage).one().due_at <= database_now()


def test_lease_is_held_whatever_the_clock_says(skewed):
    def try_to_take():
        return write(take_lease, "clock-test", holder="second", now=clock.utcnow())

    def hold():
        assert take_lease("clock-test", holder="first", now=database_now())
        assert not run_skewed(skewed, try_to_take)

    write(hold)
    assert run_skewed(skewed, try_to_take)
    # PostgreSQL's own lock is the lease.
    assert db.session.query(Lease).count() == 0
