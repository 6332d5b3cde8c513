"""Tests of two forms with one email address: each link confirms its own form.

Also tests the link to the supporter's page, which is requested by email address.
"""

import pytest
from playwright.sync_api import expect

from tests.browser.http_supporter import sign
from tests.browser.screens.mail import Mailbox, email_of
from tests.browser.screens.mine import MineScreen, OwnLinkScreen
from tests.browser.screens.petition import PetitionScreen
from tests.browser.screens.thanks import ConfirmScreen

STRANGER = {
    "given_name": "Mallory",
    "family_name": "Grin",
    "comment": "Not hers",
    "name_display": "full",
}


def stranger_signs(served, visitor):
    """Let a stranger sign with the visitor's email address before the visitor does."""
    sign(served.url, visitor.address, visitor.lang, **STRANGER)
    Mailbox.open(visitor).wait_for(visitor.address, 1)


@pytest.mark.parametrize(("lang", "width", "scripts"), [("en", 390, True), ("es", 1440, False)])
def test_supporter_confirms_only_their_own_form(arrive, served, lang, width, scripts):
    visitor = arrive(lang=lang, width=width, scripts=scripts)
    stranger_signs(served, visitor)
    PetitionScreen.open(visitor).sign(comment="", name_display="counted")
    confirm = email_of(visitor, emails=2).press()
    details = confirm.find("main .detail-list").inner_text()
    assert "Amalia Rosales" in details
    assert "Mallory" not in details
    assert "Not hers" not in details
    confirm.confirm()
    mine = email_of(visitor, emails=2).open_mine()
    assert mine.form().locator("[name=given_name]").input_value() == "Amalia"
    assert mine.form().locator("[name=comment]").input_value() == ""
    assert "Mallory" not in mine.shown()


@pytest.mark.slow
@pytest.mark.parametrize("scripts", [True, False])
def test_strangers_link_shows_that_form_and_links_to_the_supporters(arrive, served, scripts):
    visitor = arrive(lang="fr", scripts=scripts)
    stranger_signs(served, visitor)
    strangers = email_of(visitor).link("confirm")
    PetitionScreen.open(visitor).sign()
    email_of(visitor, emails=2)
    visitor.page.goto(strangers)
    first = ConfirmScreen(visitor)
    expect(first.find("main .detail-list")).to_contain_text("Mallory Grin")
    first.find("main .after-list a").click()
    second = ConfirmScreen(visitor)
    expect(second.find("main .detail-list")).to_contain_text("Amalia Rosales")
    second.confirm()
    visitor.page.goto(strangers)
    expect(visitor.page.locator("main .after h1")).to_be_visible()
    assert visitor.page.locator("main form[method=post]").count() == 0
    expect(visitor.page.locator("main a[href$='/mine']").first).to_be_visible()


@pytest.mark.parametrize(("width", "scripts"), [(390, True), (1440, False)])
def test_link_to_the_supporters_page_is_requested_and_arrives(arrive, width, scripts):
    visitor = arrive(width=width, scripts=scripts)
    PetitionScreen.open(visitor).sign()
    email_of(visitor)
    asking = OwnLinkScreen.open(visitor)
    asking.ask(visitor.address)
    visitor.page.goto(email_of(visitor, emails=2).link("mine"))
    mine = MineScreen(visitor)
    mine.find("main .after-list a").click()
    ConfirmScreen(visitor).confirm()


def test_invalid_email_address_stays_in_the_field_with_an_error(arrive):
    visitor = arrive(lang="es", scripts=False)
    visitor.page_errors.allowed.add(422)
    asking = OwnLinkScreen.open(visitor)
    asking.find("[name=email]").fill("amalia@correo")
    asking.find(f"{asking.marker} button").click()
    expect(visitor.page.locator("#email-error")).to_be_visible()
    assert visitor.page.locator("[name=email]").input_value() == "amalia@correo"


@pytest.mark.slow
def test_expired_link_offers_a_new_one(arrive):
    visitor = arrive()
    PetitionScreen.open(visitor).sign()
    email_of(visitor)
    screen = OwnLinkScreen.open(visitor)
    screen.ask(visitor.address)
    link = email_of(visitor, emails=2).link("mine")
    visitor.page_errors.allowed.add(404)
    visitor.page.goto(f"{link}0")
    OwnLinkScreen(visitor).ask(visitor.address)
    visitor.page.goto(email_of(visitor, emails=3).link("mine"))
    MineScreen(visitor)
