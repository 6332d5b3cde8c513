"""Tests of group commit: one writer for many threads, on its own in-memory database."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from campaign.db.group_commit import MAX_BATCH_SIZE, GroupCommit

TIMEOUT_SECONDS = 10


class Refused(Exception):
    pass


class Ledger:
    """A table of numbers, the group that writes it, and a gate that holds back every commit."""

    def __init__(self):
        # Transactions begin as everywhere on SQLite: see `campaign.db.transactions`.
        self._engine = create_engine(
            "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
        )
        with self._engine.begin() as connection:
            connection.exec_driver_sql("create table line (number integer primary key)")
        self.session = None
        self.batches = 0
        self.gate = threading.Event()
        self.gate.set()
        self.at_the_door = threading.Event()
        self.faults = []
        self.locked = False
        self.group = GroupCommit(self._begin)

    @contextmanager
    def _begin(self):
        self.batches += 1
        if self.locked:
            raise TimeoutError("the database is locked")
        with Session(self._engine) as self.session:
            yield self.session
            self.at_the_door.set()
            assert self.gate.wait(TIMEOUT_SECONDS)
            if self.faults and (fault := self.faults.pop(0)):
                raise fault
            self.session.commit()

    def write(self, number):
        """Write one number as a group does, and return it."""
        return self.group.run(partial(self.insert, number))

    def insert_and_refuse(self, number):
        self.insert(number)
        raise Refused(number)

    def insert(self, number):
        self.session.execute(text("insert into line values (:number)"), {"number": number})
        return number

    def stop_at_the_door(self, crowd):
        """Close the gate and submit 0, whose commit then waits behind it, and return the future."""
        self.gate.clear()
        first = crowd.submit(self.write, 0)
        assert self.at_the_door.wait(TIMEOUT_SECONDS)
        return first

    def queue(self, crowd, works):
        """Submit the `works` in order, each from its own thread, and return their futures.

        A pair is an operation and its item. The gate must be closed, so that nothing leaves the
        queue.
        """
        futures = []
        for work in works:
            before = self.group._queue.qsize()
            pair = isinstance(work, tuple)
            futures.append(
                crowd.submit(self.group.run_together, *work)
                if pair
                else crowd.submit(self.group.run, work)
            )
            while self.group._queue.qsize() == before:
                time.sleep(0.001)
        return futures

    def numbers(self):
        with Session(self._engine) as session:
            return session.scalars(text("select number from line order by number")).all()


@pytest.fixture
def ledger():
    return Ledger()


@pytest.fixture
def crowd():
    with ThreadPoolExecutor(16) as crowd:
        yield crowd


def test_each_thread_gets_its_own_result(ledger, crowd):
    assert list(crowd.map(ledger.write, range(300))) == list(range(300))
    assert ledger.numbers() == list(range(300))


def test_work_queued_during_a_commit_shares_the_next_one(ledger, crowd):
    first = ledger.stop_at_the_door(crowd)
    others = ledger.queue(crowd, [partial(ledger.insert, number) for number in range(1, 11)])
    ledger.gate.set()
    assert [item.result(TIMEOUT_SECONDS) for item in (first, *others)] == list(range(11))
    assert ledger.batches == 2


def test_batch_size_is_bounded(ledger):
    futures = [ledger.group._queue.put((None, None)) for _ in range(MAX_BATCH_SIZE + 5)]
    assert len(ledger.group._next_batch()) == MAX_BATCH_SIZE
    assert len(ledger.group._next_batch()) == len(futures) - MAX_BATCH_SIZE


def test_no_result_is_returned_before_the_commit(ledger, crowd):
    ledger.gate.clear()
    writing = crowd.submit(ledger.write, 1)
    assert ledger.at_the_door.wait(TIMEOUT_SECONDS)
    assert not writing.done()
    ledger.gate.set()
    assert writing.result(TIMEOUT_SECONDS) == 1


def test_failing_operation_does_not_affect_its_neighbours(ledger, crowd):
    first = ledger.stop_at_the_door(crowd)
    works = (ledger.insert, ledger.insert_and_refuse, ledger.insert)
    neighbours = ledger.queue(
        crowd, [partial(work, number) for number, work in enumerate(works, start=1)]
    )
    ledger.gate.set()
    assert first.result(TIMEOUT_SECONDS) == 0
    assert neighbours[0].result(TIMEOUT_SECONDS) == 1
    assert isinstance(neighbours[1].exception(TIMEOUT_SECONDS), Refused)
    assert neighbours[2].result(TIMEOUT_SECONDS) == 3
    assert ledger.numbers() == [0, 1, 3]


def test_operation_that_the_database_refuses_leaves_the_others(ledger):
    ledger.write(1)
    with pytest.raises(Exception, match="UNIQUE"):
        ledger.write(1)
    assert ledger.write(2) == 2
    assert ledger.numbers() == [1, 2]


def test_failed_commit_is_reported_to_everyone(ledger, crowd):
    first = ledger.stop_at_the_door(crowd)
    batch = ledger.queue(crowd, [partial(ledger.insert, number) for number in (1, 2)])
    ledger.faults = [OSError("the disk is gone")] * 4
    ledger.gate.set()
    assert {type(item.exception(TIMEOUT_SECONDS)) for item in (first, *batch)} == {OSError}
    assert ledger.numbers() == []


def test_operations_that_failed_together_are_retried_alone(ledger, crowd):
    first = ledger.stop_at_the_door(crowd)
    batch = ledger.queue(crowd, [partial(ledger.insert, number) for number in (1, 2)])
    ledger.faults = [None, OSError("a moment without a disk")]
    ledger.gate.set()
    assert [item.result(TIMEOUT_SECONDS) for item in (first, *batch)] == [0, 1, 2]
    assert ledger.numbers() == [0, 1, 2]


def test_unreachable_database_is_waited_for_once(ledger, crowd):
    first = ledger.stop_at_the_door(crowd)
    batch = ledger.queue(crowd, [partial(ledger.insert, number) for number in (1, 2, 3)])
    ledger.locked = True
    ledger.gate.set()
    assert first.result(TIMEOUT_SECONDS) == 0
    assert {type(row.exception(TIMEOUT_SECONDS)) for row in batch} == {TimeoutError}
    assert ledger.batches == 2
    ledger.locked = False
    assert ledger.write(4) == 4


def test_writer_goes_on_after_a_failed_commit(ledger):
    ledger.faults = [OSError("the disk is gone")]
    with pytest.raises(OSError, match="gone"):
        ledger.write(1)
    assert ledger.write(2) == 2
    assert ledger.numbers() == [2]


def test_rolled_back_transaction_reports_no_success(ledger, crowd):
    """A full disk or a failed read makes SQLite roll back the whole batch."""

    def give_up():
        ledger.session.connection().exec_driver_sql("rollback")
        raise OSError("database or disk is full")

    first = ledger.stop_at_the_door(crowd)
    before, giving_up, after = ledger.queue(
        crowd, [partial(ledger.insert, 1), give_up, partial(ledger.insert, 2)]
    )
    ledger.gate.set()
    assert [item.result(TIMEOUT_SECONDS) for item in (first, before, after)] == [0, 1, 2]
    assert isinstance(giving_up.exception(TIMEOUT_SECONDS), OSError)
    assert ledger.numbers() == [0, 1, 2]


def test_exception_that_ends_a_thread_does_not_end_the_writer(ledger):
    def leave():
        raise SystemExit("told to end")

    with pytest.raises(SystemExit):
        ledger.group.run(leave)
    assert ledger.write(1) == 1


def test_items_of_one_operation_are_written_as_one_list(ledger, crowd):
    lists = []

    def double(items):
        lists.append(items)
        return [2 * item for item in items]

    def negate(items):
        return [-item for item in items]

    first = ledger.stop_at_the_door(crowd)
    doubled = ledger.queue(crowd, [(double, 1), (double, 2)])
    negated = ledger.queue(crowd, [(negate, 7)])
    doubled += ledger.queue(crowd, [(double, 3)])
    ledger.gate.set()
    assert [entry.result(TIMEOUT_SECONDS) for entry in (first, *doubled, *negated)] == [
        0,
        2,
        4,
        6,
        -7,
    ]
    assert lists == [[1, 2, 3]]


def test_error_outcome_is_raised_only_for_its_item(ledger, crowd):
    def judge(items):
        return [Refused(item) if item < 0 else item for item in items]

    first = ledger.stop_at_the_door(crowd)
    well, refused = ledger.queue(crowd, [(judge, 1), (judge, -1)])
    ledger.gate.set()
    assert [first.result(TIMEOUT_SECONDS), well.result(TIMEOUT_SECONDS)] == [0, 1]
    assert isinstance(refused.exception(TIMEOUT_SECONDS), Refused)
    assert ledger.batches == 2
