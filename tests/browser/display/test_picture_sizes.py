"""Tests that pictures have enough pixels, as Lighthouse's image-size-responsive asks."""

import re

import pytest

# As in Lighthouse: a phone, and a desktop. Pictures may have a quarter fewer pixels than the
# screen.
SCREENS = [(412, 823, 1.75), (1350, 940, 1)]
SHARE = 0.75
CAUSE = "/en/causes/butterflies-for-mexico"
PICTURE = """(picture) => [picture.currentSrc, picture.getBoundingClientRect().width]"""
WIDTH = re.compile(r"\bw=(\d+)")


@pytest.mark.parametrize(("width", "height", "density"), SCREENS)
@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_montage_has_enough_pixels_for_its_place(
    browser, served, width, height, density, scripts, scheme
):
    with browser.new_context(
        base_url=served.url,
        viewport={"width": width, "height": height},
        device_scale_factor=density,
        java_script_enabled=scripts,
        color_scheme=scheme,
    ) as context:
        page = context.new_page()
        # The close-up on the home page of a phone is left out: there, a small file matters more.
        for path in (CAUSE, f"{CAUSE}/montage"):
            page.goto(path)
            picture = page.locator("img.montage").first
            picture.scroll_into_view_if_needed()
            address, shown = picture.evaluate(PICTURE)
            pixels = int(WIDTH.search(address)[1])
            assert pixels >= int(SHARE * density * shown), (path, address, shown)
