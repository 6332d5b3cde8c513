"""Tests of behaviours that start after someone has used the page: they read its present state."""

import pytest
from playwright.sync_api import expect

from tests.browser.modules.actions import keeps_draft, until

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da63"
    "6460f8cf500f0003860180345ee7690000000049454e44ae426082"
)


@pytest.fixture
def late(page):
    """Return a function that opens the page, acts on it, and only then lets a module start."""

    def open_late(module, act):
        waiting = []
        page.route(f"**/js/modules/{module}.js", lambda route: waiting.append(route))  # noqa: PLW0108
        page.goto("/pages/started_late.html")
        act(page)
        until(lambda: page.title() and waiting)
        waiting[0].continue_()
        return page

    return open_late


def test_file_chosen_before_the_script_starts_is_previewed(late):
    file = {"name": "a.png", "mimeType": "image/png", "buffer": PIXEL}
    page = late("focal-point", lambda page: page.set_input_files("[name=picture]", file))
    expect(page.locator("[data-focal] img")).to_be_visible()
    expect(page.locator("[data-focal-hint]")).to_be_visible()


def test_text_typed_before_the_script_starts_is_kept_as_a_draft(late):
    page = late("local-draft", lambda page: page.fill("[name=title]", "Typed early"))
    keeps_draft(page, "Typed early")


def test_query_typed_before_the_script_starts_is_searched(late, context):
    answer = "<title>Found</title><div data-search-results><h1>Two results</h1></div>"
    context.route("**/search?*", lambda route: route.fulfill(body=answer, content_type="text/html"))
    page = late("search", lambda page: page.fill("[name=q]", "rights"))
    expect(page.locator("[data-search-results] h1")).to_have_text("Two results")
