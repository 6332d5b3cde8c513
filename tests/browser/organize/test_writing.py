"""Tests of writing a petition: few presses, and text that survives preview and refusal."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.organize.steps import SLUG, go, look

LETTER = {"summary_en": "We ask for trees.", "body_en": "Madam Mayor,\n\n- plant **twelve** trees"}
MAX_PRESSES = 10
SAVE = "form:has([name=guide]) div.actions button[type=submit]"
SKIP = "form:has([name=guide]) div.actions a.go"


class Presses:
    """Press buttons and links of the page, and count the presses."""

    def __init__(self, visitor):
        self._visitor, self.count = visitor, 0

    def press(self, what, kind):
        self._visitor.page.locator("main").locator(what).first.click()
        self.count += 1
        look(self._visitor, kind)


def test_new_petition_is_published_in_few_presses(owner):
    odile = owner(width=390)
    page, presses = odile.page, Presses(odile)
    go(odile, "petitions/", "petitions")
    presses.press("a[href$='/petitions/new']", "new petition")
    page.fill("[name=title]", "Twelve trees for the square")
    presses.press(".workspace-form button[type=submit]", "step: text")
    for name, words in LETTER.items():
        page.fill(f"[name={name}]", words)
    presses.press(SAVE, "step: targets")
    page.fill("[name=rows-0-en]", "The mayor")
    presses.press(SAVE, "step: form")
    presses.press(SAVE, "step: dates")
    presses.press(SKIP, "step: picture")
    presses.press(SKIP, "step: publish")
    page.locator("main form[action$='/publish'] button").click()
    presses.count += 1
    look(odile, "petition published by steps")
    expect(page.locator(".alert--success")).to_be_visible()
    assert presses.count <= MAX_PRESSES
    page.goto("/en/petitions/twelve-trees-for-the-square")
    expect(page.locator("h1")).to_have_text("Twelve trees for the square")


def kept(page):
    """Return the names of the forms whose input the browser stores."""
    return page.evaluate(
        "Object.keys(localStorage).filter((key) => key.startsWith('volante:writing:'))"
    )


@pytest.mark.slow
def test_input_survives_preview_and_refusal_and_is_cleared_once_saved(owner):
    odile = owner(width=1440)
    page = odile.page
    odile.page_errors.allowed.add(422)
    go(odile, f"petitions/{SLUG}/letter", "letter to write")
    page.locator("#en > summary").click()
    body = page.locator("[name=body_en]")
    before = body.input_value()
    body.fill(f"{before}\n\nWords that nobody saved.")
    with page.expect_popup() as opened:
        page.locator("[name=press][value=preview-en]").click()
    expect(opened.value.locator("main")).to_contain_text("Words that nobody saved.")
    opened.value.close()
    title = page.locator("[name=title_en]").input_value()
    page.fill("[name=title_en]", "")
    page.locator(".text-actions [value=save]").click()
    look(odile, "letter refused")
    assert len(kept(page)) == 1
    go(odile, f"petitions/{SLUG}/letter", "letter with an offer")
    expect(page.locator("[data-draft-offer]")).to_be_visible()
    page.locator("[data-draft-take]").click()
    expect(page.locator("[name=body_en]")).to_have_value(re.compile("Words that nobody saved"))
    page.fill("[name=title_en]", title)
    page.locator(".text-actions [value=save]").click()
    look(odile, "letter reviewed")
    assert len(kept(page)) == 1
    page.locator("main [value=new-version]").click()
    expect(page.locator(".alert--success")).to_be_visible()
    page.wait_for_function(
        "() => !Object.keys(localStorage).some((key) => key.startsWith('volante:writing:'))"
    )


# The bullets are left of the text of the list, about as wide as a character.
INSET = """(item) => {
    const box = item.closest(".text-preview").getBoundingClientRect();
    const size = parseFloat(getComputedStyle(item).fontSize);
    return (item.getBoundingClientRect().left - box.left) / size;
}"""


@pytest.mark.slow
def test_bullets_of_the_live_preview_are_inside_its_box(owner):
    odile = owner(width=1440)
    page = odile.page
    go(odile, f"petitions/{SLUG}/letter", "text with a list")
    page.locator("[name^=body_]:visible").first.fill(
        "We ask:\n\n- plant twelve trees\n- water them"
    )
    item = page.locator(".text-preview ul > li").filter(has_text="plant twelve trees")
    expect(item).to_be_visible()
    assert item.evaluate(INSET) >= 1.5
