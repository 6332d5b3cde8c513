"""Tests of the pages after signing: thanks, and waiting for the number."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.browser.modules.actions import GO_ON, hide, sign, stop_clock, until


def test_thanks_page_greets_by_name_and_escapes_it(page):
    sign(page, given_name="<b>Amalia</b>")
    expect(page.locator("#greeting")).to_have_text("Hello <b>Amalia</b> at amalia@correo.mx.")


@pytest.mark.parametrize("signed", [{"at": 0}, {"petition": "another"}, None])
def test_thanks_page_of_another_time_petition_or_tab_is_not_personalized(page, signed):
    page.goto("/pages/hatched.html")
    record = {
        "petition": "find-them",
        "given_name": "Amalia",
        "email": "a@b.mx",
        "form": {},
        "at": time.time() * 1000,
    }
    page.evaluate(
        "(record) => sessionStorage.setItem('volante:signed', JSON.stringify(record))",
        signed and {**record, **signed},
    )
    page.goto("/pages/thanks.html")
    expect(page.locator("#greeting")).to_have_text("Hello.")
    expect(page.locator("#typed")).to_have_value("")
    expect(page.locator("[data-correct]")).to_be_hidden()
    expect(page.locator("#anew")).to_be_visible()
    expect(page.locator("[data-resend]")).to_be_hidden()


def test_address_is_filled_in_beside_the_code(page):
    sign(page, email="amalia@correo.mx")
    expect(page.locator("#typed")).to_have_value("amalia@correo.mx")


def test_resend_waits_a_minute_then_posts_the_same_form_and_says_so(page, site):
    page.clock.install()
    sign(page)
    button = page.locator("[data-resend]")
    expect(button).to_have_text(re.compile(r"Once more: (60|5\d) seconds"))
    button.dispatch_event("click")
    # From here on, time passes only when the test says so.
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 61)
    expect(button).to_have_text("Once more")
    assert len(site.posts) == 1
    button.click()
    expect(page.locator("#said")).to_have_text("Sent again.")
    first, second = site.posts
    assert second == {name: values for name, values in first.items() if name != "website"}
    expect(button).to_have_attribute("aria-disabled", "true")
    page.clock.run_for(59_500)
    expect(button).to_have_text("Once more: 1 second")


def test_failed_resend_says_so_and_waits_for_the_next_try(page, site):
    page.clock.install()
    sign(page)
    page.clock.run_for(61_000)
    site.post_status = 429
    button = page.locator("[data-resend]")
    button.click()
    expect(page.locator("#said")).to_have_text("That did not work.")
    expect(button).to_have_text(re.compile(r"Once more: (60|5\d) seconds"))
    assert len(site.posts) == 2


def test_correcting_the_email_address_brings_the_form_back_filled(page):
    sign(page)
    page.get_by_role("link", name="Correct it here").click()
    expect(page.locator("[name=email]")).to_have_value("amalia@correo.mx")
    expect(page.locator("[name=family_name]")).to_have_value("Rosales")


def test_page_reloads_once_the_number_is_there(page, site):
    page.goto("/pages/hatched.html#top")
    page.wait_for_url("**/pages/hatched.html")
    assert site.hatched_asks >= 3


def test_waiting_for_a_number_ends_after_twenty_requests(page, site):
    site.number_after = 1000
    page.clock.install()
    page.goto("/pages/hatched.html")
    late = page.locator("[data-late]")
    until(lambda: page.clock.run_for(4000) or late.is_visible(), 8)
    assert site.hatched_asks == 20


def test_hidden_page_asks_for_no_number_until_it_is_seen_again(page, site):
    site.number_after = 1000
    page.clock.install()
    page.goto("/pages/hatched.html")
    until(lambda: page.clock.run_for(700) or site.hatched_asks >= 1)
    stop_clock(page)
    page.evaluate(GO_ON)
    hide(page, True)
    before = site.hatched_asks
    page.clock.run_for(120_000)
    page.evaluate(GO_ON)
    assert site.hatched_asks == before
    hide(page, False)
    until(lambda: page.clock.run_for(700) or site.hatched_asks > before)
