"""Tests of refused forms: each error is at its field, and no input is lost."""

import pytest
from playwright.sync_api import expect

from tests.browser.screens.petition import PetitionScreen

EMPTY = {"given_name": "", "family_name": "", "email": "", "country": "", "postal_code": ""}


@pytest.mark.parametrize(
    ("lang", "scripts"), [("en", True), ("es", False), ("fr", True), ("fr", False)]
)
def test_empty_form_shows_an_error_summary_with_links_to_the_fields(arrive, lang, scripts):
    refused = PetitionScreen.open(arrive(lang=lang, scripts=scripts)).refuse(**EMPTY)
    if scripts:
        expect(refused.summary).to_be_focused()
    assert refused.links.count() >= 2
    for link in refused.links.all():
        target = link.get_attribute("href")
        expect(refused.find(target)).to_have_attribute("aria-invalid", "true")
        error = refused.find(target).get_attribute("aria-describedby").split()[-1]
        expect(refused.find(f"#{error}")).to_be_visible()


def test_summary_link_moves_the_focus_to_its_field(arrive):
    refused = PetitionScreen.open(arrive()).refuse(**EMPTY)
    for link in refused.links.all():
        link.click()
        expect(refused.find(link.get_attribute("href"))).to_be_focused()
        expect(refused.find(link.get_attribute("href"))).to_be_in_viewport()


@pytest.mark.parametrize("scripts", [True, False], ids=["script", "no_script"])
@pytest.mark.parametrize(("width", "typed"), [(390, "amalia@correo"), (1440, "amalia correo.mx")])
def test_wrong_email_address_keeps_all_input_and_can_be_corrected(arrive, typed, width, scripts):
    visitor = arrive(width=width, scripts=scripts)
    petition = PetitionScreen.open(visitor)
    refused = petition.refuse(email=typed, comment="Hasta encontrarles.", name_display="initials")
    assert refused.links.count() == 1
    assert refused.words == {
        "given_name": "Amalia",
        "family_name": "Rosales",
        "country": "MX",
        "postal_code": "50000",
        "email": typed,
        "comment": "Hasta encontrarles.",
    }
    expect(refused.find("[name=name_display][value=initials]")).to_be_checked()
    refused.field("email").fill(visitor.address)
    refused.button.click()
    visitor.page.wait_for_url("**/thanks")


def test_correction_is_offered_for_a_mistyped_email_address(arrive):
    petition = PetitionScreen.open(arrive())
    petition.field("email").fill("amalia@gmial.com")
    petition.field("postal_code").focus()
    petition.find("[data-email-suggestion] button").click()
    expect(petition.field("email")).to_have_value("amalia@gmail.com")


@pytest.mark.slow
def test_reload_after_a_refusal_asks_nothing_and_shows_the_form(arrive):
    visitor = arrive()
    refused = PetitionScreen.open(visitor).refuse(email="amalia@correo")
    visitor.page.goto(visitor.page.url)
    petition = PetitionScreen(visitor)
    assert refused.page.url.endswith("/petitions/find-the-43#sign")
    assert petition.words["given_name"] == "Amalia"
