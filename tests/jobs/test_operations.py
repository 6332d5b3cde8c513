"""Tests that one runner works at a time."""

from datetime import timedelta

import pytest

from campaign.extensions import db, write
from campaign.jobs.models import Lease
from campaign.jobs.operations import LEASE, take_lease
from campaign.process.clock import utcnow
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
    taken = together(app, [lambda n=n: take(f"runner {n}") for n in range(8)])
    assert sum(taken) == 1
