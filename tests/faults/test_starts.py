"""Tests of a second start, and of ending together with the parent process."""

import os
import socket
import sqlite3
from contextlib import closing, suppress

import pytest

from tests.faults.records import query_rows
from tests.faults.running_site import STOP_SECONDS, TIMEOUT_SECONDS, RunningSite, wait_until

pytestmark = pytest.mark.slow

TABLES = (
    "cause",
    "cause_text",
    "petition",
    "petition_version",
    "petition_text",
    "target",
    "signature",
    "ledger_entry",
)


@pytest.fixture
def site(tmp_path):
    site = RunningSite(tmp_path).start()
    yield site
    site.stop()


def everything(site):
    rows = {table: query_rows(site, f"select * from {table} order by 1, 2") for table in TABLES}
    files = {path.name: path.read_bytes() for path in site.var.glob("secret*")}
    return rows, files


def test_killed_parent_ends_its_children_too(site):
    site.server.kill()
    site.server.wait(STOP_SECONDS)
    wait_until(lambda: site.processes() == [])
    # A process that ends gives up its memory before its sockets.
    wait_until(lambda: _is_free(site.port))


def test_site_without_a_worker_is_served_beside_one_that_runs_apart(tmp_path):
    site = RunningSite(tmp_path).start("--no-worker")
    try:
        assert site.worker() is None
        worker = site.open("-m", "flask", "worker", log="worker.log")
        try:
            wait_until(lambda: query_rows(site, "select * from lease where name = 'worker'"))
        finally:
            worker.terminate()
            assert worker.wait(STOP_SECONDS) == 0
        assert site.answers()
    finally:
        site.stop()


def test_worker_without_a_site_tells_systemd_that_it_runs(tmp_path):
    site = RunningSite(tmp_path)
    assert site.flask("db", "upgrade")[0] == 0
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(f"\0volante-test-{os.getpid()}")
        systemd.settimeout(TIMEOUT_SECONDS)
        site.environment["NOTIFY_SOCKET"] = f"@volante-test-{os.getpid()}"
        site.open("-m", "flask", "worker", log="worker.log")
        try:
            assert systemd.recv(64) == b"READY=1"
        finally:
            site.stop()


def test_second_start_changes_nothing(site):
    before = everything(site)
    site.stop()
    site.start()
    assert everything(site) == before


def test_no_process_keeps_an_old_snapshot_of_the_database_open(site):
    # SQLite's log can only be truncated when nobody reads an older state.
    with closing(sqlite3.connect(site.var / "volante.sqlite3", timeout=20)) as database:
        is_hindered, left, _ = database.execute("pragma wal_checkpoint(truncate)").fetchone()
    assert (is_hindered, left) == (0, 0)


def test_port_in_use_is_reported_in_one_line_before_anything_else(site):
    code, output = site.flask_process("serve", "--demo")
    assert code == 1
    assert len(output.strip().splitlines()) == 1
    assert str(site.port) in output and "PORT=" in output
    assert site.answers()


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid"])
def test_foreign_bind_address_is_reported_in_one_line(tmp_path, host):
    site = RunningSite(tmp_path)
    site.environment["HOST"] = host
    code, output = site.flask_process("serve")
    assert code == 1
    assert host in output and str(site.port) in output
    assert len(output.strip().splitlines()) == 1


def _is_free(port):
    with socket.socket() as probe, suppress(OSError):
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        return True
    return False
