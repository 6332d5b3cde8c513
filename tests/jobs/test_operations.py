"""Tests of the queue's operations, and that one runner works at a time."""

from datetime import timedelta

import pytest

from campaign.extensions import db, write
from campaign.jobs.models import Lease
from campaign.jobs.operations import (
    FINISHED_LIFETIME,
    LEASE,
    UnknownJobError,
    cancel_job,
    claim_job,
    enqueue,
    finish_job,
    sweep_jobs,
    take_lease,
)
from campaign.jobs.queries import unfinished_job, waiting_kinds
from campaign.process.clock import utcnow
from tests.factories.jobs import jobs_of
from tests.together import together

pytestmark = pytest.mark.both_databases

NOON = utcnow().replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture
def on_sqlite(app):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL keeps no lease")


@pytest.fixture
def on_postgresql(app):
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no advisory locks")


def take(holder, now=NOON, name="hatching"):
    return write(take_lease, name, holder=holder, now=now)


def test_first_to_ask_may_run(app):
    assert take("one")


def test_holder_may_run_again_and_again(app):
    assert all(take("one", NOON + n * LEASE) for n in range(5))


def test_other_task_is_free_for_another_runner(app):
    assert take("one")
    assert take("other", name="sweeping")


def test_living_holder_keeps_others_out(on_sqlite):
    take("one")
    assert not take("other", NOON + LEASE / 2)
    take("one", NOON + LEASE / 2)
    assert not take("other", NOON + LEASE)


def test_killed_holder_is_replaced_soon(on_sqlite):
    take("one")
    assert take("other", NOON + LEASE + timedelta(milliseconds=1))
    assert not take("one", NOON + LEASE + timedelta(milliseconds=2))
    assert LEASE <= timedelta(seconds=1), "the shown count may lag a second"


def test_clock_set_back_keeps_nobody_out(on_sqlite):
    take("one", NOON + timedelta(hours=1))
    assert take("other")
    assert not take("one", NOON + LEASE / 2)


def test_failed_operation_leaves_no_lease_behind(on_sqlite):
    def take_and_break():
        take_lease("hatching", holder="one", now=NOON)
        raise KeyError

    with pytest.raises(KeyError):
        write(take_and_break)
    assert db.session.query(Lease).count() == 0
    assert take("other")


def test_postgresql_lock_ends_with_the_transaction(on_postgresql):
    assert take("one")
    assert take("other")
    assert db.session.query(Lease).count() == 0


def test_postgresql_transaction_in_progress_keeps_others_out(on_postgresql):
    assert take_lease("hatching", holder="one", now=NOON)
    with db.engine.connect() as other:
        free = other.exec_driver_sql(
            "select pg_try_advisory_xact_lock(hashtext('hatching'))"
        ).scalar()
    db.session.rollback()
    assert free is False


def test_only_one_of_many_at_once_holds_the_lease(app, on_sqlite):
    holders = together(app, [lambda n=n: take(f"runner {n}") for n in range(8)])
    assert sum(holders) == 1


def claim(holder="one", now=NOON, kind="export"):
    return write(claim_job, kind, holder=holder, now=now)


def test_job_waits_until_its_time(app):
    write(enqueue, "export", 7, run_at=NOON)
    db.session.rollback()
    assert "export" not in waiting_kinds(NOON - timedelta(seconds=1))
    assert claim(now=NOON - timedelta(seconds=1)) is None
    assert waiting_kinds(NOON) == {"export"}
    assert claim().subject_id == 7


def test_job_that_has_been_due_longest_is_first(app):
    for subject_id, minutes in ((1, 2), (2, 1), (3, 3)):
        write(enqueue, "export", subject_id, run_at=NOON + timedelta(minutes=minutes))
    claimed = [claim(f"worker {n}", NOON + timedelta(hours=1)).subject_id for n in range(3)]
    assert claimed == [2, 1, 3]


def test_job_of_a_transaction_rolled_back_never_runs(app):
    def enqueue_and_break():
        enqueue("export", 7)
        raise KeyError

    with pytest.raises(KeyError):
        write(enqueue_and_break)
    assert jobs_of("export") == []
    assert claim(now=utcnow() + timedelta(days=1)) is None


def test_job_enqueued_twice_runs_once_at_the_later_wish(app):
    write(enqueue, "export", 7, run_at=NOON)
    write(enqueue, "export", 7, run_at=NOON + timedelta(hours=1))
    assert claim() is None
    assert claim(now=NOON + timedelta(hours=1)).subject_id == 7
    assert claim("two", NOON + timedelta(hours=1)) is None


def test_many_requests_at_once_make_one_job(app):
    together(app, [lambda: write(enqueue, "export", 7)] * 8)
    assert len(jobs_of("export")) == 1


def test_unknown_kind_is_refused(app):
    with pytest.raises(UnknownJobError):
        write(enqueue, "nothing", 7)


def test_only_one_of_many_at_once_claims_a_job(app):
    write(enqueue, "export", 7, run_at=NOON)
    claimed = together(app, [lambda n=n: claim(f"worker {n}") for n in range(8)])
    assert sum(job is not None for job in claimed) == 1


def test_claim_skips_a_job_that_another_transaction_has_locked(on_postgresql):
    for subject_id in (1, 2):
        write(enqueue, "export", subject_id, run_at=NOON + timedelta(minutes=subject_id))
    with db.engine.connect() as other:
        other.exec_driver_sql("select id from job where subject_id = 1 for update")
        assert claim(now=NOON + timedelta(hours=1)).subject_id == 2


def test_former_holder_changes_nothing(app):
    write(enqueue, "export", 7, run_at=NOON)
    job = claim()
    assert claim("two", NOON + timedelta(minutes=1)).id == job.id
    assert not write(finish_job, job.id, holder="one", now=NOON)
    assert write(finish_job, job.id, holder="two", now=NOON)


def test_finished_jobs_are_swept_after_a_week(app):
    write(enqueue, "export", 7, run_at=NOON)
    write(enqueue, "export", 8, run_at=NOON + timedelta(days=30))
    write(finish_job, claim().id, holder="one", now=NOON)
    assert write(sweep_jobs, now=NOON + FINISHED_LIFETIME - timedelta(seconds=1)) == 0
    assert write(sweep_jobs, now=NOON + FINISHED_LIFETIME) == 1
    assert [job.subject_id for job in jobs_of("export")] == [8]


def test_cancelled_job_is_gone(app):
    write(enqueue, "export", 7)
    assert unfinished_job("export", 7)
    write(cancel_job, "export", 7)
    assert unfinished_job("export", 7) is None
