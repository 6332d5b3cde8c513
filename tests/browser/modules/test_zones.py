"""Tests of the field that searches a list of time zones."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def zones(page):
    page.goto("/pages/zones.html")
    return page


def test_text_without_accents_matches_names_with_them(zones):
    search, select = zones.get_by_role("searchbox", name="Search"), zones.locator("#zone")
    search.press_sequentially("bogota")
    expect(select.locator("option")).to_have_text(["Bogotá, Colombia · UTC−05:00"])
    expect(zones.get_by_role("status")).to_have_text("Bogotá, Colombia · UTC−05:00")
    assert select.input_value() == "America/Bogota"
    search.fill("")
    expect(select.locator("option")).to_have_count(4)
    assert select.input_value() == "America/Bogota"


def test_enter_moves_to_the_list_and_submits_nothing(zones):
    zones.get_by_role("searchbox").press_sequentially("japan")
    zones.keyboard.press("Enter")
    expect(zones.locator("#zone")).to_be_focused()
    assert zones.locator("#zone").input_value() == "Asia/Tokyo"
    assert "?" not in zones.url


def test_choice_that_matches_the_text_stays(zones):
    zones.get_by_role("searchbox").press_sequentially("-05:00")
    expect(zones.locator("option")).to_have_count(3)
    assert zones.locator("#zone").input_value() == "America/Toronto"


def test_list_without_a_match_is_whole_and_keeps_its_choice(zones):
    zones.get_by_role("searchbox").press_sequentially("atlantis")
    expect(zones.get_by_role("status")).to_have_text("Nothing found")
    expect(zones.locator("option")).to_have_count(4)
    assert zones.locator("#zone").input_value() == "America/Toronto"
