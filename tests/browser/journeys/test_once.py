"""Tests of double presses, going back, reloads and tabs: one signature, nothing lost."""

import pytest
from playwright.sync_api import expect

from tests.browser.screens.mail import Mailbox, email_of
from tests.browser.screens.petition import PetitionScreen
from tests.browser.screens.reading import CauseScreen
from tests.browser.screens.thanks import ThanksScreen


def test_double_click_makes_one_signature_and_one_email(arrive):
    visitor = arrive()
    posts = []
    visitor.context.on(
        "request", lambda request: posts.append(request.url) if request.method == "POST" else None
    )
    petition = PetitionScreen.open(visitor)
    petition.fill()
    petition.button.dblclick(no_wait_after=True)
    ThanksScreen(visitor)
    assert len(posts) == 1
    email_of(visitor)


@pytest.mark.slow
def test_double_click_without_script_also_makes_one_email(arrive):
    visitor = arrive(scripts=False)
    before = CauseScreen.open(visitor).count
    petition = PetitionScreen.open(visitor)
    petition.fill()
    petition.button.dblclick(no_wait_after=True)
    # The second press aborts the first navigation, which `wait_for_url` would report as an error.
    visitor.page.locator(ThanksScreen.marker).wait_for()
    assert email_of(visitor).press().confirm().number == before + 1


def test_signing_again_looks_the_same_and_the_supporter_gets_an_email(arrive, served):
    visitor = arrive()
    first = PetitionScreen.open(visitor).sign().find("main").inner_html()
    email_of(visitor).press().confirm()
    served.let_pass("61 seconds", visitor.address)
    second = PetitionScreen.open(visitor).sign().find("main").inner_html()
    assert _without_seconds(second) == _without_seconds(first)
    repeat = email_of(visitor, emails=2)
    assert repeat.open_mine().find(".mine-one").count() == 1
    assert (
        "/signatures/confirm/" not in Mailbox.open(visitor).newest().find("main pre").text_content()
    )


@pytest.mark.slow
def test_form_works_after_going_back_and_signing_again_counts_once(arrive, served):
    visitor = arrive()
    PetitionScreen.open(visitor).sign()
    # Even on a fast machine this counts as a second attempt rather than a double click.
    served.let_pass("61 seconds", visitor.address)
    visitor.page.go_back()
    petition = PetitionScreen(visitor)
    expect(petition.button).to_be_enabled()
    petition.sign()
    assert email_of(visitor, emails=2).open_mine().find(".mine-one").count() == 1


@pytest.mark.slow
def test_reloading_the_thanks_page_sends_nothing(arrive):
    visitor = arrive()
    posts = []
    PetitionScreen.open(visitor).sign()
    visitor.context.on(
        "request", lambda request: posts.append(request.url) if request.method == "POST" else None
    )
    visitor.page.reload()
    expect(ThanksScreen(visitor).greeting).to_contain_text(visitor.address)
    assert posts == []


def test_reloading_a_half_filled_form_loses_no_input(arrive):
    petition = PetitionScreen.open(arrive())
    petition.fill(comment="Hasta encontrarles.")
    typed = petition.words
    petition.page.goto("about:blank")
    assert PetitionScreen.open(petition.visitor).words == typed


@pytest.mark.slow
def test_two_tabs_sign_two_petitions_and_each_is_thanked_for_its_own(arrive):
    visitor = arrive()
    other = visitor.context.new_page()
    first = PetitionScreen.open(visitor)
    second = PetitionScreen.open(visitor, other, slug="human-rights-first")
    second.sign(given_name="Inés")
    expect(first.sign().greeting).to_contain_text("Amalia")
    expect(ThanksScreen(visitor, other).greeting).to_contain_text("Inés")
    assert email_of(visitor, emails=2).open_mine().find(".mine-one").count() == 2


def _without_seconds(words):
    return "".join(letter for letter in words if not letter.isdigit())
