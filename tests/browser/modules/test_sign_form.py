"""Tests of the form under a petition, while it is filled in and sent."""

import json
import time
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.modules.actions import call, fill_form, kept, open_form, stop_clock

VECTORS = Path(__file__).parents[2] / "vectors"


def test_character_count_is_shown_and_announced_only_near_the_limit(page):
    page.clock.install()
    open_form(page)
    hint, speaker = page.locator("#left"), page.locator("#left + [role=status]")
    expect(hint).to_have_text("200 letters left")
    stop_clock(page)
    page.locator("textarea").fill("a" * 100)
    page.clock.run_for(1500)
    expect(hint).to_have_text("100 letters left")
    assert speaker.text_content() == ""
    page.locator("textarea").fill("a" * 199)
    expect(hint).to_have_text("1 letter left")
    assert speaker.text_content() == ""
    page.clock.run_for(1500)
    assert speaker.text_content() == "1 letter left"


def test_mistyped_email_domain_is_found_and_similar_valid_one_is_left_alone(form_page):
    rows = json.loads((VECTORS / "mail_domains.json").read_text())
    assert len(rows) >= 40
    found = {
        row["typed"]: call(form_page, "email-domains", "suggestAddress", row["typed"])
        for row in rows
    }
    assert found == {row["typed"]: row["suggested"] for row in rows}


def test_correction_is_offered_for_a_mistyped_email_address(page):
    open_form(page)
    page.locator("#email").fill("amalia@gmial.com")
    page.locator("[name=given_name]").focus()
    page.get_by_role("button", name="Did you mean amalia@gmail.com?").click()
    expect(page.locator("#email")).to_have_value("amalia@gmail.com")
    expect(page.locator("#email")).to_be_focused()
    expect(page.locator("[data-email-suggestion]")).to_be_empty()


def test_suggestion_never_blocks_submitting(page, site):
    open_form(page)
    fill_form(page, email="amalia@gmial.com")
    page.locator("#sign form button").click()
    page.wait_for_url("**/thanks.html")
    assert site.posts[0]["email"] == ["amalia@gmial.com"]


def test_pressing_twice_signs_once(page, site):
    site.post_waits = 0.4
    open_form(page)
    fill_form(page)
    while_sending = page.evaluate("""async () => {
        const button = document.querySelector("button[data-sending]");
        button.click();
        button.click();
        await new Promise((resolve) => setTimeout(resolve, 20));
        return [button.disabled, button.textContent.trim()];
    }""")
    assert while_sending == [True, "Sending …"]
    page.wait_for_url("**/thanks.html")
    assert len(site.posts) == 1


def test_button_works_on_a_page_restored_from_the_back_forward_cache(page):
    open_form(page)
    fill_form(page)
    page.evaluate("""() => {
        document.forms[0].addEventListener("submit", (event) => event.preventDefault());
        document.querySelector("button[data-sending]").click();
    }""")
    button = page.locator("form button[data-sending]")
    expect(button).to_be_disabled()
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(button).to_be_enabled()
    expect(button).to_have_text("Sign the petition")


def test_typed_text_returns_after_a_reload_and_overwrites_no_filled_field(page):
    open_form(page)
    fill_form(page, comment="Until all are home")
    page.locator("[name=country]").select_option("MX")
    page.locator("[name=name_display][value=initials]").check()
    page.locator("[name=subscribe]").check()
    # A fresh visit in the same tab leaves nothing to the browser's own memory of the form.
    page.goto("/pages/hatched.html")
    open_form(page, left=182)
    expect(page.locator("[name=email]")).to_have_value("amalia@correo.mx")
    expect(page.locator("textarea")).to_have_value("Until all are home")
    expect(page.locator("[name=country]")).to_have_value("MX")
    expect(page.locator("[name=name_display][value=initials]")).to_be_checked()
    expect(page.locator("[name=subscribe]")).to_be_checked()
    expect(page.locator("[data-preview=full]")).to_have_text("Amalia Rosales")
    expect(page.locator("[name=version]")).to_have_value("3")


def test_sent_form_is_stored_without_the_honeypot_and_the_draft_is_deleted(page):
    open_form(page)
    fill_form(page)
    before = 1000 * time.time()
    page.locator("#sign form button").click()
    page.wait_for_url("**/thanks.html")
    expect(page.locator("[data-correct]")).to_be_visible()
    expect(page.locator("#anew")).to_be_hidden()
    signed = kept(page, "volante:signed")
    assert signed["petition"] == "find-them"
    assert (signed["given_name"], signed["email"]) == ("Amalia", "amalia@correo.mx")
    assert signed["form"]["version"] == "3"
    assert signed["form"]["name_display"] == "counted"
    assert not {"website", "altcha"} & signed["form"].keys()
    after = 1000 * time.time()
    assert int(before) <= signed["at"] <= after + 1
    assert kept(page, "volante:draft:find-them") is None
