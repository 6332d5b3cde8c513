"""Tests of confirming with the code from the email, on the same device and on another one."""

import pytest
from playwright.sync_api import expect

from tests.browser.screens.mail import email_of
from tests.browser.screens.petition import PetitionScreen
from tests.browser.screens.reading import CauseScreen
from tests.browser.screens.thanks import CodeScreen, ConfirmScreen, ThanksScreen

MANNERS = [("en", True), ("es", False), ("fr", True), ("fr", False)]


def code_sent_to(arrive, supporter):
    """Sign, read the email elsewhere as that person would, and return the code in it."""
    reader = arrive(lang=supporter.lang)
    reader.address = supporter.address
    return email_of(reader).code


@pytest.mark.parametrize(("lang", "scripts"), MANNERS)
def test_code_from_the_email_confirms_on_the_thanks_page(arrive, lang, scripts):
    supporter = arrive(lang=lang, scripts=scripts)
    before = CauseScreen.open(supporter).count
    petition = PetitionScreen.open(supporter)
    thanks = petition.sign() if scripts else _sign_plainly(petition)
    code = code_sent_to(arrive, supporter)
    if scripts:
        expect(thanks.field("email")).to_have_value(supporter.address)
    confirm = thanks.enter(code.lower(), None if scripts else supporter.address)
    assert code.replace("-", "") not in confirm.page.url.upper()
    hatched = confirm.confirm()
    assert hatched.lang == lang
    assert hatched.number == before + 1


@pytest.mark.slow
@pytest.mark.parametrize(("lang", "scripts"), MANNERS)
def test_code_from_the_email_confirms_on_another_device(arrive, lang, scripts):
    supporter = arrive(lang=lang)
    PetitionScreen.open(supporter).sign()
    code = code_sent_to(arrive, supporter)
    other = arrive(lang=lang, scripts=scripts)
    other.page.goto("/c")
    page = CodeScreen(other)
    assert (page.lang, page.state) == (lang, "new")
    # As it is read out: without the dash, in small letters.
    hatched = page.enter(f" {code.replace('-', ' ').lower()} ", supporter.address).confirm()
    assert hatched.lang == lang
    # On the first device, the same code now shows the same number.
    thanks = ThanksScreen(supporter)
    thanks.field("code").fill(code)
    thanks.find(".code-form button").click()
    supporter.page.wait_for_url("**/signatures/hatched/*")


@pytest.mark.slow
@pytest.mark.parametrize("scripts", [True, False])
def test_wrong_code_says_what_to_do_and_keeps_what_was_typed(arrive, scripts):
    visitor = arrive(scripts=scripts)
    visitor.page_errors.allowed.add(422)
    page = CodeScreen.open(visitor)
    wrong = page.enter("K7M2", visitor.address)
    assert wrong.state == "invalid"
    wrong = wrong.enter("K7M2-9QXW")
    assert wrong.state == "wrong"
    expect(wrong.find("[role=alert]")).to_be_focused()
    expect(wrong.field("email")).to_have_value(visitor.address)
    expect(wrong.field("code")).to_have_value("K7M2-9QXW")


@pytest.mark.slow
def test_code_in_a_frame_opens_the_confirmation_in_a_new_tab(arrive):
    visitor = arrive(lang="es")
    PetitionScreen.open(visitor).sign()
    code = code_sent_to(arrive, visitor)
    page = visitor.page
    page.goto("/embed/petitions/find-the-43/thanks?lang=es")
    page.fill(".code-form [name=email]", visitor.address)
    page.fill(".code-form [name=code]", code)
    with visitor.context.expect_page() as opened:
        page.click(".code-form button")
    confirm = ConfirmScreen(visitor, opened.value)
    assert confirm.lang == "es"
    assert "/embed/" in page.url


def _sign_plainly(petition):
    petition.fill()
    petition.button.click()
    petition.page.wait_for_url("**/thanks")
    return ThanksScreen(petition.visitor, petition.page)
