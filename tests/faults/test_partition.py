"""Tests of a database behind a network that drops packets without a word.

PostgreSQL runs in its own network namespace, which is connected to this machine by two virtual
interfaces.
"""

import os
import shutil
import subprocess

import lxml.html
import pytest

from tests.db import clusters
from tests.faults.records import addresses_in, has_sent_all_emails
from tests.faults.running_site import RunningSite, sign, status_of_page, wait_until
from tests.faults.test_full_disk import WORDS, post_form

NAMESPACE, OURS, THEIRS = "volante-test", "volante-here", "volante-there"
OUR_ADDRESS, THEIR_ADDRESS = "10.213.7.1", "10.213.7.2"
BLACKHOLE = ("blackhole", f"{OUR_ADDRESS}/32")

pytestmark = [
    pytest.mark.scale,
    pytest.mark.skipif(
        os.geteuid() != 0 or shutil.which("ip") is None, reason="only root may make networks"
    ),
]


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)


def ip_there(*arguments):
    ip("-n", NAMESPACE, *arguments)


@pytest.fixture
def network():
    """The namespace with its two interfaces."""
    ip("netns", "add", NAMESPACE)
    try:
        ip("link", "add", OURS, "type", "veth", "peer", "name", THEIRS, "netns", NAMESPACE)
        ip("address", "add", f"{OUR_ADDRESS}/30", "dev", OURS)
        ip_there("address", "add", f"{THEIR_ADDRESS}/30", "dev", THEIRS)
        ip("link", "set", OURS, "up")
        ip_there("link", "set", THEIRS, "up")
        yield
    finally:
        ip("netns", "delete", NAMESPACE)


@pytest.fixture
def site(network, tmp_path):
    """A site whose PostgreSQL server is in the namespace."""
    primary = clusters.new_primary()
    primary.stop("fast")
    with (primary.folder / "pg_hba.conf").open("a") as file:
        file.write(f"host all all {OUR_ADDRESS}/32 trust\n")
    user = clusters.user_of_servers()
    log = primary.folder / "server.log"
    options = f"-p {primary.port} -h {THEIR_ADDRESS} -k {primary.folder}"
    control = [str(clusters.BINARIES / "pg_ctl"), "-D", str(primary.folder)]
    as_user = ["ip", "netns", "exec", NAMESPACE, "runuser", "-u", user, "--", *control]
    start = [*as_user, "-w", "-o", options, "-l", str(log), "start"]
    subprocess.run(start, check=True, cwd="/", stdout=subprocess.DEVNULL)
    site = RunningSite(tmp_path, f"postgresql://postgres@{THEIR_ADDRESS}:{primary.port}/volante")
    try:
        site.environment["WEB_CONCURRENCY"] = "1"
        yield site.start()
    finally:
        site.stop()
        subprocess.run(
            [*as_user, "-m", "immediate", "stop"], check=True, cwd="/", stdout=subprocess.DEVNULL
        )


def test_dropped_packets_are_an_error_within_seconds_and_nothing_is_lost(site):
    assert sign(site.url, "before@example.org") == 201
    assert status_of_page(site) == 200
    ip_there("route", "add", *BLACKHOLE)
    try:
        # Each of these waits at most ANSWER_SECONDS. A request that hangs fails the test.
        answer = post_form(site)
        assert answer.status == 503
        page = lxml.html.fromstring(answer.page)
        entered = {field.get("name"): field.get("value") for field in page.xpath("//main//input")}
        assert entered == WORDS
        assert status_of_page(site) == 200
        assert sign(site.url, "during@example.org") != 201
    finally:
        ip_there("route", "del", *BLACKHOLE)
    wait_until(lambda: sign(site.url, "after@example.org") == 201)
    assert {"before@example.org", "after@example.org"} <= addresses_in(site)
    wait_until(lambda: has_sent_all_emails(site))
    assert site.flask("signatures", "audit")[0] == 0
