"""Tests of what a real site says about itself: metrics of all processes, and its log."""

import json
import socket
from contextlib import suppress
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.faults.mail_workers import worker_of
from tests.faults.running_site import RunningSite, sign, wait_until
from tests.ports import free_port

pytestmark = pytest.mark.slow


@pytest.fixture
def site(tmp_path):
    """A site of two web processes with a log in JSON."""
    site = RunningSite(tmp_path)
    site.environment |= {"WEB_CONCURRENCY": "2", "LOG_FORMAT": "json"}
    yield site.start()
    site.stop()


def samples(site):
    return samples_at(site.url)


def samples_at(url):
    with urlopen(f"{url}/metrics", timeout=30) as answer:
        text = answer.read().decode()
    return [sample for family in text_string_to_metric_families(text) for sample in family.samples]


def roles(url):
    """Return the role of each process that the metrics show."""
    shown = {sample.labels["process"] for sample in samples_at(url) if "process" in sample.labels}
    return sorted(process.partition("-")[0] for process in shown)


def sum_of(site, name, **labels):
    return sum(
        sample.value
        for sample in samples(site)
        if sample.name == name and labels.items() <= sample.labels.items()
    )


def test_any_process_shows_what_all_have_done(site):
    wait_until(lambda: roles(site.url) == ["runner", "web", "web", "worker"])
    for number in range(6):
        assert sign(site.url, f"signer.{number}@example.org") == 201
    signed = {"endpoint": "signatures.sign", "status": "2xx"}
    # Any process may answer. It knows the metrics of the others within seconds.
    wait_until(lambda: sum_of(site, "volante_http_request_seconds_count", **signed) == 6)
    wait_until(lambda: sum_of(site, "volante_mail_outcomes_total", outcome="sent") >= 6)
    assert {sum_of(site, "volante_failures_total") for _ in range(4)} == {0}


def test_log_is_json_line_by_line_and_names_no_one(site):
    assert sign(site.url, "signer@example.org") == 201
    log = site.var / "serve.log"
    wait_until(lambda: "campaign.worker" in log.read_text())
    site.stop()
    lines = log.read_text().splitlines()
    entries = [json.loads(line) for line in lines if line.startswith("{")]
    assert "campaign.worker" in {entry["logger"] for entry in entries}
    # What `flask serve` itself says to the person at the terminal.
    others = [line for line in lines if not line.startswith("{")]
    assert not any("Traceback" in line or "signer@" in line for line in others)
    assert "signer@" not in json.dumps(entries)


@pytest.fixture
def lone_worker(tmp_path):
    """A machine that runs only a worker: its data, its settings and the URL of its metrics."""
    site = RunningSite(tmp_path)
    port = free_port()
    site.environment["METRICS_PORT"] = str(port)
    assert site.flask("db", "upgrade")[0] == 0
    yield site, f"http://127.0.0.1:{port}"
    site.stop()


def status_of(url, **headers):
    try:
        with urlopen(Request(url, headers=headers), timeout=30) as answer:
            return answer.status
    except HTTPError as error:
        return error.code


def is_reachable(url):
    with suppress(OSError):
        return status_of(url) == 200


def test_worker_without_a_site_has_metrics_and_nothing_else(lone_worker):
    site, url = lone_worker
    with worker_of(site):
        wait_until(lambda: is_reachable(f"{url}/metrics"))
        wait_until(lambda: roles(url) == ["runner", "worker"])
        names = {sample.name for sample in samples_at(url)}
        assert names >= {"volante_mail_outcomes_total", "volante_job_outcomes_total"}
        assert status_of(f"{url}/healthz") == status_of(f"{url}/en/") == 404
        # As behind a proxy, for which a site asks for the token too.
        assert status_of(f"{url}/metrics", **{"X-Forwarded-For": "127.0.0.1"}) == 403


def test_worker_says_that_its_port_is_taken(lone_worker):
    site, url = lone_worker
    port = url.rpartition(":")[2]
    with socket.create_server(("127.0.0.1", int(port))):
        code, output = site.flask_process("worker")
    assert code == 1
    assert "METRICS_PORT" in output and port in output and "Traceback" not in output
