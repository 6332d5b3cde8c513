"""Tablets whose browsers keep what they keep on disk."""

import sqlite3
from contextlib import closing

import pytest

from tests import chromium
from tests.browser.kiosk.tablet import Tablet


@pytest.fixture(scope="package")
def witnessing(served):
    """At this table the crew's witness is enough, as the organizers of its petitions chose."""
    with closing(
        sqlite3.connect(served.var / "volante.sqlite3", timeout=10, isolation_level=None)
    ) as database:
        database.execute("update petition set confirmation = 'email_or_witness'")
    return served


@pytest.fixture
def new_tablet(browser, witnessing, tmp_path):
    """Calling it brings a tablet with an empty profile, to the site or to another `at` its place; none may have complained at the end."""
    tablets = []

    def new_tablet(at=witnessing, **manner):
        folder = tmp_path / f"tablet-{len(tablets)}"
        tablets.append(Tablet(browser.browser_type, chromium.find(), at, folder, **manner))
        return tablets[-1]

    yield new_tablet
    for tablet in tablets:
        tablet.close()
    assert [noise for tablet in tablets for noise in tablet.heard] == []
