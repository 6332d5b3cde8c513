"""Tests of emailing everyone registered for an event, and of delivering again, as people do it."""

import pytest
from playwright.sync_api import expect

from tests.browser.modules.actions import until
from tests.browser.organize.steps import SLUG, go, look
from tests.browser.screens.events import EventScreen, TicketScreen
from tests.browser.screens.mail import email_of

MANNERS = [
    {"lang": "es", "width": 390},
    {"lang": "fr", "width": 1440, "scheme": "dark"},
    {"lang": "en", "width": 390, "scripts": False},
]
IDS = ["es-phone", "fr-desk-night", "en-no-scripts"]
SENT_SECONDS = 60


# No event gets more than two emails a day.
@pytest.mark.slow
@pytest.mark.parametrize(
    ("manner", "slug"), list(zip(MANNERS, ("talk", "talk", "vigil"), strict=True)), ids=IDS
)
def test_owner_emails_everyone_registered(owner, arrive, manner, slug):
    odile, guest = owner(**manner), arrive(lang=manner["lang"])
    page = odile.page
    odile.page_errors.allowed |= {422}
    EventScreen.open(guest, slug=slug).thanked()
    TicketScreen.confirmed_by_email(guest)

    go(odile, f"events/{slug}/registrations", "registrations")
    page.locator(f"main a[href$='/events/{slug}/messages']").click()
    look(odile, "messages of an event")
    page.locator("main a[href$='/messages/new']").click()
    look(odile, "new message")
    page.locator("button[value=save]").click()
    look(odile, "message refused")
    page.fill("[name=subject_en]", "The blue room")
    page.fill("[name=body_en]", "We meet in the **blue** room.")
    page.locator("button[value=save]").click()
    look(odile, "message as a draft")
    readers = page.locator("[data-readers]").get_attribute("data-readers")
    framed = page.frame_locator("iframe").first
    expect(framed.locator("h1")).to_have_text("The blue room")
    page.locator("form[action*='/test/'] button").first.click()
    look(odile, "message tested")
    page.locator("details:has(form[action$='/send']) > summary").click()
    page.locator("form[action$='/send'] button").click()
    # Reloading the page before it is there would give up sending.
    expect(page.locator("[data-count=sent]")).to_be_visible()
    look(odile, "message on its way")
    until(lambda: _sent(odile) == readers, SENT_SECONDS)
    # After the two emails of the registration.
    assert "blue" in email_of(guest, 3).find("main pre").text_content()
    go(odile, f"events/{slug}/messages", "messages with a sent one")
    go(odile, "audit/", "audit after a message")


def _sent(visitor):
    visitor.page.reload()
    return visitor.page.locator("[data-count=sent]").inner_text()


@pytest.mark.slow
@pytest.mark.parametrize("manner", MANNERS[2:], ids=IDS[2:])
def test_owner_is_reminded_to_deliver_again(owner_of_200, arrive, manner):
    odile = owner_of_200(**manner)
    page = odile.page
    odile.page_errors.allowed |= {422}
    go(odile, f"handovers/{SLUG}", "delivery")
    page.locator("main a[href$='/thresholds']").click()
    look(odile, "next deliveries")
    page.fill("[name=rows-0-count]", "100")
    page.fill("[name=rows-0-note]", "Call the Senate")
    page.locator("button[value=add]").click()
    look(odile, "next deliveries with a row")
    page.fill("[name=rows-1-count]", "50")
    page.locator("main form .actions button[type=submit]").last.click()
    look(odile, "next deliveries refused")
    page.fill("[name=rows-1-count]", "1000000")
    page.locator("[name=is_public]").check()
    page.locator("main form .actions button[type=submit]").last.click()
    look(odile, "delivery that is due")
    expect(page.locator("[data-threshold='100']")).to_have_attribute("data-state", "due")
    go(odile, "", "overview with a delivery")
    page.locator(f"main a[href$='/handovers/{SLUG}']").first.click()
    page.locator("form[action$='/done'] button").click()
    expect(page.locator("[data-threshold='100']")).to_have_attribute("data-state", "done")
    look(odile, "delivery done")
    page.locator("form[action$='/undo'] button").click()
    expect(page.locator("[data-threshold='100']")).to_have_attribute("data-state", "due")

    reader = arrive(lang=manner["lang"], width=manner["width"])
    reader.page.goto(f"/{manner['lang']}/petitions/{SLUG}")
    reader.inspect(reader.page, "petition with a next delivery")
    expect(reader.page.locator("[data-next-delivery='1000000']:visible").first).to_be_visible()
