"""Tests of how pages show web addresses."""

import re

import pytest
from markupsafe import Markup, escape

from campaign.text.web_addresses import with_breaks


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (
            "https://example.org/en/causes/valley?n=12&by=a1",
            "https://example.|org/|en/|causes/|valley?|n=|12&amp;|by=|a1",
        ),
        ("https://example.org/", "https://example.|org/"),
        ("POST https://example.org/… or not. Then", "POST https://example.|org/|… or not. Then"),
        ("forty-three", "forty-three"),
        ("", ""),
    ],
)
def test_address_breaks_between_its_parts(address, shown):
    assert with_breaks(address) == shown.replace("|", "<wbr>")


@pytest.mark.parametrize(
    "hostile",
    [
        'https://a.example/"><script>alert(1)</script>',
        "https://a.example/?a=<img/src=x.onerror=alert(1)>",
        "https://a.example/&lt;b&gt;&#x3C;wbr>",
        "https://a.example/'\"\ue000",
    ],
)
def test_address_is_escaped_and_otherwise_kept(hostile):
    shown = with_breaks(hostile)
    assert isinstance(shown, Markup)
    assert shown.replace("<wbr>", "") == escape(hostile)
    assert set(re.findall("<[^>]*>?", shown)) == {"<wbr>"}
