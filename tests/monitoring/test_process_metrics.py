"""Tests of the metrics of several processes: each shows them all, apart from each other."""

import os
import time

import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge

from campaign.monitoring import process_metrics
from campaign.monitoring.process_metrics import MAX_AGE_SECONDS, ProcessMetrics


class Site:
    """Processes of one machine that share a folder. Each has a counter and a gauge."""

    def __init__(self, var):
        self._var = var

    @staticmethod
    def registry(count):
        registry = CollectorRegistry()
        Counter("volante_done", "How much was done.", ["kind"], registry=registry).labels("a").inc(
            count
        )
        Gauge("volante_open", "What is open.", registry=registry).set(count)
        return registry

    def process(self, role, pid, count):
        metrics = ProcessMetrics(self._var, [self.registry(count)])
        metrics._name, metrics._is_started = f"{role}-{pid}", True
        metrics.write()
        return metrics

    @property
    def folder(self):
        return self._var / "metrics"


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path)


def until(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def samples(metrics):
    return {
        (sample.name, sample.labels["process"]): sample.value
        for family in metrics.collect()
        for sample in family.samples
    }


def test_each_process_shows_all_of_them(site):
    web, worker = site.process("web", 1, 3), site.process("worker", 2, 5)
    assert samples(web) == samples(worker)
    assert samples(web) == {
        ("volante_done_total", "web-1"): 3,
        ("volante_done_total", "worker-2"): 5,
        ("volante_open", "web-1"): 3,
        ("volante_open", "worker-2"): 5,
    }
    assert [family.name for family in web.collect()] == ["volante_done", "volante_open"]


def test_process_that_has_ended_is_left_out_and_its_file_deleted(site):
    web = site.process("web", 1, 3)
    site.process("worker", 2, 5)
    [file] = site.folder.glob("*worker-2.json")
    long_ago = file.stat().st_mtime - MAX_AGE_SECONDS - 1
    os.utime(file, (long_ago, long_ago))
    assert {process for _, process in samples(web)} == {"web-1"}
    assert not file.exists()


def test_damaged_file_is_left_out(site):
    web = site.process("web", 1, 3)
    (site.folder / "worker-7.json").write_text("[[")
    assert samples(web) == {("volante_done_total", "web-1"): 3, ("volante_open", "web-1"): 3}


def test_same_number_on_another_machine_is_another_process(tmp_path, monkeypatch):
    names = []
    for machine in ("one.example", "two.example"):
        monkeypatch.setattr(process_metrics.socket, "gethostname", lambda machine=machine: machine)
        monkeypatch.setattr(ProcessMetrics, "_repeat", ProcessMetrics.write)
        process = ProcessMetrics(tmp_path, [Site.registry(1)]).start("web")
        names.append(process._name)
    until(lambda: len(samples(process)) == 4)
    assert {name for _, name in samples(process)} == set(names)


def test_command_neither_writes_nor_reads_files(tmp_path, site):
    site.process("web", 1, 3)
    assert samples(ProcessMetrics(tmp_path, [])) == {}
