"""Tests of what a page shows of each pulse response."""

import pytest
from playwright.sync_api import expect

from tests.browser.modules.actions import until


def test_counts_follow_the_server_up_and_down(page, site):
    site.count = 28_043
    page.goto("/pages/pulse.html")
    for place in ("#cause", "#again", "#outside"):
        expect(page.locator(place)).to_have_text("28,043")
    expect(page.locator("#next")).to_have_text("Yours could be number 28,044")
    site.count = 28_001
    expect(page.locator("#cause")).to_have_text("28,001")


def test_count_climbs_through_the_numbers_between(page, site):
    page.add_init_script("""window.seen = [];
        addEventListener("DOMContentLoaded", () => new MutationObserver(() => {
            window.seen.push(Number(document.getElementById("cause").textContent.replace(",", "")));
        }).observe(document.getElementById("cause"), { childList: true }));""")
    site.count = 1900
    page.goto("/pages/pulse.html")
    expect(page.locator("#cause")).to_have_text("1,900")
    seen = page.evaluate("window.seen")
    assert len(seen) > 3
    assert seen == sorted(seen)


def test_count_changes_at_once_with_reduced_motion(context, noises, site):
    page = context.new_page()
    page.emulate_media(reduced_motion="reduce")
    page.add_init_script("window.requestAnimationFrame = () => { window.moved = true; };")
    site.count = 1900
    page.goto("/pages/pulse.html")
    expect(page.locator("#cause")).to_have_text("1,900")
    assert page.evaluate("window.moved") is None


@pytest.mark.parametrize(
    ("lang", "shown"), [("en", "28,043"), ("es", "28,043"), ("fr", "28\u00a0043")]
)
def test_count_is_formatted_for_its_language(page, site, lang, shown):
    site.count = 28_043
    page.goto(f"/pages/pulse.html?lang={lang}")
    page.wait_for_function(
        "(text) => document.getElementById('cause').textContent === text", arg=shown
    )


def test_petition_updates_its_counts_progress_bar_and_remainder(page, site):
    site.petitions = {"find-them": 955, "another": 3}
    page.goto("/pages/pulse.html")
    expect(page.locator("#find")).to_have_text("955")
    expect(page.locator("#words")).to_have_text("955 signatures")
    expect(page.locator("#bar rect")).to_have_attribute("width", "95.5")
    expect(page.locator("#bar")).to_have_attribute("aria-valuenow", "955")
    expect(page.locator("#bar")).to_have_attribute("aria-valuetext", "955 of 1,000")
    expect(page.locator("#inside")).to_have_text("45 to go")
    expect(page.locator("#apart")).to_have_text("45 to go")
    site.petitions = {"find-them": 999}
    expect(page.locator("#inside")).to_have_text("one to go")
    site.petitions = {"find-them": 1001}
    expect(page.locator("#inside")).to_have_text("The goal is reached")
    expect(page.locator("#apart")).to_have_text("0 to go")
    expect(page.locator("#bar rect")).to_have_attribute("width", "100")


def test_listeners_get_each_new_response(page, site):
    page.add_init_script(
        """window.heard = [];
        document.addEventListener("volante:pulse", ({ detail }) => window.heard.push(detail));"""
    )
    page.goto("/pages/pulse.html")
    page.wait_for_function("() => window.heard.length === 1")
    site.count = 1201
    page.wait_for_function("() => window.heard.length === 2")
    heard = page.evaluate("window.heard")
    assert [answer["count"] for answer in heard] == [1200, 1201]
    assert heard[0]["cause"] == "butterflies"
    assert heard[0]["petitions"] == {"find-them": 900}


def test_count_is_announced_at_most_every_ten_seconds(page, site):
    page.clock.install()
    page.goto("/pages/pulse.html")
    status = page.locator("#status")
    site.count = 1201
    until(lambda: page.clock.run_for(200) or status.text_content() == "1,201 butterflies")
    site.count = 1
    until(lambda: page.clock.run_for(200) or page.locator("#cause").text_content() == "1")
    page.clock.run_for(2000)
    assert status.text_content() == "1,201 butterflies"
    page.clock.run_for(10_000)
    assert status.text_content() == "1 butterfly"
