"""Tests of the live count: a window open elsewhere sees a signature arrive."""

import pytest
from playwright.sync_api import expect

from tests.browser.http_supporter import confirm
from tests.browser.screens.mail import email_of
from tests.browser.screens.petition import PetitionScreen
from tests.browser.screens.reading import CauseScreen
from tests.browser.screens.screen import number_in

# The promise is a second or two, but this machine may be busy with other tests.
SOON_MS = 30_000
# Record who flew in, whether the canvas was there, and the delay after the pulse in milliseconds.
FLIGHTS = """() => {
    const stage = document.querySelector("[data-stage]");
    window.flights = [];
    window.beats = {};
    document.addEventListener("volante:pulse", ({ detail }) => { beats[detail.count] ??= performance.now(); });
    stage.addEventListener("volante:montage-changed", ({ detail }) => flights.push({
        born: detail.born,
        drawn: stage.classList.contains("is-drawn"),
        after: performance.now() - beats[Math.max(...Object.keys(beats))],
    }));
}"""


@pytest.mark.slow
def test_open_window_shows_a_signature_that_is_confirmed_elsewhere(arrive):
    watcher, supporter = arrive(width=1440, lang="fr"), arrive()
    cause = CauseScreen.open(watcher)
    petition = PetitionScreen.open(watcher, watcher.context.new_page())
    shown = number_in(petition.find(".progress [data-count]"))
    PetitionScreen.open(supporter).sign()
    number = email_of(supporter).press().confirm().number
    cause.see_count(number, within_ms=SOON_MS)
    expect(petition.find(".progress [data-count]")).to_have_text(str(shown + 1))


@pytest.mark.slow
def test_watched_page_reports_its_count_to_listeners(arrive, served):
    cause = CauseScreen.open(arrive())
    number, _ = confirm(served.url, f"listened.{cause.visitor.address}")
    expect(cause.status).to_contain_text(f"{number:,}", timeout=SOON_MS)
    expect(cause.status).to_have_attribute("aria-live", "polite")


def test_new_butterfly_flies_into_the_montage_as_soon_as_it_counts(arrive, served):
    cause = CauseScreen.open(arrive(width=1440))
    cause.page.wait_for_load_state("networkidle")
    stage = cause.find("[data-stage]")
    # Until then the page shows the server's picture and no canvas.
    expect(stage.locator("img.montage")).to_be_visible()
    expect(stage.locator("canvas")).to_have_count(0)
    cause.page.evaluate(FLIGHTS)
    number, _ = confirm(served.url, f"flown.in.{cause.visitor.address}")
    cause.page.wait_for_function(
        "(number) => flights.some(({ born }) => born.includes(number))", arg=number
    )
    flown = cause.page.evaluate(
        "(number) => flights.find(({ born }) => born.includes(number))", number
    )
    assert flown["drawn"]
    # A pulse follows a hatching within a second. The rest of the delay is starting the canvas.
    assert flown["after"] < SOON_MS
