"""Tests of changing the language: readers stay where they are."""

import pytest

from tests.browser.screens.mail import email_of
from tests.browser.screens.petition import PetitionScreen
from tests.browser.screens.reading import CauseScreen, FailureScreen, HomeScreen, PrivacyScreen
from tests.browser.screens.thanks import ConfirmScreen

PUBLIC = [(HomeScreen, 1440), (CauseScreen, 390), (PetitionScreen, 1440), (PrivacyScreen, 390)]


@pytest.mark.slow
@pytest.mark.parametrize(("screen", "width"), PUBLIC)
def test_every_page_links_to_its_translations(arrive, screen, width):
    here = screen.open(arrive(width=width))
    path = here.page.url.partition("/en/")[2].partition("#")[0]
    for lang in ("es", "fr", "en"):
        here = here.speak(lang)
        assert here.lang == lang
        assert here.page.url.endswith(f"/{lang}/{path}")


@pytest.mark.slow
def test_language_can_be_changed_at_every_step_of_signing(arrive):
    visitor = arrive(width=1440)
    thanks = PetitionScreen.open(visitor).sign().speak("fr")
    assert thanks.lang == "fr"
    visitor.page.goto(email_of(visitor).link("confirm"))
    confirm = ConfirmScreen(visitor).speak("es")
    hatched = confirm.confirm()
    number = hatched.number
    assert hatched.lang == "es"
    assert hatched.speak("fr").number == number


def test_typed_text_is_kept_when_the_language_is_changed(arrive):
    petition = PetitionScreen.open(arrive(width=1440))
    petition.fill(comment="Hasta encontrarles.")
    typed = petition.words
    assert petition.speak("es").words == typed


@pytest.mark.slow
def test_language_of_a_refused_form_can_be_changed(arrive):
    refused = PetitionScreen.open(arrive(width=1440)).refuse(email="amalia@correo")
    refused.find("nav.language-switch a[hreflang=fr]:visible").click()
    refused.page.wait_for_url("**/fr/petitions/find-the-43#sign")
    assert PetitionScreen(refused.visitor).words["given_name"] == "Amalia"


def test_url_without_language_uses_the_browsers_and_so_does_an_unknown_one(arrive):
    visitor = arrive(lang="fr")
    visitor.page.goto("/causes/butterflies-for-mexico")
    assert CauseScreen(visitor).lang == "fr"
    visitor.page_errors.allowed.add(404)
    visitor.page.goto("/nowhere/at/all")
    assert FailureScreen(visitor).lang == "fr"
