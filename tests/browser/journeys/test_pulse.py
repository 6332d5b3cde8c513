"""The live counter when the network leaves, and when nobody looks."""

import time

from playwright.sync_api import expect

from tests.browser.screens.petition import PetitionScreen
from tests.browser.screens.reading import CauseScreen

PULSE = "**/pulse.json"
FAILED = "net::ERR_FAILED"
OFFLINE, LIVE = "pulse-status is-offline", "pulse-status"


def test_a_lost_pulse_says_since_when_the_count_stands_still_and_recovers(arrive):
    visitor = arrive(lang="es")
    visitor.page.clock.install()
    visitor.noises.allowed.add(FAILED)
    cause = CauseScreen.open(visitor)
    count = cause.count
    cause.page.route(PULSE, lambda route: route.abort())
    _let_run(cause, until=OFFLINE)
    expect(cause.status).to_be_visible()
    words, _, rest = cause.status.get_attribute("data-offline").partition("{time}")
    assert cause.status.text_content().startswith(words)
    assert any(letter.isdigit() for letter in cause.status.text_content().removesuffix(rest))
    assert cause.count == count
    cause.page.unroute(PULSE)
    _let_run(cause, until=LIVE)


def test_a_hidden_tab_asks_for_nothing(arrive):
    visitor = arrive()
    asked = []
    visitor.context.on("request", lambda request: asked.append(request.url) if "pulse.json" in request.url else None)
    petition = PetitionScreen.open(visitor)
    with visitor.page.expect_request(PULSE):
        pass
    _hide(petition.page, True)
    petition.page.wait_for_timeout(300)
    before = len(asked)
    petition.page.wait_for_timeout(2500)
    assert len(asked) == before
    start = time.monotonic()
    with visitor.page.expect_request(PULSE):
        _hide(petition.page, False)
    assert time.monotonic() - start < 1


def test_a_page_left_open_asks_about_once_a_second(arrive):
    visitor = arrive()
    asked = []
    visitor.context.on("request", lambda request: asked.append(request.url) if "pulse.json" in request.url else None)
    CauseScreen.open(visitor).page.wait_for_timeout(3500)
    assert 2 <= len(asked) <= 5


def _let_run(cause, until):
    """Let the page's clock run until its status line is in that state; a minute is far too long."""
    for _ in range(60):
        cause.page.clock.run_for(1000)
        cause.page.wait_for_timeout(50)
        if cause.status.get_attribute("class").strip() == until:
            return
    raise AssertionError(f"The line did not become {until}")


def _hide(page, is_hidden):
    page.evaluate(
        """(hidden) => {
            Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        is_hidden,
    )
