"""The field that searches a list of time zones."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def zones(page):
    page.goto("/pages/zones.html")
    return page


def test_words_without_accents_leave_what_has_them(zones):
    search, select = zones.get_by_role("searchbox", name="Search"), zones.locator("#zone")
    search.press_sequentially("bogota")
    expect(select.locator("option")).to_have_text(["Bogotá, Colombia · UTC−05:00"])
    expect(zones.get_by_role("status")).to_have_text("Bogotá, Colombia · UTC−05:00")
    assert select.input_value() == "America/Bogota"
    search.fill("")
    expect(select.locator("option")).to_have_count(4)
    assert select.input_value() == "America/Bogota"


def test_enter_goes_to_the_list_and_sends_nothing(zones):
    zones.get_by_role("searchbox").press_sequentially("japan")
    zones.keyboard.press("Enter")
    expect(zones.locator("#zone")).to_be_focused()
    assert zones.locator("#zone").input_value() == "Asia/Tokyo"
    assert "?" not in zones.url


def test_a_choice_that_fits_the_words_stays(zones):
    zones.get_by_role("searchbox").press_sequentially("-05:00")
    expect(zones.locator("option")).to_have_count(3)
    assert zones.locator("#zone").input_value() == "America/Toronto"


def test_where_nothing_fits_the_list_is_whole_and_its_choice_stays(zones):
    zones.get_by_role("searchbox").press_sequentially("atlantis")
    expect(zones.get_by_role("status")).to_have_text("Nothing found")
    expect(zones.locator("option")).to_have_count(4)
    assert zones.locator("#zone").input_value() == "America/Toronto"
