"""Tests of eight-digit numbers and of the sidebar on organizers' pages."""

import pytest

from tests.browser.large_numbers import broken_numbers

PATHS = (
    "/organize/",
    "/organize/petitions/",
    "/organize/events/",
    "/organize/events/talk/registrations",
)


@pytest.mark.slow
def test_large_numbers_fit_at_every_width(owner):
    page = owner(lang="fr").page
    found = [number for path in PATHS for number in broken_numbers(page, path, "fr")]
    assert not found, "\n".join(found)


@pytest.mark.slow
def test_whole_sidebar_is_seen_on_a_desktop(owner):
    sidebar = owner(width=1440).page.locator(".sidebar-inner")
    assert sidebar.evaluate(
        "(element) => element.scrollHeight <= element.clientHeight && element.scrollWidth <= element.clientWidth"
    )
