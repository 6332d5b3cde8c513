"""Tests of finding a petition by a word of it, from any page."""

import pytest
from playwright.sync_api import expect

from tests.browser.screens.reading import FailureScreen, HomeScreen
from tests.browser.screens.search import AccessibilityScreen, SearchScreen


@pytest.mark.parametrize(
    ("lang", "width", "scripts", "scheme", "words"),
    [
        ("en", 390, True, "light", "ayotz"),
        ("es", 1440, True, "dark", "desaparicion"),
        ("fr", 820, False, "light", "disparition"),
    ],
)
def test_search_finds_a_page_with_and_without_script(arrive, lang, width, scripts, scheme, words):
    search = SearchScreen.open(arrive(lang=lang, width=width, scripts=scripts, scheme=scheme))
    search.look_for(words)
    search.see_title(words)
    expect(search.find(".result mark").first).to_be_visible()
    SearchScreen(search.visitor).find(".result-title a").first.click()
    search.page.wait_for_url(f"**/{lang}/**")
    expect(search.find("main h1")).to_be_visible()


def test_results_appear_while_typing_are_announced_and_leave_no_history(arrive):
    search = SearchScreen.open(arrive(width=1440))
    entries = search.page.evaluate("history.length")
    search.look_for("mexico")
    search.see_title("mexico")
    expect(search.field).to_be_focused()
    expect(search.find("[data-search-status]")).to_contain_text("mexico")
    assert search.page.url.endswith("/en/search?q=mexico")
    assert search.page.evaluate("history.length") == entries
    search.find(".search-tabs a").nth(1).click()
    chosen = SearchScreen(search.visitor)
    assert len(chosen.titles) == 1
    # The page in another language searches for the same text.
    assert chosen.speak("es").page.url.endswith("/es/search?q=mexico&kind=cause")


@pytest.mark.slow
def test_empty_result_says_so_and_suggests_what_to_do(arrive):
    search = SearchScreen.open(arrive())
    search.look_for("desaparición")
    search.see_title("desaparición")
    empty = SearchScreen(search.visitor)
    expect(empty.find("main .search-tabs")).to_have_count(0)
    empty.find(".go[hreflang=es]").click()
    search.page.wait_for_url("**/es/search?*")
    expect(search.find(".result").first).to_be_visible()


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scripts"), [(390, False), (390, True)])
def test_phone_menu_has_the_search_field(arrive, width, scripts):
    home = HomeScreen.open(arrive(width=width, scripts=scripts))
    summary = home.find(".menu summary")
    before = summary.bounding_box()
    summary.press("Enter")
    assert summary.bounding_box() == before, "what opens the menu stays under the finger"
    home.find("#menu-q").fill("Ayotzinapa")
    home.find("#menu-q").press("Enter")
    home.page.wait_for_url("**/en/search?q=Ayotzinapa")
    expect(home.find(".result").first).to_be_visible()


def test_mistyped_url_suggests_the_intended_page(arrive):
    visitor = arrive(width=1440)
    visitor.page_errors.allowed.add(404)
    visitor.page.goto("/en/petitions/find-the-34")
    failure = FailureScreen(visitor)
    failure.find(".failure-near a").click()
    visitor.page.wait_for_url("**/en/petitions/find-the-43")


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1440, "light")])
def test_accessibility_statement_is_free_of_barriers(arrive, width, scheme):
    AccessibilityScreen.open(arrive(width=width, scheme=scheme))
