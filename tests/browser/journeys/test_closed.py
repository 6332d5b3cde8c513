"""Tests of closed petitions: readers are told, and so are people who were filling in the form."""

import pytest
from playwright.sync_api import expect

from tests.browser.modules.actions import loads_until
from tests.browser.screens.mail import email_of
from tests.browser.screens.petition import ClosedScreen, PetitionScreen

SLUG = "a-short-one"


@pytest.fixture(scope="module")
def short_petition(served, tmp_path_factory):
    """A separate petition, so that closing it affects no other test."""
    text_file = tmp_path_factory.mktemp("text_file") / "text_file.md"
    text_file.write_text("## To the mayor\n\nPlease plant milkweed.\n")
    about = (
        "--cause",
        "butterflies-for-mexico",
        "--title",
        "Plant milkweed",
        "--target",
        "The mayor",
    )
    served.flask("petitions", "create", SLUG, *about, "--text", str(text_file))


@pytest.mark.slow
def test_closing_a_petition_is_told_to_readers_and_to_late_signers(arrive, served, short_petition):
    early, late, reader = arrive(), arrive(), arrive(lang="fr", width=1440)
    PetitionScreen.open(early, slug=SLUG).sign()
    form = PetitionScreen.open(late, slug=SLUG)
    form.fill()
    served.flask("petitions", "close", SLUG)
    late.page_errors.allowed.add(410)
    form.button.click()
    expect(late.page.locator("#sign form")).to_have_count(0)
    refused = ClosedScreen(late)
    reader.page.goto(f"/fr/petitions/{SLUG}")
    loads_until(reader.page, lambda: not reader.page.locator("#sign form").count())
    told = ClosedScreen(reader)
    for screen in (refused, told):
        expect(screen.find("#sign li a").first).to_be_visible()
        expect(screen.find("[data-module=signing-bar]")).to_have_count(0)
    assert email_of(early).press().confirm().number > 0
