"""Tests of emails about a result: set it, preview and send them, and get one once."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.organize.steps import SLUG, go, look, press
from tests.browser.screens.mail import Mailbox, email_of
from tests.browser.screens.petition import PetitionScreen


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lang", "width", "scheme", "result"),
    [
        ("es", 1440, "dark", "partly_won"),
        ("fr", 390, "light", "no_answer"),
    ],
)
def test_people_who_ask_are_told_of_the_result_once(arrive, owner, lang, width, scheme, result):
    asker = arrive(lang=lang, width=390, scripts=width == 390, scheme=scheme)
    _ask(asker)
    odile = owner(lang=lang, width=width, scheme=scheme)
    page = odile.page
    _set(odile, "")
    _set(odile, result)
    page.locator("[data-tell-result]").click()
    look(odile, "telling people of a result")
    _read_preview(odile, lang)
    if page.locator(".petition-state [data-announcement]").count():
        # Another case told people of this result, so nobody can be told again.
        expect(page.locator("form[action*='/telling?']")).to_have_count(0)
        emails = 1
    else:
        _tell(odile)
        _follow(asker, email_of(asker, emails=2), result)
        go(odile, f"answers/{SLUG}/result/telling", "people told of a result")
        expect(page.locator(".petition-state [data-announcement=done]")).to_be_visible()
        emails = 2
    _set(odile, "")
    go(odile, f"answers/{SLUG}/result/telling", "result removed after people were told")
    Mailbox.open(asker).wait_for(asker.address, emails)


def _tell(odile):
    """Send a test, then tell everyone who asked."""
    page = odile.page
    assert int(page.locator("main [data-people]").get_attribute("data-people")) >= 1
    page.locator("form[action*='/telling/test/'] button").first.click()
    look(odile, "test email of a result")
    page.locator("main details summary", has=page.locator(".icon--send")).click()
    page.locator("form[action*='/telling?'] button").click()
    expect(page.locator(".petition-state [data-announcement]")).to_be_visible()
    look(odile, "people are being told of a result")


def _ask(asker):
    """Sign, ask to be told, and confirm by the email."""
    form = PetitionScreen.open(asker, slug=SLUG)
    form.field("tell_answer").check()
    form.sign()
    email_of(asker).press().confirm()


def _set(odile, result):
    page = odile.page
    go(odile, f"answers/{SLUG}/result", "result of a petition")
    page.locator(f"[name=result][value='{result}']").check()
    press(odile, "answers with a result")


def _read_preview(odile, lang):
    """Look at the email in the organizer's language, as the page shows it."""
    part = odile.page.locator("details.translation", has=odile.page.locator(f"[lang={lang}]"))
    part.first.evaluate("each => { each.open = true; }")
    frame = part.first.locator("iframe")
    frame.scroll_into_view_if_needed()
    expect(frame.content_frame.locator("h1")).to_be_visible()


def _follow(asker, email, result):
    """Follow the links in the email to the petition, and to stop these emails with one press."""
    page, text = asker.page, email.find("main pre").text_content()
    page.goto(re.search(rf"\S+/petitions/{SLUG}\S*", text).group())
    expect(page.locator(f".petition-result[data-result={result}]")).to_be_visible()
    page.goto(re.search(r"\S+/signatures/answers/\S+", text).group())
    page.locator("main form button").click()
    expect(page.locator("[data-testid=answers-stopped]")).to_be_visible()
