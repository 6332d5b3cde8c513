"""Tests of the live counter offline and in a hidden tab."""

import pytest
from playwright.sync_api import expect

from tests.browser.modules.actions import GO_ON, hide, stop_clock, until
from tests.browser.screens.petition import PetitionScreen
from tests.browser.screens.reading import CauseScreen

PULSE = "**/pulse.json"
FAILED = "net::ERR_FAILED"
OFFLINE, LIVE = "pulse-status is-offline", "pulse-status"


def test_failing_pulse_shows_the_time_of_the_last_count_and_recovers(arrive):
    visitor = arrive(lang="es")
    visitor.page.clock.install()
    visitor.page_errors.allowed.add(FAILED)
    cause = CauseScreen.open(visitor)
    count = cause.count
    cause.page.route(PULSE, lambda route: route.abort())
    _let_run(cause, OFFLINE)
    expect(cause.status).to_be_visible()
    words, _, rest = cause.status.get_attribute("data-offline").partition("{time}")
    assert cause.status.text_content().startswith(words)
    assert any(letter.isdigit() for letter in cause.status.text_content().removesuffix(rest))
    assert cause.count == count
    cause.page.unroute(PULSE)
    _let_run(cause, LIVE)


@pytest.mark.slow
def test_hidden_tab_sends_no_requests(arrive):
    visitor = arrive()
    page, requests = visitor.page, _questions(visitor)
    page.clock.install()
    PetitionScreen.open(visitor)
    until(lambda: page.clock.run_for(1000) or requests)
    stop_clock(page)
    hide(page, True)
    page.evaluate(GO_ON)
    requests.clear()
    page.clock.run_for(60_000)
    page.evaluate(GO_ON)
    assert requests == []
    # The request comes at once, because the clock stands still.
    with page.expect_request(PULSE):
        hide(page, False)


@pytest.mark.slow
def test_page_left_open_polls_about_once_a_second(arrive):
    visitor = arrive()
    page, requests = visitor.page, _questions(visitor)
    page.clock.install()
    CauseScreen.open(visitor)
    stop_clock(page)
    for _ in range(3):
        before = len(requests)
        until(lambda before=before: page.clock.run_for(100) or len(requests) > before)
        page.clock.run_for(900)
        page.evaluate(GO_ON)
        assert len(requests) == before + 1


def _questions(visitor):
    """Return a list to which each request for the pulse is added."""
    requests = []
    visitor.context.on(
        "request",
        lambda request: requests.append(request.url) if "pulse.json" in request.url else None,
    )
    return requests


def _let_run(cause, state):
    """Let the page's clock run until its status line is in that state."""
    until(
        lambda: (
            cause.page.clock.run_for(1000) or cause.status.get_attribute("class").strip() == state
        )
    )
