"""Tests of slugs, the last part of an address."""

import pytest

from campaign.text.slugs import free_slug, is_slug, slug_of


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Search until the forty-three are found", "search-until-the-forty-three-are-found"),
        ("¡Árboles, ya!", "arboles-ya"),
        ("L’eau à l’œuvre", "l-eau-a-l-oeuvre"),
        ("עץ", ""),
        ("New", ""),
        ("word " * 40, "-".join(["word"] * 16)),
        ("x" * 200, "x" * 80),
    ],
)
def test_title_suggests_a_slug(title, slug):
    assert slug_of(title) == slug
    assert not slug or is_slug(slug)


def test_taken_slug_gets_a_number_and_stays_valid():
    assert free_slug("home", {"home", "home-2"}.__contains__) == "home-3"
    longest = "x" * 80
    assert is_slug(free_slug(longest, {longest}.__contains__))
