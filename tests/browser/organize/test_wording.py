"""Tests of organizers who word the emails around signing, and of supporters who get them."""

import pytest
from playwright.sync_api import expect

from tests.browser.organize.steps import accept, go, look
from tests.browser.screens.mail import EmailScreen, Mailbox, email_of
from tests.browser.screens.petition import PetitionScreen

SLUG = "human-rights-first"
WORDS = {
    "en": ("{name}, one press is left 🦋", "Hello {name}, well begun.", "You are number {number}."),
    "es": ("{name}, solo falta un clic 🦋", "Hola {name}, vas bien.", "Eres el número {number}."),
    "fr": ("{name}, encore un geste 🦋", "Bonjour {name}, presque.", "Vous êtes le {number}."),
}
AFTER = "🦋 → {number}"


def unfold(page, lang):
    """Open the texts of a language."""
    details = page.locator(f"details#{lang}")
    if details.get_attribute("open") is None:
        details.locator("summary").first.click()


def word(odile):
    """Write the texts of all languages, look at an email with them, and save."""
    page = odile.page
    go(odile, f"petitions/{SLUG}/wording", "wording")
    for lang, (subject, opening, thanks) in WORDS.items():
        unfold(page, lang)
        page.fill(f"[name=confirm_subject_{lang}]", subject)
        page.fill(f"[name=confirm_opening_{lang}]", opening)
        page.fill(f"[name=thanks_text_{lang}]", thanks)
        page.fill(f"[name=after_confirming_{lang}]", AFTER)
    page.locator("button[formtarget=preview-es-confirmation][value=html]").click()
    preview = page.frame_locator("iframe[name=preview-es-confirmation]")
    expect(preview.locator("[data-subject]")).to_contain_text("solo falta un clic")
    expect(preview.locator(".own-opening")).to_contain_text("vas bien.")
    page.locator("button[formtarget=preview-fr-thanks][value=text]").click()
    plain = page.frame_locator("iframe[name=preview-fr-thanks]")
    expect(plain.locator("pre")).to_contain_text("Vous êtes le")
    # The preview has sent nothing else, and what was typed is still there.
    expect(page.locator("[name=thanks_text_fr]")).to_have_value(WORDS["fr"][2])
    page.locator(".text-actions button[value=save]").click()
    look(odile, "wording saved")
    expect(page.locator(".alert--success")).to_be_visible()


def thanks_to(visitor):
    """Open the thank-you email to a visitor once it is there."""
    box = Mailbox.open(visitor).wait_for_thanks(visitor.address)
    box.thanks_to(visitor.address).first.locator("a").first.click()
    return EmailScreen(visitor, visitor.page)


@pytest.mark.slow
@pytest.mark.parametrize("scripts", [True, False])
def test_supporters_get_both_emails_in_the_organizers_words(newcomer, arrive, scripts):
    odile = newcomer("editor", width=1440 if scripts else 390, scripts=scripts)
    accept(odile)
    word(odile)
    unfold(odile.page, "es")
    odile.page.locator("button[name=send][value='es:thanks']").click()
    look(odile, "wording tested")
    expect(odile.page.locator(".alert--success")).to_be_visible()
    for lang, (subject, opening, own) in WORDS.items():
        visitor = arrive(lang=lang, width=390, scripts=scripts)
        PetitionScreen.open(visitor, slug=SLUG).sign()
        email = email_of(visitor)
        expect(email.find(".mailbox-subject")).to_have_text(subject.format(name="Amalia"))
        expect(email.find("main pre")).to_contain_text(opening.format(name="Amalia"))
        hatched = email.press().confirm()
        number = hatched.number
        written = hatched.find(hatched.marker).inner_text().strip()
        expect(hatched.find("[data-own=after_confirming]")).to_have_text(
            AFTER.format(number=written)
        )
        thanks = thanks_to(visitor)
        text = thanks.find("main pre").text_content()
        assert own.format(number=written) in text
        assert f"/montage?n={number}" in text
        assert f"/{lang}/petitions/{SLUG}?by=" in text
        thanks.page.goto(thanks.link("mine"))
        expect(visitor.page.locator(".mine-one").first).to_be_visible()


@pytest.mark.slow
def test_reset_and_placeholders_help_while_writing(newcomer):
    odile = newcomer("editor", width=390, scheme="dark")
    accept(odile)
    page = odile.page
    odile.page_errors.allowed.add(422)
    go(odile, "petitions/victims-law/wording", "wording of a language")
    page.locator(".chip[data-field=confirm_subject_fr]").first.click()
    expect(page.locator("[name=confirm_subject_fr]")).to_have_value("{name}")
    page.locator(".text-actions button[value=save]").click()
    look(odile, "wording refused")
    expect(page.locator("#confirm_subject_fr-error")).to_be_visible()
    page.locator("[name=confirm_subject_fr]").press("End")
    page.keyboard.type(", un geste")
    page.locator("[value=reset-fr]").click()
    look(odile, "wording emptied")
    expect(page.locator("[name=confirm_subject_fr]")).to_have_value("")
