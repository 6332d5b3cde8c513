"""Cards in columns: whatever row they stand in, they begin at the same edge."""

import pytest

from tests.browser.screens.reading import CauseScreen

EDGES = """(columns) => {
    while (columns.children.length < 6) columns.append(columns.firstElementChild.cloneNode(true));
    columns.className = "columns";
    return [...columns.children].map((card) => {
        const box = card.querySelector("h3").getBoundingClientRect();
        return [Math.round(box.left), Math.round(card.getBoundingClientRect().top)];
    });
}"""


@pytest.mark.parametrize("width", [390, 1440])
def test_the_first_of_each_row_begins_at_the_same_edge(arrive, width):
    cause = CauseScreen.open(arrive(width=width))
    lefts, rows = {}, set()
    for left, top in cause.find(".petitions").evaluate(EDGES):
        lefts.setdefault(top, left)
        rows.add(top)
    assert len(rows) > 1 and len(set(lefts.values())) == 1
