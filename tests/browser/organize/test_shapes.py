"""Tests of a custom montage shape: upload, crop, preview of a million, accept, revert."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.modules.actions import until
from tests.browser.organize.steps import accept, go, look, press
from tests.factories.organizers import PASSWORD
from tests.factories.pictures import heart

PLACE = "causes/butterflies-for-mexico/shape"
# The page has loaded once its previews are drawn, one after the other, by low-priority processes.
DRAWN_MS = 90_000
LOADED = "images => images.every((image) => image.complete && image.naturalWidth === 480)"


def send(page):
    file = {
        "name": "heart.jpg",
        "mimeType": "image/jpeg",
        "buffer": heart("white", file_format="JPEG"),
    }
    page.set_input_files("[name=picture]", file)
    page.locator("form[enctype] button").click()
    page.wait_for_url("**/pictures/*")


def take(page):
    page.locator(
        "form[action*='/shape/']:not([action*='/pictures/']) [name=version] ~ .actions button"
    ).click()
    page.wait_for_url("**/shape")
    expect(page.locator(".alert--success")).to_be_visible()


def sent_to_browsers(page):
    """The name of the shape that public pages draw now."""
    return re.search(
        r"data-shape=\"[^\"]*/([\w-]+)\.bin",
        page.request.get("/en/causes/butterflies-for-mexico/montage").text(),
    )[1]


@pytest.mark.slow
def test_picture_becomes_the_shape_and_the_former_one_can_be_restored(newcomer):
    teo = newcomer("editor", lang="es", width=390, scheme="dark")
    page = teo.page
    teo.page_errors.allowed.add(422)
    page.set_default_timeout(DRAWN_MS)
    accept(teo)
    go(teo, PLACE, "shapes")
    page.locator("form[enctype] button").click()
    look(teo, "shape refused")
    expect(page.locator("#picture-error")).to_be_visible()
    send(page)
    words = page.locator("[data-cutout-text]")
    expect(words).to_contain_text("%")
    before = words.inner_text()
    page.locator("#threshold").fill("120")
    expect(words).not_to_have_text(before)
    expect(page.locator("[data-threshold-value]")).to_have_text("120")
    page.locator("#inverted").check()
    expect(words).not_to_have_text(before)
    page.locator("#inverted").uncheck()
    press(teo, "shape cut out")
    expect(page.locator("#threshold")).to_have_value("120")
    for image in page.locator(".shape-sights img").all():
        image.scroll_into_view_if_needed()
    page.wait_for_function(
        f"() => ({LOADED})([...document.querySelectorAll('.shape-sights img')])", timeout=DRAWN_MS
    )
    take(page)
    look(teo, "shape taken")
    until(lambda: sent_to_browsers(page).startswith("own-"))
    go(teo, f"{PLACE}/monarch", "former shape")
    take(page)
    # Public pages are cached for a second.
    until(lambda: sent_to_browsers(page) == "monarch")
    page.locator("a[href*='/shape/own-']").first.click()
    look(teo, "shape that was")
    page.locator("form[action$='/drop'] button").click()
    expect(page.locator("a[href*='/shape/own-']")).to_have_count(0)


@pytest.mark.slow
def test_shape_can_be_set_without_script(newcomer):
    teo = newcomer("editor", scripts=False)
    page = teo.page
    page.fill("[name=name]", "Teo Brandt")
    page.fill("[name=password]", PASSWORD)
    page.locator("main form button[type=submit]").click()
    page.set_default_timeout(DRAWN_MS)
    page.goto(f"/organize/{PLACE}")
    send(page)
    expect(page.locator("#threshold")).to_have_value("40")
    page.locator("form[action$='/discard'] button").click()
    page.wait_for_url("**/shape")
    expect(page.locator(".alert--success")).to_be_visible()
