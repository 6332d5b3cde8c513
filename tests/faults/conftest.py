"""Provide a site that is killed, starved and restarted."""

import pytest

from tests import databases
from tests.faults.records import query_rows
from tests.faults.running_site import RunningSite
from tests.mail.mail_server import Script, mail_server


@pytest.fixture(params=databases.KINDS)
def site(request, tmp_path):
    """A running site, on each kind of database."""
    site = RunningSite(
        tmp_path, databases.fresh(request.param) if request.param == "postgresql" else None
    )
    yield site.start()
    site.stop()


@pytest.fixture(params=databases.KINDS)
def mailing_site(request, tmp_path):
    """A site without a worker, and the Script of its mail server."""
    script = Script()
    with mail_server(script) as url:
        site = RunningSite(
            tmp_path, databases.fresh(request.param) if request.param == "postgresql" else None
        )
        site.environment["MAIL_URL"] = url
        site.start("--no-worker")
        # The letters of the demonstration leave only by day, so they would come at some hours.
        query_rows(site, "update letter set state = 'done' where state = 'waiting'")
        yield site, script
        site.stop()
