"""Tests of emails about an answer: ask for them, confirm, get one, and stop them."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.organize.steps import SLUG, go, look
from tests.browser.screens.mail import Mailbox, email_of
from tests.browser.screens.petition import PetitionScreen


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_people_who_ask_are_told_once_and_can_stop_it(arrive, owner, lang):
    askers = [
        arrive(lang=lang, scripts=scripts, scheme="dark" if scripts else "light")
        for scripts in (True, False)
    ]
    for asker in askers:
        _ask(asker)
    odile = owner(lang=lang, width=1440)
    answer_id = _publish(odile)
    page = odile.page
    go(odile, f"answers/{SLUG}/{answer_id}/telling", "telling people")
    people = int(page.locator("main [data-people]").get_attribute("data-people"))
    assert people >= len(askers)
    page.locator("form[action*='/telling/test/'] button").first.click()
    look(odile, "test email of an answer")
    page.locator("main details summary", has=page.locator(".icon--send")).click()
    page.locator("form[action$='/telling'] button").click()
    expect(page.locator("main [data-announcement]")).to_be_visible()
    look(odile, "people are being told")
    for asker in askers:
        _stop(asker, email_of(asker, emails=2), answer_id)
    go(odile, f"answers/{SLUG}/{answer_id}/telling", "people told")
    expect(page.locator("main [data-announcement=done]")).to_be_visible()
    # Nothing is sent twice, however often the page is opened.
    for asker in askers:
        Mailbox.open(asker).wait_for(asker.address, 2)


def _ask(asker):
    """Sign, ask to be told, and confirm by the email."""
    form = PetitionScreen.open(asker, slug=SLUG)
    box = form.field("tell_answer")
    expect(box).not_to_be_checked()
    expect(form.field("subscribe")).not_to_be_checked()
    box.check()
    form.sign()
    confirming = email_of(asker).press()
    expect(confirming.find("[data-tell-answer=yes]")).to_be_visible()
    confirming.confirm()


def _publish(odile):
    """Enter an answer and publish it. Return its id."""
    page = odile.page
    go(odile, f"answers/{SLUG}/new", "new answer")
    page.locator("#target").select_option(index=1)
    page.fill("#day", "2026-05-04")
    page.locator("[name=outcome][value=promised]").check()
    original = page.locator("#original_lang").input_value()
    page.fill(f"#text_{original}", "We will **publish** the list.")
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("main [data-state=draft]")).to_be_visible()
    page.locator("form[action$='/publish'] button").click()
    expect(page.locator("main [data-state=published]")).to_be_visible()
    return re.search(r"/(\d+)$", page.url)[1]


def _stop(asker, email, answer_id):
    """Follow the link in the email to the answer, and stop these emails with one press."""
    page, text = asker.page, email.find("main pre").text_content()
    assert f"#answer-{answer_id}" in text
    page.goto(re.search(rf"\S+/petitions/\S+#answer-{answer_id}", text).group())
    expect(page.locator(f"#answer-{answer_id}")).to_be_visible()
    stop = re.search(r"\S+/signatures/answers/\S+", text).group()
    page.goto(stop)
    asker.inspect(page, "stop emails about answers")
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.locator("main form button").click()
    expect(page.locator("[data-testid=answers-stopped]")).to_be_visible()
    asker.inspect(page, "emails about answers stopped")
