"""Tests of what a real site says about itself: metrics of all processes, and its log."""

import json
from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.faults.running_site import RunningSite, sign, wait_until

pytestmark = pytest.mark.slow


@pytest.fixture
def site(tmp_path):
    """A site of two web processes with a log in JSON."""
    site = RunningSite(tmp_path)
    site.environment |= {"WEB_CONCURRENCY": "2", "LOG_FORMAT": "json"}
    yield site.start()
    site.stop()


def samples(site):
    with urlopen(f"{site.url}/metrics", timeout=30) as answer:
        text = answer.read().decode()
    return [sample for family in text_string_to_metric_families(text) for sample in family.samples]


def roles(site):
    """Return the role of each process that the metrics show."""
    shown = {sample.labels["process"] for sample in samples(site) if "process" in sample.labels}
    return sorted(process.partition("-")[0] for process in shown)


def sum_of(site, name, **labels):
    return sum(
        sample.value
        for sample in samples(site)
        if sample.name == name and labels.items() <= sample.labels.items()
    )


def test_any_process_shows_what_all_have_done(site):
    wait_until(lambda: roles(site) == ["runner", "web", "web", "worker"])
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
