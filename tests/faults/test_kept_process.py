"""Tests of a child process that is kept running."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from campaign.cli import serving
from campaign.cli.serving import SupervisedProcess
from campaign.process.fork_lock import fork_lock
from tests.faults.running_site import wait_until

SLEEP = (sys.executable, "-c", "import time; time.sleep(60)")
DEAF = (
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)",
)


@pytest.fixture
def supervise(monkeypatch):
    """Keep a command running until the test ends."""
    monkeypatch.setattr(serving, "RESTART_SECONDS", 0.05)
    monkeypatch.setattr(serving, "STOP_SECONDS", 0.5)
    processes = []

    def supervise(command):
        processes.append(SupervisedProcess(command).start())
        return processes[-1]

    yield supervise
    for process in processes:
        process.stop()


def test_child_runs_once_started(supervise):
    assert supervise(SLEEP)._child.poll() is None


def test_killed_child_is_replaced(supervise):
    process = supervise(SLEEP)
    for _ in range(2):
        killed = process._child
        killed.send_signal(signal.SIGKILL)
        wait_until(lambda before=killed: process._child is not before)
        assert process._child.poll() is None


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


def test_child_is_replaced_even_during_another_fork(supervise, fork_meanwhile):
    process = supervise(SLEEP)
    killed = process._child
    fork_meanwhile()
    killed.send_signal(signal.SIGKILL)
    wait_until(lambda: process._child is not killed)
    assert process._child.poll() is None


def test_child_that_dies_while_the_site_stops_is_not_replaced(supervise, monkeypatch):
    process = supervise(SLEEP)
    child = process._child
    with fork_lock():
        child.kill()
        time.sleep(3 * serving.RESTART_SECONDS)
        process._stopping.set()
    process.stop()
    time.sleep(3 * serving.RESTART_SECONDS)
    assert process._child is child


def test_stopped_child_stays_away(supervise):
    process = supervise(SLEEP)
    child = process._child
    process.stop()
    assert child.poll() == -signal.SIGTERM
    time.sleep(3 * serving.RESTART_SECONDS)
    assert process._child is child


def test_child_that_ignores_the_stop_is_killed(supervise, capfd):
    process = supervise(DEAF)
    wait_until(lambda: "deaf" in capfd.readouterr().out)
    process.stop()
    # On its own it would end later, with success.
    assert process._child.wait(30) == -signal.SIGKILL
