"""Tests of what organizers see in a rush."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from campaign.process.clock import utcnow
from tests.browser.organize.steps import accept, secure

LEVEL = 1


@pytest.fixture
def rush(served):
    """A rush that lasts until the test ends."""
    with closing(
        sqlite3.connect(served.var / "volante.sqlite3", timeout=20, isolation_level=None)
    ) as database:
        now = utcnow().replace(tzinfo=None)
        database.execute(
            "insert or replace into surge_report (level, since, ends_at, reason) values (?, ?, ?, ?)",
            (LEVEL, str(now), str(now + timedelta(hours=1)), "processor"),
        )
        yield
        database.execute("delete from surge_report")


@pytest.mark.slow
def test_overview_and_site_features_say_what_waits(newcomer, rush):
    for scheme in ("light", "dark"):
        admin = newcomer(scheme=scheme)
        accept(admin)
        secure(admin)
        for path in ("", "switches"):
            admin.page.goto(f"/organize/{path}")
            admin.page.locator(f"[data-surge='{LEVEL}']").wait_for()
