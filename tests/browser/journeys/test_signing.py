"""Tests of a supporter's whole journey: read, sign, open the email, confirm, get a number."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.screens.mail import email_of
from tests.browser.screens.petition import PetitionScreen
from tests.browser.screens.reading import CauseScreen, HomeScreen
from tests.browser.screens.thanks import ConfirmScreen


@pytest.mark.parametrize(
    ("lang", "width", "scripts"),
    [
        ("en", 390, True),
        ("fr", 1440, True),
        ("fr", 390, False),
        ("es", 1440, False),
    ],
)
def test_signature_confirmed_by_email_becomes_the_next_butterfly(arrive, lang, width, scripts):
    visitor = arrive(lang=lang, width=width, scripts=scripts)
    before = CauseScreen.open(visitor).count
    PetitionScreen.open(visitor).sign(comment="Hasta encontrarles.", name_display="full")
    hatched = email_of(visitor).press().confirm()
    assert hatched.number == before + 1
    assert hatched.lang == lang


def test_home_links_to_the_petition_and_the_petition_to_its_form(arrive):
    visitor = arrive()
    HomeScreen.open(visitor).find("main .hero a.sign").click()
    visitor.page.wait_for_url("**/petitions/*")
    petition = PetitionScreen(visitor)
    petition.find("[data-module=signing-bar] a").click()
    expect(petition.field("given_name")).to_be_in_viewport()


@pytest.mark.slow
def test_link_in_plain_text_works_like_the_button(arrive):
    visitor = arrive()
    PetitionScreen.open(visitor).sign()
    email = email_of(visitor)
    assert email.link("confirm").startswith(visitor.page.url.partition("/dev/")[0])
    visitor.page.goto(email.link("confirm"))
    assert ConfirmScreen(visitor).confirm().number > 0


@pytest.mark.slow
def test_link_of_a_confirmed_signature_goes_straight_to_the_number(arrive):
    visitor = arrive()
    PetitionScreen.open(visitor).sign()
    link = email_of(visitor).link("confirm")
    visitor.page.goto(link)
    number = ConfirmScreen(visitor).confirm().number
    visitor.page.goto(link)
    expect(visitor.page.locator(".hatched-number")).to_have_text(
        # Pages group the digits from a thousand on.
        re.compile(r"\D?".join(str(number)))
    )


def test_opening_the_link_confirms_nothing(arrive):
    visitor = arrive()
    PetitionScreen.open(visitor).sign()
    email = email_of(visitor)
    visitor.page.goto(email.link("confirm"))
    ConfirmScreen(visitor)
    visitor.page.reload()
    ConfirmScreen(visitor)


def test_wrong_email_address_is_corrected_without_refilling_the_form(arrive):
    visitor = arrive()
    thanks = PetitionScreen.open(visitor).sign(comment="Hasta encontrarles.")
    thanks.find("[data-correct]").click()
    visitor.page.wait_for_url("**/petitions/find-the-43#sign")
    petition = PetitionScreen(visitor)
    assert petition.words["comment"] == "Hasta encontrarles."
    visitor.address = f"new.{visitor.address}"
    petition.field("email").fill(visitor.address)
    petition.button.click()
    visitor.page.wait_for_url("**/thanks")
    email_of(visitor)
