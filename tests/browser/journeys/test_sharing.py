"""Tests of personal links and the signatures that came by them, with and without script."""

import pytest
from playwright.sync_api import expect

from tests.browser.screens.mail import email_of
from tests.browser.screens.petition import PetitionScreen
from tests.browser.screens.screen import Screen

pytestmark = pytest.mark.slow


class SharingScreen(Screen):
    path = "/{lang}/petitions/{slug}/share"
    marker = "#mastodon form"


class PassedOnScreen(PetitionScreen):
    """The petition, opened by a personal link."""


@pytest.mark.parametrize(("lang", "scripts"), [("en", True), ("es", False)])
def test_link_does_not_reveal_whether_a_friend_signed(arrive, lang, scripts):
    amalia, friend = (
        arrive(lang=lang, scripts=scripts),
        arrive(lang=lang, scripts=scripts, width=1440),
    )
    PetitionScreen.open(amalia).sign()
    hatched = email_of(amalia).press().confirm()
    link = hatched.find("#share-link").input_value()
    assert "by=" in link
    friend.page.goto(link)
    petition = PassedOnScreen(friend)
    expect(petition.find("[data-referrals]")).to_be_visible() if scripts else None
    petition.sign()
    email_of(friend).press().confirm()
    hatched.page.reload()
    expect(hatched.find("#share-link")).to_have_value(link)
    expect(hatched.find(".referrals")).to_have_count(0)


def test_share_button_is_recorded_once_and_opens_the_right_place(arrive, served):
    visitor = arrive()
    PetitionScreen.open(visitor).sign()
    hatched = email_of(visitor).press().confirm()
    with visitor.page.expect_request("**/signatures/shared/*") as told:
        hatched.find("a[href$='#mastodon']").click()
    assert told.value.method == "POST"
    sharing = SharingScreen(visitor)
    visitor.page_errors.allowed.add(422)
    sharing.find("#mastodon button").click()
    refused = SharingScreen(visitor)
    expect(refused.find("#instance-error")).to_be_visible()
    refused.find("[name=instance]").fill("@amalia@mastodon.example")
    refused.find("#mastodon button").click()
    address = SharingScreen(visitor).find("#mastodon .alert a").get_attribute("href")
    assert address.startswith("https://mastodon.example/share?text=")
    assert "by%3D" in address


def test_link_source_is_kept_in_another_language(arrive, served):
    visitor = arrive(width=1440)
    visitor.page.goto("/en/petitions/human-rights-first?source=radio")
    petition = PassedOnScreen(visitor)
    expect(petition.field("source")).to_have_value("radio")
    there = petition.speak("fr")
    expect(there.field("source")).to_have_value("radio")
