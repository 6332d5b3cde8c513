"""Tests of a fair lock between processes."""

import fcntl
import multiprocessing
import os
import signal
import time

import pytest
from sqlalchemy.exc import OperationalError

from campaign.db.write_lock import FairFileLock

TIMEOUT_SECONDS = 15
# The children do nothing but take turns, so they need not import the application again.
processes = multiprocessing.get_context("fork")
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


def hold(path, inside, leave):
    with FairFileLock(path).acquire():
        inside.set()
        leave.wait(TIMEOUT_SECONDS)


def note_turn(path, order, position, name):
    """Write `name` into `order` when this process has its turn."""
    with FairFileLock(path).acquire():
        order[position.value] = name
        position.value += 1


def is_locked(path):
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


def count_up(path, number_path, times):
    """Read a number, add one and write it: two at once would lose some."""
    lock = FairFileLock(path)
    for _ in range(times):
        with lock.acquire():
            number = int(number_path.read_text())
            number_path.write_text(str(number + 1))


@pytest.fixture
def start(tmp_path):
    """Start functions in separate processes. Those still running at the end are killed."""
    running = []

    def start(work, *arguments):
        process = processes.Process(target=work, args=(tmp_path / "db", *arguments), daemon=True)
        process.start()
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.join(TIMEOUT_SECONDS)


def test_process_that_waits_lets_nobody_overtake(start, tmp_path):
    inside, leave = processes.Event(), processes.Event()
    order = processes.Array("c", 2)
    position = processes.Value("i", 0)
    start(hold, inside, leave)
    assert inside.wait(TIMEOUT_SECONDS)
    start(note_turn, order, position, b"1")
    # The first in the queue keeps the gate locked, so the second cannot get past it.
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not is_locked(tmp_path / "db.gate"):
        assert time.monotonic() < deadline, "The first in the queue does not hold the gate."
        time.sleep(0.01)
    second = start(note_turn, order, position, b"2")
    leave.set()
    second.join(TIMEOUT_SECONDS)
    assert order.raw == b"12"


def test_two_processes_never_hold_the_lock_together(start, tmp_path):
    number = tmp_path / "number"
    number.write_text("0")
    counting = [start(count_up, number, 300) for _ in range(2)]
    for process in counting:
        process.join(TIMEOUT_SECONDS)
    assert number.read_text() == "600"


def test_process_killed_while_holding_the_lock_releases_it(start, tmp_path):
    inside, leave = processes.Event(), processes.Event()
    process = start(hold, inside, leave)
    assert inside.wait(TIMEOUT_SECONDS)
    os.kill(process.pid, signal.SIGKILL)
    with FairFileLock(tmp_path / "db").acquire():
        pass


def test_error_while_holding_the_lock_releases_it(tmp_path):
    lock = FairFileLock(tmp_path / "db")
    with pytest.raises(KeyError), lock.acquire():
        raise KeyError
    with lock.acquire():
        pass


def test_lock_files_are_readable_only_by_their_owner(tmp_path):
    with FairFileLock(tmp_path / "db").acquire():
        pass
    assert {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {
        "db.gate": 0o600,
        "db.room": 0o600,
    }


def test_lock_that_cannot_be_opened_counts_as_a_database_that_is_away(tmp_path):
    lock = FairFileLock(str(tmp_path / "no such folder" / "database"))
    with pytest.raises(OperationalError), lock.acquire():
        pass
