"""Tests of cards in columns: every row begins at the same edge."""

import pytest

from tests.browser.screens.petition import PetitionScreen
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
def test_first_card_of_each_row_begins_at_the_same_edge(arrive, width):
    cause = CauseScreen.open(arrive(width=width))
    lefts, rows = {}, set()
    for left, top in cause.find(".petitions").evaluate(EDGES):
        lefts.setdefault(top, left)
        rows.add(top)
    assert len(rows) > 1 and len(set(lefts.values())) == 1


def test_petition_facts_are_beside_its_text_on_a_desktop(arrive):
    petition = PetitionScreen.open(arrive(width=1440))
    first, rest, body = (
        petition.find(name).bounding_box()
        for name in (".detail-list--first", ".detail-list--rest", ".petition-body-column")
    )
    assert first["x"] == rest["x"] and first["x"] + first["width"] <= body["x"]
    assert abs(first["y"] - body["y"]) <= 1 and abs(first["y"] + first["height"] - rest["y"]) <= 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_phone_shows_target_and_count_before_the_text_of_a_petition(arrive, scheme):
    petition = PetitionScreen.open(arrive(width=390, scheme=scheme))
    rows = petition.find(".detail-list--first > div")
    assert rows.count() == 2
    targets, count = rows.nth(0), rows.nth(1)
    assert targets.locator("dd").inner_text() in petition.find(".detail-list").first.inner_text()
    assert (
        count.locator("[data-count]").inner_text()
        == petition.find(".progress-text [data-count]").first.inner_text()
    )
    first, body, rest = (
        petition.find(name).bounding_box()
        for name in (".detail-list--first", ".petition-body", ".detail-list--rest")
    )
    assert first["y"] + first["height"] <= body["y"]
    # All of it, and the beginning of the text, is on the first screen.
    assert body["y"] < petition.page.viewport_size["height"] * 2 / 3
    assert body["y"] + body["height"] <= rest["y"]


def test_count_of_a_petition_is_only_in_its_card_on_a_desktop(arrive):
    petition = PetitionScreen.open(arrive(width=1440))
    assert not petition.find(".detail-count").is_visible()
    assert petition.find(".progress-text").first.is_visible()


def test_phone_shows_the_picture_and_the_facts_of_an_event_first(arrive):
    page = arrive(width=390).page
    page.goto("/en/")
    picture, count = (
        page.locator(name).bounding_box() for name in (".hero-picture", ".hero-count")
    )
    assert picture["y"] + picture["height"] <= count["y"]
    page.goto("/en/events/table")
    card, story = (
        page.locator(name).bounding_box() for name in (".event-page-card", ".event-page-text")
    )
    assert card["y"] + card["height"] <= story["y"]
    # A day alone, without its month, would say nothing.
    assert not page.locator(".event-page-date").is_visible()
