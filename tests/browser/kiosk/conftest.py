"""Provide tablets whose browsers store their data on disk."""

import sqlite3
from contextlib import closing

import pytest

from tests.browser.kiosk.tablet import Tablet
from tests.browser.needed import needed_chromium


@pytest.fixture(scope="package")
def witnessing(served):
    """Make the volunteers' witness enough at this table, as its organizers chose."""
    with closing(
        sqlite3.connect(served.var / "volante.sqlite3", timeout=10, isolation_level=None)
    ) as database:
        database.execute("update petition set confirmation = 'email_or_witness'")
    return served


@pytest.fixture
def tablet_browser():
    """Return the path of the browser that tablets run."""
    return needed_chromium()


@pytest.fixture
def new_tablet(browser, tablet_browser, witnessing, tmp_path):
    """Return a function that creates a tablet with an empty profile.

    It opens the site, or another site given as `at`. No tablet may have complained at the end.
    """
    tablets = []

    def new_tablet(at=witnessing, **manner):
        folder = tmp_path / f"tablet-{len(tablets)}"
        tablets.append(Tablet(browser.browser_type, tablet_browser, at, folder, **manner))
        return tablets[-1]

    yield new_tablet
    for tablet in tablets:
        tablet.close()
    assert [error for tablet in tablets for error in tablet.errors] == []
