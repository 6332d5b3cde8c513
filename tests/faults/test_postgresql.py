"""Tests of a PostgreSQL server that restarts, or has no connection left, while people sign."""

from contextlib import ExitStack, suppress
from http.client import HTTPException

import psycopg
import pytest

from tests.db import clusters
from tests.faults.records import addresses_in, recipients_of_queued, recipients_of_sent
from tests.faults.running_site import (
    LOSSES,
    Crowd,
    RunningSite,
    status_of_page,
    wait_until,
)
from tests.faults.test_full_disk import WORDS, post_form

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        clusters.user_of_servers() is False, reason="PostgreSQL refuses to run as root"
    ),
]
MAX_CONNECTIONS = 30
OTHERS = "select pid from pg_stat_activity where backend_type = 'client backend' and pid <> all(%s)"


@pytest.fixture(scope="module")
def server():
    """A PostgreSQL server that allows thirty connections."""
    server = clusters.new_primary()
    server.ask(f"alter system set max_connections = {MAX_CONNECTIONS}")
    server.ask("alter system set superuser_reserved_connections = 0")
    server.stop("fast")
    yield server.start()
    server.stop()


@pytest.fixture(scope="module")
def site(server, tmp_path_factory):
    site = RunningSite(tmp_path_factory.mktemp("site"), server.url())
    site.environment["WEB_CONCURRENCY"] = "1"
    yield site.start()
    site.stop()


class SigningCrowd(Crowd):
    """People who sign, and the statuses of all responses."""

    def __init__(self, site, name):
        super().__init__(self._sign, threads=4)
        self.statuses = set()
        self._site, self._name = site, name

    def _sign(self, number):
        email, status = f"{self._name}.{number}@example.org", None
        with suppress(HTTPException, *LOSSES):
            status = post_form(self._site, email).status
        self.statuses.add(status)
        return email if status == 303 else None

    def wait_for_more(self):
        before = len(self.acknowledged)
        wait_until(lambda: len(self.acknowledged) >= before + 20)


def check_outage(site):
    """Fail unless people can read, and those who sign are asked to try again."""
    assert status_of_page(site) == 200
    answer = post_form(site)
    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert all(entered in answer.page for entered in WORDS.values())
    assert "<h1" in answer.page


def check_nothing_is_lost(site, crowd):
    assert crowd.statuses <= {303, 503}
    signed = set(crowd.acknowledged)
    assert signed <= addresses_in(site)
    assert WORDS["email"] not in addresses_in(site)
    # Read the queue first: an email may leave in between.
    assert signed <= recipients_of_queued(site) | recipients_of_sent(site)
    code, output = site.flask("signatures", "audit")
    assert code == 0, output


def use_up_connections(server, stack):
    """Take every connection of the server, those of the site too, until `stack` is closed."""
    own = [stack.enter_context(psycopg.connect(server.url(), autocommit=True))]
    while len(own) < MAX_CONNECTIONS:
        try:
            own.append(stack.enter_context(psycopg.connect(server.url(), autocommit=True)))
        except psycopg.OperationalError:
            pids = [connection.info.backend_pid for connection in own]
            for (pid,) in own[0].execute(OTHERS, [pids]).fetchall():
                own[0].execute("select pg_terminate_backend(%s)", [pid])


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_restart_of_the_server_loses_nothing(site, server, mode):
    assert status_of_page(site) == 200
    with SigningCrowd(site, mode) as crowd:
        crowd.wait_for_more()
        server.stop(mode)
        check_outage(site)
        server.start()
        crowd.wait_for_more()
    check_nothing_is_lost(site, crowd)


def test_server_without_a_free_connection_loses_nothing(site, server):
    assert status_of_page(site) == 200
    with SigningCrowd(site, "waiting") as crowd:
        crowd.wait_for_more()
        with ExitStack() as stack:
            use_up_connections(server, stack)
            check_outage(site)
        crowd.wait_for_more()
    check_nothing_is_lost(site, crowd)
