"""Tests of every page by day and night, wide and narrow, in each language.

Nothing is cut off, and axe finds no barrier. Each screen is inspected as soon as it is shown.
"""

import pytest

from tests.browser.display.sides import cut_off, magnify
from tests.browser.organize.steps import accept, secure
from tests.browser.screens.all_pages import all_pages
from tests.browser.screens.reading import HomeScreen, MontageScreen

LANGS = ("en", "fr", "es")
# Those whose texts are the longest in French.
ADMIN_PAGES = (
    *("", "setup/", "setup/identity", "setup/look", "setup/legal", "setup/sender"),
    *("setup/languages", "organisations/", "organisations/new", "organisations/butterfly-table"),
    *("organisations/butterfly-table/identity", "organisations/butterfly-table/look"),
    *("organisations/butterfly-table/legal", "organisations/butterfly-table/sender"),
    *("site", "subscribers/", "people/", "petitions/find-the-43", "held/", "kiosks/"),
)
LONG = "a.very.long.address.that.somebody.really.has@correo.universidad.mx"


@pytest.mark.parametrize("lang", LANGS)
def test_nothing_is_cut_off_on_a_small_phone_by_night_or_with_double_text_size(arrive, lang):
    visitor = arrive(lang=lang, width=320, scheme="dark")
    visitor.address = f"{lang}.{LONG}"
    found = []
    for screen in all_pages(visitor):
        found += _cut_off(screen)
        screen.page.set_viewport_size({"width": 640, "height": 900})
        magnify(screen.page, 200)
        found += _cut_off(screen, "at 200 %")
        magnify(screen.page, 100)
        screen.page.set_viewport_size({"width": 320, "height": 568})
    assert not found, "\n".join(found)


def test_nothing_is_cut_off_for_an_admin_on_a_small_phone_or_with_double_text_size(newcomer):
    admin = newcomer(lang="fr", width=320, scheme="dark")
    accept(admin)
    secure(admin)
    page = admin.page
    found = []
    for path in ADMIN_PAGES:
        response = page.goto(f"/organize/{path}")
        assert response.ok, path
        found += [f"{path}: {cut}" for cut in cut_off(page)]
        page.set_viewport_size({"width": 640, "height": 900})
        magnify(page, 200)
        found += [f"{path} at 200 %: {cut}" for cut in cut_off(page)]
        page.set_viewport_size({"width": 320, "height": 568})
    assert not found, "\n".join(found)


def test_admin_sees_the_whole_navigation_on_a_laptop(newcomer):
    admin = newcomer(lang="es", width=1440)
    accept(admin)
    secure(admin)
    inner = admin.page.locator(".sidebar-inner")
    assert inner.evaluate("each => each.scrollHeight - each.clientHeight") <= 0


def test_header_stays_one_row_on_a_small_phone(arrive):
    head = HomeScreen.open(arrive(width=320)).find("header.header")
    boxes = {
        part: head.locator(part).bounding_box()
        for part in (".home-link", ".theme", ".menu > summary")
    }
    middles = [box["y"] + box["height"] / 2 for box in boxes.values()]
    assert max(middles) - min(middles) < 8, boxes


LINES_OF_NAME = """(name) => {
  const place = document.querySelector(".home-link bdi");
  if (name) place.textContent = name;
  const { width, height } = place.getBoundingClientRect();
  const range = document.createRange();
  range.selectNodeContents(place);
  const begins = range.getBoundingClientRect().left - place.getBoundingClientRect().left;
  return [Math.round(height / parseFloat(getComputedStyle(place).lineHeight)), width, begins];
}"""


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("width", [320, 390])
def test_name_takes_at_most_two_lines_on_a_phone(arrive, lang, width):
    page = HomeScreen.open(arrive(lang=lang, width=width)).page
    lines, room, _begins = page.evaluate(LINES_OF_NAME, "")
    assert lines <= 2
    assert room <= width / 2
    # A name of the other direction begins beside the logo too.
    lines, _room, begins = page.evaluate(LINES_OF_NAME, "منظمة الدفاع عن حقوق الإنسان")
    assert lines <= 2
    assert begins < 2


def test_nothing_is_cut_off_by_day_on_a_desktop_or_a_tablet(arrive):
    found = []
    # Where there is room, only the longest texts may lack it. Those are in French.
    for screen in all_pages(arrive(lang="fr", width=1440)):
        found += _cut_off(screen)
        screen.page.set_viewport_size({"width": 820, "height": 1180})
        found += _cut_off(screen, "on a tablet")
        screen.page.set_viewport_size({"width": 1440, "height": 900})
    assert not found, "\n".join(found)


def test_nothing_is_cut_off_in_the_montage_list(arrive):
    screen = MontageScreen.open(arrive(lang="fr", width=320, scheme="dark"))
    found = _cut_off(screen)
    assert not found, "\n".join(found)


def _cut_off(screen, when=""):
    return [f"{type(screen).__name__} {when}: {cut}" for cut in cut_off(screen.page)]
