"""Tests of eight-digit numbers on public pages: one line, within their column."""

from tests.browser.large_numbers import broken_numbers
from tests.browser.screens.reading import CAUSE

PATHS = ("/{lang}/", f"/{{lang}}/causes/{CAUSE}", "/{lang}/petitions/victims-law")


def test_large_counts_of_a_cause_fit_on_a_phone_and_a_desktop(arrive):
    found = broken_numbers(arrive().page, PATHS[1], "en", (320, 1024))
    assert not found, "\n".join(found)


def test_large_numbers_fit_at_every_width(arrive):
    page = arrive(lang="fr").page
    found = [number for path in PATHS for number in broken_numbers(page, path, "fr")]
    assert not found, "\n".join(found)
