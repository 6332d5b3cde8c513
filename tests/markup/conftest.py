"""Fixtures: a real site, and every page of it in every language."""

import pytest

from tests.browser.served_site import ServedSite
from tests.markup.pages import pages_of


@pytest.fixture(scope="package")
def pages(tmp_path_factory):
    """The files of all pages: <language>-<page>.html."""
    site = ServedSite(tmp_path_factory.mktemp("served")).start()
    try:
        return pages_of(site.url, tmp_path_factory.mktemp("pages"))
    finally:
        site.stop()
