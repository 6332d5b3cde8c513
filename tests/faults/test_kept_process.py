"""Tests of a child process that is kept running."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from campaign.cli import serving
from campaign.cli.serving import KeptProcess
from campaign.process.fork_lock import fork_lock
from tests.faults.plain_site import wait_until

SLEEP = (sys.executable, "-c", "import time; time.sleep(60)")
DEAF = (
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)",
)


@pytest.fixture
def keep(monkeypatch):
    """Keep a command running until the test ends."""
    monkeypatch.setattr(serving, "RESTART_SECONDS", 0.05)
    monkeypatch.setattr(serving, "STOP_SECONDS", 0.5)
    kept = []

    def keep(command):
        kept.append(KeptProcess(command).start())
        return kept[-1]

    yield keep
    for entry in kept:
        entry.stop()


def test_child_runs_once_started(keep):
    assert keep(SLEEP)._child.poll() is None


def test_killed_child_is_replaced(keep):
    kept = keep(SLEEP)
    for _ in range(2):
        killed = kept._child
        killed.send_signal(signal.SIGKILL)
        wait_until(lambda before=killed: kept._child is not before)
        assert kept._child.poll() is None


@pytest.fixture
def fork_meanwhile(monkeypatch):
    """Let another thread fork while a command is being started.

    The server does that to replace a web process.
    """
    forked = []
    start = subprocess._fork_exec

    def fork():
        forked.append(os.fork())
        if not forked[-1]:
            time.sleep(30)
            os._exit(0)

    def start_meanwhile(*arguments):
        thread = threading.Thread(target=fork)
        thread.start()
        thread.join(0.3)
        return start(*arguments)

    yield lambda: monkeypatch.setattr(subprocess, "_fork_exec", start_meanwhile)
    monkeypatch.undo()
    for pid in forked:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def test_child_is_replaced_even_during_another_fork(keep, fork_meanwhile):
    kept = keep(SLEEP)
    killed = kept._child
    fork_meanwhile()
    killed.send_signal(signal.SIGKILL)
    wait_until(lambda: kept._child is not killed)
    assert kept._child.poll() is None


def test_child_that_dies_while_the_site_stops_is_not_replaced(keep, monkeypatch):
    kept = keep(SLEEP)
    child = kept._child
    with fork_lock():
        child.kill()
        time.sleep(3 * serving.RESTART_SECONDS)
        kept._stopping.set()
    kept.stop()
    time.sleep(3 * serving.RESTART_SECONDS)
    assert kept._child is child


def test_stopped_child_stays_away(keep):
    kept = keep(SLEEP)
    child = kept._child
    kept.stop()
    assert child.poll() == -signal.SIGTERM
    time.sleep(3 * serving.RESTART_SECONDS)
    assert kept._child is child


def test_child_that_ignores_the_stop_is_killed(keep, capfd):
    kept = keep(DEAF)
    wait_until(lambda: "deaf" in capfd.readouterr().out)
    kept.stop()
    # On its own it would end later, with success.
    assert kept._child.wait(30) == -signal.SIGKILL
