"""Tests of printed pages: the petition's text, with the address where it can be signed."""

import pytest
from playwright.sync_api import expect

from tests.browser.screens.petition import PetitionScreen
from tests.browser.screens.reading import PrivacyScreen

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("width", [390, 820])
def test_printed_petition_has_its_text_and_address_and_no_buttons(arrive, width):
    petition = PetitionScreen.open(arrive(width=width))
    petition.page.emulate_media(media="print")
    expect(petition.find(".petition-body")).to_be_visible()
    expect(petition.find(".sign-card-address")).to_be_visible()
    for pressed in (".sign-form", ".header-search", ".wing-border", "main .button", ".ask"):
        expect(petition.find(pressed).locator("visible=true")).to_have_count(0)


def test_printed_event_has_its_time_and_no_buttons(arrive):
    page = arrive(width=820).page
    page.goto("/en/events/talk")
    page.emulate_media(media="print")
    expect(page.locator(".event-page-details b").first).to_be_visible()
    for pressed in (".event-page-options", ".calendar-links", "[data-module=local-time]"):
        expect(page.locator(pressed).locator("visible=true")).to_have_count(0)


def test_printed_privacy_page_has_what_is_folded_on_the_screen(arrive):
    privacy = PrivacyScreen.open(arrive(width=820))
    folded = privacy.find(".kept-more table")
    expect(folded.locator("visible=true")).to_have_count(0)
    privacy.page.emulate_media(media="print")
    expect(folded.locator("visible=true")).to_have_count(folded.count())
    expect(privacy.find(".privacy-contents")).to_be_hidden()
