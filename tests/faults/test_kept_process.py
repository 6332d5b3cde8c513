"""A child process that is kept running."""

import signal
import sys
import time

import pytest

from campaign.cli import serving
from campaign.cli.serving import KeptProcess
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
    for each in kept:
        each.stop()


def test_the_child_runs_before_anything_else_is_forked(keep):
    """Else a process forked meanwhile holds the keeper up for ever, and a dead worker is never replaced."""
    assert keep(SLEEP)._child.poll() is None


def test_a_child_that_is_killed_is_replaced(keep):
    kept = keep(SLEEP)
    for _ in range(2):
        killed = kept._child
        killed.send_signal(signal.SIGKILL)
        wait_until(lambda before=killed: kept._child is not before, 5)
        assert kept._child.poll() is None


def test_a_child_that_is_stopped_stays_away(keep):
    kept = keep(SLEEP)
    child = kept._child
    kept.stop()
    assert child.poll() == -signal.SIGTERM
    time.sleep(3 * serving.RESTART_SECONDS)
    assert kept._child is child


def test_a_child_that_does_not_listen_is_killed(keep, capfd):
    kept = keep(DEAF)
    wait_until(lambda: "deaf" in capfd.readouterr().out, 5)
    began = time.monotonic()
    kept.stop()
    assert kept._child.wait(5) == -signal.SIGKILL
    assert time.monotonic() - began < 3
