"""Tests of confirmation emails that are sent again or have expired."""

import pytest
from playwright.sync_api import expect

from tests.browser.screens.mail import email_of
from tests.browser.screens.mine import OwnLinkScreen
from tests.browser.screens.petition import PetitionScreen
from tests.browser.screens.thanks import ConfirmScreen, ExpiredScreen, UnknownScreen


def test_thanks_page_shows_the_email_address_and_resends_after_a_minute(arrive, served):
    visitor, reader = arrive(), arrive()
    reader.address = visitor.address
    visitor.page.clock.install()
    thanks = PetitionScreen.open(visitor).sign()
    expect(thanks.greeting).to_contain_text(visitor.address)
    expect(thanks.again).to_have_attribute("aria-disabled", "true")
    served.let_pass("61 seconds", visitor.address)
    visitor.page.clock.run_for(61_000)
    thanks.again.click()
    expect(thanks.resend_status).to_have_text(thanks.again.get_attribute("data-sent"))
    email_of(reader, emails=2)


def test_without_script_the_thanks_page_offers_to_sign_again(arrive):
    visitor = arrive(scripts=False)
    thanks = PetitionScreen.open(visitor).sign()
    expect(thanks.again).to_be_hidden()
    thanks.find("[data-unsigned] a").click()
    assert PetitionScreen(visitor).words["email"] == ""


@pytest.mark.slow
def test_expired_email_says_so_and_a_new_one_is_sent(arrive, served):
    visitor = arrive(lang="es")
    PetitionScreen.open(visitor).sign()
    link = email_of(visitor).link("confirm")
    served.let_pass("8 days", visitor.address)
    visitor.page_errors.allowed.add(410)
    visitor.page.goto(link)
    expired = ExpiredScreen(visitor)
    expired.find(f"{expired.marker} button").click()
    visitor.page.wait_for_url("**?again=1")
    expect(visitor.page.locator("main .alert--success")).to_be_visible()
    ConfirmScreen(visitor)
    email_of(visitor, emails=2)


@pytest.mark.slow
def test_truncated_link_is_explained(arrive):
    visitor = arrive(lang="fr")
    PetitionScreen.open(visitor).sign()
    visitor.page_errors.allowed.add(404)
    visitor.page.goto(email_of(visitor).link("confirm")[:-3])
    unknown = UnknownScreen(visitor)
    expect(unknown.find("main .go")).to_have_count(2)
    # Without the link, an email to the same address still opens all that was signed.
    unknown.find("main .go[href$='/mine']").click()
    visitor.page.wait_for_url("**/mine")
    OwnLinkScreen(visitor)
