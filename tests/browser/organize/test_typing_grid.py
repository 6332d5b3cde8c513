"""Tests of the grid for typing in paper, with more questions than fit."""

import pytest

from tests.browser.organize.steps import SLUG, go, press

WIDTHS = (320, 390, 820, 1024, 1440)
# Add two more questions to every row, and an error of the greatest length.
WIDER = """() => {
  for (const row of document.querySelectorAll(".grid tr")) {
    for (const cell of [row.cells[1], row.cells[2]]) row.lastElementChild.before(cell.cloneNode(true));
  }
  document.querySelector("[data-outcome-reason]").textContent = "Adresse courriel : il manque la fin de l’adresse courriel, par exemple .mx ou .org.";
}"""
IN_SIGHT = """() => [...document.querySelectorAll(".grid [data-outcome]")].slice(0, 3).every((cell) => {
  const { left, right } = cell.getBoundingClientRect();
  return left >= 0 && right <= document.documentElement.clientWidth + 1 && cell.scrollWidth <= cell.clientWidth + 1;
})"""
IS_COVERED = """(cell) => {
  const { left, right, top, height } = cell.getBoundingClientRect();
  return document.elementFromPoint((left + right) / 2, top + height / 2) !== cell;
}"""


@pytest.mark.slow
def test_result_of_each_row_is_visible_at_every_width(owner):
    odile = owner(lang="fr", width=1440)
    page = odile.page
    go(odile, f"imports/print?petition={SLUG}", "printing")
    press(odile, "printed sheets")
    page.locator(".serials a").first.click()
    press(odile, "grid")
    page.evaluate(WIDER)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(IN_SIGHT), width
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        for cell in page.locator("[data-line='1'] [data-cell]").all():
            cell.focus()
            assert not cell.evaluate(IS_COVERED), (width, cell.get_attribute("name"))
