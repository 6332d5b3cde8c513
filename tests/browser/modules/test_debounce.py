"""Tests of what waits until nothing has changed for a moment."""

import pytest

from tests.browser.modules.little_site import BASE

START = """async (url) => {
    const { debounce } = await import(url);
    window.runs = 0;
    window.debounced = debounce(250, () => { window.runs += 1; });
}"""


@pytest.fixture
def clocked(controls):
    """A page whose clock the test moves, with a debounced action that counts its runs."""
    controls.clock.install()
    controls.evaluate(START, f"{BASE}/lib/debounce.js")
    return controls


def runs_after(page, milliseconds):
    page.clock.run_for(milliseconds)
    return page.evaluate("runs")


def test_action_runs_once_after_the_last_call(clocked):
    for _ in range(3):
        clocked.evaluate("debounced()")
        assert runs_after(clocked, 200) == 0
    assert runs_after(clocked, 100) == 1
    assert runs_after(clocked, 1000) == 1


def test_one_call_may_wait_longer(clocked):
    clocked.evaluate("debounced(1000)")
    assert runs_after(clocked, 900) == 0
    assert runs_after(clocked, 200) == 1


def test_cancelled_call_never_runs(clocked):
    clocked.evaluate("debounced(); debounced.cancel(); debounced.flush()")
    assert runs_after(clocked, 1000) == 0


def test_flushed_call_runs_immediately_and_only_once(clocked):
    clocked.evaluate("debounced(); debounced.flush(); debounced.flush()")
    assert clocked.evaluate("runs") == 1
    assert runs_after(clocked, 1000) == 1
