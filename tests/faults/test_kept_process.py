"""Tests of a child process that is kept running."""

import os
import signal
import threading
import time
from functools import partial

import pytest

from campaign.cli import serving
from campaign.cli.serving import SupervisedProcess
from campaign.process.children import fork_lock
from tests.faults.running_site import TIMEOUT_SECONDS, wait_until

SLEEP = partial(time.sleep, 60)


def ignore_the_stop():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("deaf", flush=True)
    time.sleep(60)


@pytest.fixture
def supervise(monkeypatch):
    """Keep a function running in a child until the test ends."""
    monkeypatch.setattr(serving, "RESTART_SECONDS", 0.05)
    monkeypatch.setattr(serving, "STOP_SECONDS", 0.5)
    processes = []

    def supervise(target):
        processes.append(SupervisedProcess(target).start())
        return processes[-1]

    yield supervise
    for process in processes:
        process.stop()


def test_child_runs_once_started(supervise):
    assert supervise(SLEEP)._child.is_alive()


def test_killed_child_is_replaced(supervise):
    process = supervise(SLEEP)
    for _ in range(2):
        killed = process._child
        os.kill(killed.pid, signal.SIGKILL)
        wait_until(lambda before=killed: process._child is not before)
        assert process._child.is_alive()


@pytest.fixture
def fork_another(monkeypatch):
    """Let another thread fork while a child is being forked.

    The server does that to replace a web process.
    """
    forked = []
    fork = os.fork

    def sleep_in_fork():
        forked.append(fork())
        if not forked[-1]:
            # Longer than `wait_until` waits.
            time.sleep(2 * TIMEOUT_SECONDS)
            os._exit(0)

    def fork_twice():
        thread = threading.Thread(target=sleep_in_fork)
        thread.start()
        thread.join(0.3)
        return fork()

    yield lambda: monkeypatch.setattr(os, "fork", fork_twice)
    monkeypatch.undo()
    for pid in forked:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def test_end_of_a_child_is_noticed_though_another_was_forked(supervise, fork_another):
    process = supervise(SLEEP)
    killed = process._child
    fork_another()
    os.kill(killed.pid, signal.SIGKILL)
    wait_until(lambda: process._child is not killed)
    assert process._child.is_alive()
    again = process._child
    os.kill(again.pid, signal.SIGKILL)
    # The other one, which holds all that this one had open, is still asleep.
    wait_until(lambda: process._child is not again)


def test_child_that_dies_while_the_site_stops_is_not_replaced(supervise, monkeypatch):
    process = supervise(SLEEP)
    child = process._child
    with fork_lock():
        os.kill(child.pid, signal.SIGKILL)
        time.sleep(3 * serving.RESTART_SECONDS)
        process._stopping.set()
    process.stop()
    time.sleep(3 * serving.RESTART_SECONDS)
    assert process._child is child


def test_stopped_child_stays_away(supervise):
    process = supervise(SLEEP)
    child = process._child
    process.stop()
    assert child.exitcode == -signal.SIGTERM
    time.sleep(3 * serving.RESTART_SECONDS)
    assert process._child is child


def test_child_that_ignores_the_stop_is_killed(supervise, capfd):
    process = supervise(ignore_the_stop)
    wait_until(lambda: "deaf" in capfd.readouterr().out)
    process.stop()
    # On its own it would end later, with success.
    assert process._child.exitcode == -signal.SIGKILL
