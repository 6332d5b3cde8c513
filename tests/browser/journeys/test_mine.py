"""Tests of the supporter's page: correct, hide, withdraw, and undo."""

import pytest
from playwright.sync_api import expect

from tests.browser.http_supporter import confirm
from tests.browser.modules.actions import loads_until
from tests.browser.screens.mail import email_of
from tests.browser.screens.mine import MineScreen
from tests.browser.screens.petition import PetitionScreen
from tests.browser.screens.reading import CauseScreen

SOON_MS = 30_000


@pytest.fixture
def confirmed(arrive, served):
    """Return a function that creates a visitor on their own page, confirmed with a full name."""

    def confirmed(**manner):
        visitor = arrive(**manner)
        _, link = confirm(served.url, visitor.address, visitor.lang)
        visitor.page.goto(link)
        return MineScreen(visitor)

    return confirmed


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lang", "width", "scripts"), [("en", 390, True), ("fr", 1440, False), ("es", 390, False)]
)
def test_name_is_corrected_then_hidden(confirmed, lang, width, scripts):
    mine = confirmed(lang=lang, width=width, scripts=scripts)
    assert mine.shown() == "Amalia Rosales"
    mine = mine.correct(family_name="Rosales Peña")
    expect(mine.find("main .alert--success")).to_be_visible()
    assert mine.shown() == "Amalia Rosales Peña"
    assert "Rosales" in PetitionScreen.open(mine.visitor).find("main").inner_text()
    mine.page.go_back()
    mine = MineScreen(mine.visitor).correct(name_display="counted")
    assert "Amalia" not in mine.shown()
    assert mine.form().locator("[name=family_name]").input_value() == "Rosales Peña"


@pytest.mark.slow
def test_hidden_name_is_removed_from_the_petition_page(confirmed):
    mine = confirmed().correct(given_name="Xochiquétzal")
    expect(_signers(mine)).to_contain_text("Xochiquétzal", timeout=SOON_MS)
    mine.page.go_back()
    MineScreen(mine.visitor).correct(name_display="counted")
    signers = _signers(mine)
    loads_until(mine.page, lambda: "Xochiquétzal" not in signers.inner_text())


def test_withdrawn_signature_is_not_counted_and_can_be_restored(arrive, confirmed):
    mine = confirmed(lang="es")
    cause = CauseScreen.open(arrive(lang="es"))
    before = cause.count
    mine = mine.withdraw()
    cause.see_count(before - 1, within_ms=SOON_MS)
    expect(mine.form()).to_have_count(0)
    mine = mine.restore()
    cause.see_count(before, within_ms=SOON_MS)
    expect(mine.form()).to_have_count(1)
    mine.page.reload()
    expect(mine.one().locator("[data-number]")).to_have_count(1)


@pytest.mark.slow
def test_invalid_correction_is_reported_at_its_field(confirmed):
    mine = confirmed()
    mine.visitor.page_errors.allowed.add(422)
    mine = mine.correct(given_name="")
    field = mine.form().locator("[name=given_name]")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_visible()
    expect(mine.find("main .alert--danger")).to_be_focused()


@pytest.mark.slow
def test_required_fields_are_not_called_optional(confirmed):
    form = confirmed().form()
    for name in ("given_name", "country", "postal_code"):
        expect(form.locator(f"label[for^={name}] .optional")).to_have_count(0)
    expect(form.locator("label[for^=comment] .optional")).to_have_count(1)


@pytest.mark.slow
@pytest.mark.parametrize("scripts", [True, False], ids=["script", "no_script"])
def test_language_can_be_changed_after_a_refused_correction(confirmed, scripts):
    mine = confirmed(width=1440, scripts=scripts)
    mine.visitor.page_errors.allowed.add(422)
    assert mine.correct(given_name="").speak("fr").lang == "fr"


@pytest.mark.slow
def test_two_signatures_of_one_email_address_each_have_a_form(arrive):
    visitor = arrive()
    PetitionScreen.open(visitor).sign()
    PetitionScreen.open(visitor, slug="victims-law").sign()
    mine = email_of(visitor, emails=2).open_mine()
    ids = mine.page.evaluate("[...document.querySelectorAll('[id]')].map((element) => element.id)")
    assert len(ids) == len(set(ids))
    mine.one(1).locator("summary").first.click()
    mine.form(1).locator("label[for^=given_name]").click()
    expect(mine.form(1).locator("[name=given_name]")).to_be_focused()


@pytest.mark.slow
def test_all_stored_data_can_be_downloaded(confirmed):
    mine = confirmed()
    with mine.page.expect_download() as download:
        mine.find("main a.go").last.click()
    assert "Rosales" in download.value.path().read_text()


def _signers(mine):
    return PetitionScreen.open(mine.visitor).find(".petition-signers")
