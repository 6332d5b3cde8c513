"""Tests of moving everything to a new email address, and of stopping that."""

import pytest
from playwright.sync_api import expect

from tests.browser.http_supporter import confirm, own_link
from tests.browser.screens.mine import MineScreen
from tests.browser.screens.new_address import AddressChangeScreen, NewAddressScreen, is_gone


@pytest.fixture
def signer(arrive, served):
    """Return a function that creates a visitor on their own page, and its link."""

    def signer(**manner):
        visitor = arrive(**manner)
        _, link = confirm(served.url, visitor.address, visitor.lang)
        visitor.page.goto(link)
        return MineScreen(visitor), link

    return signer


def new_address_of(visitor):
    return visitor.address.replace("@correo.mx", "@nueva.example")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lang", "scripts", "scheme"),
    [("en", True, "light"), ("es", False, "light"), ("fr", True, "dark")],
)
def test_everything_moves_once_both_addresses_agree(signer, served, lang, scripts, scheme):
    mine, old_link = signer(lang=lang, scripts=scripts, scheme=scheme)
    visitor, new = mine.visitor, new_address_of(mine.visitor)
    NewAddressScreen.from_own_page(mine).ask(new)
    change = AddressChangeScreen.from_email(visitor, served.url, new)
    assert change.state == "requested"
    assert change.press("confirm").answer == "confirmed"
    change = AddressChangeScreen.from_email(visitor, served.url, visitor.address)
    assert (change.state, change.count("signatures")) == ("waiting", 1)
    assert change.press("agree").answer == "agreed"
    assert is_gone(old_link)
    visitor.page.goto(own_link(served.url, new, lang))
    assert MineScreen(visitor).shown() == "Amalia Rosales"


@pytest.mark.slow
@pytest.mark.parametrize(("lang", "scripts"), [("es", True), ("fr", False), ("en", False)])
def test_old_address_stops_it(signer, served, lang, scripts):
    mine, link = signer(lang=lang, scripts=scripts)
    visitor, new = mine.visitor, new_address_of(mine.visitor)
    NewAddressScreen.from_own_page(mine).ask(new)
    AddressChangeScreen.from_email(visitor, served.url, new).press("confirm")
    visitor.page.goto(f"{link}/address")
    expect(NewAddressScreen(visitor).find("[data-waiting]")).to_be_visible()
    change = AddressChangeScreen.from_email(visitor, served.url, visitor.address)
    assert change.press("stop").answer == "stopped"
    visitor.page.go_back()
    visitor.page.reload()
    assert AddressChangeScreen(visitor).state == "stopped"
    visitor.page.goto(link)
    assert MineScreen(visitor).shown() == "Amalia Rosales"


@pytest.mark.slow
def test_new_address_refuses(signer, served):
    mine, _link = signer(width=1440)
    visitor, new = mine.visitor, new_address_of(mine.visitor)
    NewAddressScreen.from_own_page(mine).ask(new)
    change = AddressChangeScreen.from_email(visitor, served.url, new)
    assert change.press("refuse").answer == "refused"


@pytest.mark.slow
def test_mistake_in_the_address_is_noticed(signer):
    mine, _link = signer(lang="fr")
    mine.visitor.page_errors.allowed.add(422)
    refused = NewAddressScreen.from_own_page(mine).refused("amalia@correo")
    expect(refused.find("[name=email]")).to_have_value("amalia@correo")
    expect(refused.find("main .alert--danger")).to_be_focused()
    refused.find(".error-links a").click()
    expect(refused.find("[name=email]")).to_be_focused()
    refused.find("[name=email]").fill("amalia@gmial.com")
    refused.find(".email-suggestion").click()
    expect(refused.find("[name=email]")).to_have_value("amalia@gmail.com")
