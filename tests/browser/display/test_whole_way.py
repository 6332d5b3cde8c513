"""Every page, by day and by night, wide and narrow, in each language: no barrier, and nothing cut off."""

import pytest

from tests.browser.display.sides import cut_off, magnify
from tests.browser.screens.way import whole_way

LANGS = ("en", "fr", "es")
LONG = "a.very.long.address.that.somebody.really.has@correo.universidad.mx"


@pytest.mark.parametrize("lang", LANGS)
def test_no_page_is_wider_than_a_small_phone_or_with_text_twice_as_large(arrive, lang):
    visitor = arrive(lang=lang, width=320, scheme="dark")
    visitor.address = f"{lang}.{LONG}"
    found = []
    for screen in whole_way(visitor):
        name = type(screen).__name__
        found += [f"{name}: {cut}" for cut in cut_off(screen.page)]
        screen.page.set_viewport_size({"width": 640, "height": 900})
        magnify(screen.page, 200)
        found += [f"{name} at 200 %: {cut}" for cut in cut_off(screen.page)]
        magnify(screen.page, 100)
        screen.page.set_viewport_size({"width": 320, "height": 568})
    assert not found, "\n".join(found)


@pytest.mark.parametrize("lang", LANGS)
def test_every_page_is_free_of_barriers_by_day(arrive, lang):
    assert len([cut_off(screen.page) for screen in whole_way(arrive(lang=lang, width=1440))]) == 13


@pytest.mark.parametrize("width", [820, 1440])
def test_no_page_is_cut_off_on_a_tablet_or_a_desk(arrive, width):
    visitor = arrive(lang="fr", width=width, scheme="dark")
    found = [f"{type(screen).__name__}: {cut}" for screen in whole_way(visitor) for cut in cut_off(screen.page)]
    assert not found, "\n".join(found)
