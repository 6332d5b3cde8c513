"""Provide a site that is killed, starved and restarted."""

import pytest

from tests import databases
from tests.faults.running_site import RunningSite


@pytest.fixture(params=databases.KINDS)
def site(request, tmp_path):
    """A running site, on each kind of database."""
    site = RunningSite(
        tmp_path, databases.fresh(request.param) if request.param == "postgresql" else None
    )
    yield site.start()
    site.stop()
