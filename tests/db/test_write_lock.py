"""Tests of a fair lock between processes."""

import multiprocessing
import os
import signal

import pytest

from campaign.db.write_lock import FairFileLock

PATIENCE = 15
# The children do nothing but take turns, so they need not import the application again.
processes = multiprocessing.get_context("fork")
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


def keep_busy(path, turns, end):
    """Take turn after turn without a pause, as a busy web process does, and count them."""
    lock = FairFileLock(path)
    while not end.is_set():
        with lock.acquire():
            turns.value += 1


def hold(path, inside, leave):
    with FairFileLock(path).acquire():
        inside.set()
        leave.wait(PATIENCE)


def count_up(path, number_path, times):
    """Read a number, add one and write it: two at once would lose some."""
    lock = FairFileLock(path)
    for _ in range(times):
        with lock.acquire():
            number = int(number_path.read_text())
            number_path.write_text(str(number + 1))


@pytest.fixture
def start(tmp_path):
    """Start functions in separate processes; those still running at the end are killed."""
    running = []

    def start(work, *arguments):
        process = processes.Process(target=work, args=(tmp_path / "db", *arguments), daemon=True)
        process.start()
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.join(PATIENCE)


def test_busy_process_lets_another_in_at_once(start, tmp_path):
    turns, end = processes.Value("i", 0), processes.Event()
    start(keep_busy, turns, end)
    lock = FairFileLock(tmp_path / "db")
    while turns.value < 100:
        with lock.acquire():
            pass
    waits = []
    for _ in range(20):
        before = turns.value
        with lock.acquire():
            waits.append(turns.value - before)
    end.set()
    # A newcomer waits for the holder and, at most, for one process that reached the queue first.
    assert max(waits) <= 5, waits


def test_two_processes_never_hold_the_lock_together(start, tmp_path):
    number = tmp_path / "number"
    number.write_text("0")
    counting = [start(count_up, number, 300) for _ in range(2)]
    for process in counting:
        process.join(PATIENCE)
    assert number.read_text() == "600"


def test_process_killed_while_holding_the_lock_releases_it(start, tmp_path):
    inside, leave = processes.Event(), processes.Event()
    process = start(hold, inside, leave)
    assert inside.wait(PATIENCE)
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
