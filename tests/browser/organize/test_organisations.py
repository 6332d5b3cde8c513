"""Tests of an admin who edits the organisation of the site."""

import pytest
from playwright.sync_api import expect

from tests.browser.organize.steps import accept, go, look, secure

pytestmark = pytest.mark.slow

# The label in the language that needs most space, and how far it ends before the button begins.
GAP = """(sample) => {
  const [label] = sample.querySelectorAll("text");
  label.textContent = "En mode sombre";
  const button = sample.querySelectorAll("rect")[1];
  return button.getBoundingClientRect().left - label.getBoundingClientRect().right;
}"""
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><rect width="40" height="20"/></svg>'


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1440, "light")])
def test_each_part_is_edited_and_the_colour_is_shown_while_it_is_typed(newcomer, width, scheme):
    odile = newcomer(width=width, scheme=scheme)
    page = odile.page
    # The samples of a colour that is too light come with the page of a refused form.
    odile.page_errors.allowed.add(422)
    accept(odile)
    secure(odile)
    go(odile, "organisations/", "organisation")
    place = page.locator(".part-row-act a").first.get_attribute("href").rpartition("/")[0]
    place = place.removeprefix("/organize/")
    for part in ("identity", "legal", "sender", "look"):
        go(odile, f"{place}/{part}", part)
    page.fill("[name=accent]", "#ffcc00")
    shown = page.locator("[data-accent]").first
    expect(shown).not_to_have_attribute("data-accent", "#ffcc00")
    offered = shown.get_attribute("data-accent")
    page.locator("[name=press][value=try]").click()
    expect(page.locator("[name=accent]")).to_have_attribute("aria-invalid", "true")
    look(odile, "colour refused")
    assert min(page.locator("svg[data-accent]").evaluate_all(f"all => all.map({GAP})")) > 0
    page.fill("[name=accent]", offered)
    page.locator("[name=logo]").set_input_files(
        {"name": "logo.svg", "mimeType": "image/svg+xml", "buffer": SVG}
    )
    page.locator("main form .actions button").first.click()
    look(odile, "organisation with a logo")
    expect(page.locator("img.organisation-image")).to_be_visible()
