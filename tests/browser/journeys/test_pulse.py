"""The live counter when the network leaves, and when nobody looks."""

from playwright.sync_api import expect

from tests.browser.modules.actions import GO_ON, hide, until
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
    _let_run(cause, OFFLINE)
    expect(cause.status).to_be_visible()
    words, _, rest = cause.status.get_attribute("data-offline").partition("{time}")
    assert cause.status.text_content().startswith(words)
    assert any(letter.isdigit() for letter in cause.status.text_content().removesuffix(rest))
    assert cause.count == count
    cause.page.unroute(PULSE)
    _let_run(cause, LIVE)


def test_a_hidden_tab_asks_for_nothing(arrive):
    visitor = arrive()
    page, asked = visitor.page, _questions(visitor)
    page.clock.install()
    PetitionScreen.open(visitor)
    until(lambda: page.clock.run_for(1000) or asked)
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    hide(page, True)
    asked.clear()
    page.clock.run_for(60_000)
    page.evaluate(GO_ON)
    assert asked == []
    # At once: the clock stands still.
    with page.expect_request(PULSE):
        hide(page, False)


def test_a_page_left_open_asks_about_once_a_second(arrive):
    visitor = arrive()
    page, asked = visitor.page, _questions(visitor)
    page.clock.install()
    CauseScreen.open(visitor)
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    for _ in range(3):
        before = len(asked)
        until(lambda before=before: page.clock.run_for(100) or len(asked) > before)
        page.clock.run_for(900)
        page.evaluate(GO_ON)
        assert len(asked) == before + 1


def _questions(visitor):
    """Return a list to which the page adds each time it asks for the pulse."""
    asked = []
    visitor.context.on(
        "request",
        lambda request: asked.append(request.url) if "pulse.json" in request.url else None,
    )
    return asked


def _let_run(cause, state):
    """Let the page's clock run until its status line is in that state."""
    until(
        lambda: (
            cause.page.clock.run_for(1000) or cause.status.get_attribute("class").strip() == state
        )
    )
