"""Tests of text at 150% and 200% on a phone.

Nothing overlaps, no word is cut, and the signing bar leaves room to read.
"""

import pytest

GROW = "(percent) => { document.documentElement.style.fontSize = `${percent}%`; }"
OVERLAPS = """() => {
  const boxes = [...document.querySelectorAll(".header .home-link, .header .header-search, .header .theme, .header .menu > summary")]
    .filter((each) => each.checkVisibility()).map((each) => each.getBoundingClientRect());
  const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  return boxes.flatMap((a, at) => boxes.slice(at + 1).filter((b) => meet(a, b))).length;
}"""
CUT = """() => {
  const text = document.createRange();
  return [...document.querySelectorAll("h1, .detail-list dt, .signing-bar .sign > span")].filter((each) => {
    text.selectNodeContents(each);
    const box = text.getBoundingClientRect();
    return box.right > innerWidth || box.left < 0;
  }).map((each) => each.textContent);
}"""
# An element narrower than its longest word has broken that word in the middle.
BROKEN = """() => [...document.querySelectorAll(".detail-list dt, .signing-bar .sign > span")].filter((each) => {
  const copy = each.cloneNode(true);
  copy.style.cssText = "position: absolute; inline-size: min-content; overflow-wrap: normal; flex: none";
  each.parentElement.append(copy);
  const needed = copy.getBoundingClientRect().width;
  copy.remove();
  return each.getBoundingClientRect().width < needed - 1;
}).map((each) => each.textContent)"""
COVERED = """() => {
  const sheet = document.querySelector(".signing-bar-panel");
  const isStuck = [sheet, sheet.parentElement].some((each) => ["sticky", "absolute"].includes(getComputedStyle(each).position));
  return isStuck ? sheet.getBoundingClientRect().height / innerHeight : 0;
}"""


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
@pytest.mark.parametrize("percent", [150, 200])
def test_large_text_fits_on_a_phone(arrive, lang, percent):
    page = arrive().page
    page.goto(f"/{lang}/petitions/find-the-43")
    page.evaluate(GROW, percent)
    page.wait_for_function(f"() => ({COVERED})() <= 0.25")
    assert page.evaluate(OVERLAPS) == 0
    assert page.evaluate(CUT) == []
    assert page.evaluate(BROKEN) == []
