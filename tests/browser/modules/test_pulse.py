"""Tests of how and when a page polls the pulse, and what it says without a response."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.modules.actions import GO_ON, call, hide, stop_clock, until
from tests.browser.modules.little_site import PULSE


def test_page_sends_the_etag_and_treats_304_as_unchanged(page, site):
    page.goto("/pages/pulse.html")
    until(lambda: len(site.pulses) >= 3)
    first, second = site.pulses[:2]
    assert "If-None-Match" not in first
    assert second["If-None-Match"] == site.pulse()[1]
    expect(page.locator("#cause")).to_have_text("1,200")
    site.count += 1
    expect(page.locator("#cause")).to_have_text("1,201")


def test_pulse_requests_carry_no_cookie_and_allow_caching(context, page, site, server):
    context.add_cookies(
        [{"name": "session", "value": "x", "url": f"http://127.0.0.1:{server.server_port}"}]
    )
    page.goto("/pages/pulse.html")
    until(lambda: len(site.pulses) >= 2)
    for headers in site.pulses:
        assert "Cookie" not in headers
        assert headers["Cache-Control"] == "max-age=1"


def test_one_url_is_polled_by_one_watcher_at_the_servers_interval(page, site):
    page.clock.install()
    page.goto("/pages/pulse.html")
    stop_clock(page)
    _poll(page, site)
    for _ in range(3):
        before = len(site.pulses)
        # The site asks for half a second. Up to a tenth more spreads out a crowd.
        page.clock.run_for(430)
        page.evaluate(GO_ON)
        assert len(site.pulses) == before
        _poll(page, site)
        assert len(site.pulses) == before + 1


def _poll(page, site):
    """Let the stopped clock run until the page has polled again and was answered."""
    before = len(site.pulses)
    with page.expect_response(f"**{PULSE}"):
        until(lambda: page.clock.run_for(60) or len(site.pulses) > before)


@pytest.mark.parametrize(
    ("next_ms", "failures", "soonest", "latest"),
    [
        (1000, 0, 1000, 1100),
        (10, 0, 500, 550),
        (10**7, 0, 60_000, 66_000),
        (None, 0, 1000, 1100),
        (1000, 1, 900, 1000),
        (1000, 2, 1800, 2000),
        (1000, 4, 7200, 8000),
        (1000, 60, 54_000, 60_000),
    ],
)
def test_pauses_follow_the_servers_interval_and_grow_with_failures(
    page, next_ms, failures, soonest, latest
):
    page.goto("/pages/hatched.html")
    assert call(page, "pulse", "pauseAfter", next_ms, failures, 0) == pytest.approx(soonest)
    assert call(page, "pulse", "pauseAfter", next_ms, failures, 1) == pytest.approx(latest)


@pytest.mark.parametrize(
    ("told", "offset"), [("00:30", "-05:00"), ("09:59", "-06:00"), ("23:59", "-06:00")]
)
def test_two_failures_show_the_time_of_the_count_and_one_response_recovers(
    page, site, told, offset
):
    # Clocks in Mexico City, this browser's time zone, were put back on that day.
    page.clock.set_fixed_time(f"2022-10-30T{told}:00{offset}")
    page.goto("/pages/pulse.html")
    until(lambda: len(site.pulses) >= 1)
    page.evaluate(
        """document.addEventListener("volante:pulse-state", ({ detail }) => {
            window.live = detail.isLive;
        })"""
    )
    site.pulse_status = 503
    status = page.locator("#status")
    expect(status).to_have_text(f"Not live just now. Counted at {told}.")
    expect(status).to_have_class("is-offline")
    expect(page.locator("#cause")).to_have_text("1,200")
    assert page.evaluate("window.live") is False
    site.pulse_status = 200
    page.wait_for_function("() => window.live === true")


def test_going_online_polls_and_says_so_at_once(page, site):
    page.clock.install()
    page.goto("/pages/pulse.html")
    until(lambda: len(site.pulses) >= 1)
    site.count += 1
    status = page.locator("#status")
    expect(status).to_have_text("1,201 butterflies")
    site.pulse_status = 503
    expect(status).to_have_class("is-offline")
    # From here on the clock stands still, so nothing that waits for it can help.
    stop_clock(page)
    site.pulse_status, site.count = 200, 1203
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(status).not_to_have_class("is-offline")
    expect(status).to_have_text("1,203 butterflies")


def test_response_without_a_count_changes_nothing(page, site):
    page.goto("/pages/pulse.html")
    until(lambda: len(site.pulses) >= 1)
    site.count = None
    expect(page.locator("#status")).to_have_text(re.compile("^Not live"))
    expect(page.locator("#cause")).to_have_text("1,200")


def test_unresponsive_server_is_given_up_after_eight_seconds(page, site):
    page.clock.install()
    site.pulse_hangs.set()
    page.goto("/pages/pulse.html")
    until(lambda: len(site.pulses) == 1)
    page.clock.run_for(7000)
    assert len(site.pulses) == 1
    page.clock.run_for(1100)
    page.clock.run_for(1100)
    until(lambda: len(site.pulses) == 2)
    page.clock.run_for(8100)
    expect(page.locator("#status")).to_have_text(re.compile("^Not live"))


def test_hidden_page_polls_nothing_and_polls_at_once_on_return(page, site):
    # However slow the machine is, the next request is not due before the clock stops.
    site.next_ms = 60_000
    page.clock.install()
    with page.expect_response(f"**{PULSE}"):
        page.goto("/pages/pulse.html")
    stop_clock(page)
    hide(page, True)
    before = len(site.pulses)
    page.clock.run_for(2 * site.next_ms)
    page.evaluate(GO_ON)
    assert len(site.pulses) == before
    # The clock stands still, so only requests that do not wait for it are sent.
    for back in (
        lambda: hide(page, False),
        lambda: page.evaluate("window.dispatchEvent(new Event('online'))"),
    ):
        before += 1
        with page.expect_response(f"**{PULSE}"):
            back()
        page.evaluate(GO_ON)
        assert len(site.pulses) == before


def test_repeated_visibility_event_polls_only_once(page, site):
    site.next_ms = 60_000
    with page.expect_response(f"**{PULSE}"):
        page.goto("/pages/pulse.html")
    hide(page, False)
    hide(page, False)
    page.evaluate(GO_ON)
    assert len(site.pulses) == 1
