"""Tests of the alarms and the dashboard: they use metrics that exist, and fire when they should."""

import json
import re
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from campaign.db.last_backup import note_backup, note_restore_check
from campaign.extensions import write
from campaign.jobs.operations import note_worker
from campaign.monitoring import metrics
from campaign.monitoring.metrics import NO_VIEW
from campaign.process.clock import utcnow
from tests.factories.signatures import sign_and_hatch
from tests.programs import needed_program

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "monitoring"
DASHBOARD = json.loads((FOLDER / "dashboard.json").read_text())
USED = re.compile(r"\b(?:volante|process)_\w+")
ENDPOINTS = re.compile(r'\bendpoint(?:=|!=|=~|!~)"([^"]*)"')

ALERTS = [
    rule
    for group in yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]

# A site on which all is well, with a sample a minute for four hours.
REQUESTS = 'volante_http_request_seconds_count{endpoint="signatures.sign",status="3xx"}'
# Answers from memory and other pages. There are many more of them than signatures.
MEMORY = f'volante_http_request_seconds_count{{endpoint="{NO_VIEW}",status="2xx"}}'
PAGES = 'volante_http_request_seconds_count{endpoint="petitions.show",status="2xx"}'
PAGES_FAILED = 'volante_http_request_seconds_count{endpoint="petitions.show",status="5xx"}'
LAYERS_FAILED = f'volante_http_request_seconds_count{{endpoint="{NO_VIEW}",status="5xx"}}'
FAILED = 'volante_http_request_seconds_count{endpoint="signatures.sign",status="5xx"}'
QUICK = 'volante_http_request_seconds_bucket{endpoint="signatures.sign",le="0.1"}'
SLOW = 'volante_http_request_seconds_bucket{endpoint="signatures.sign",le="5.0"}'
ALL = 'volante_http_request_seconds_bucket{endpoint="signatures.sign",le="+Inf"}'
ERRORS = 'volante_failures_total{kind="unexpected"}'
PERSONAL = 'volante_mail_queue_oldest_seconds{priority="personal"}'
BULK = 'volante_mail_queue_oldest_seconds{priority="bulk"}'
SENT = 'volante_mail_outcomes_total{outcome="sent"}'
RETRIED = 'volante_mail_outcomes_total{outcome="retried"}'
JOBS = 'volante_jobs_oldest_seconds{kind="export"}'
JOBS_FAILED = 'volante_job_outcomes_total{kind="export",outcome="failed"}'
SITE = 'up{job="volante"}'
WELL = {
    SITE: "1x240",
    MEMORY: "0+60000x240",
    PAGES: "0+6000x240",
    REQUESTS: "0+600x240",
    FAILED: "0+1x240",
    QUICK: "0+600x240",
    SLOW: "0+600x240",
    ALL: "0+600x240",
    ERRORS: "0x240",
    "volante_surge_level": "1x240",
    "volante_database_up": "1x240",
    "volante_database_seconds": "0.001x240",
    "volante_pool_in_use": "2x240",
    "volante_pool_size": "20x240",
    "volante_replica_used": "1x240",
    "volante_worker_heartbeat_seconds": "40x240",
    "volante_hatching_oldest_seconds": "0.5x240",
    JOBS: "3x240",
    JOBS_FAILED: "0x240",
    PERSONAL: "2x240",
    BULK: "60x240",
    SENT: "0+100x240",
    RETRIED: "0+1x240",
    "volante_mail_retrying": "3x240",
    "volante_signatures_held": "4x240",
    "volante_disk_free_bytes": "50000000000x240",
    "volante_last_backup_timestamp_seconds": "0+60x240",
    "volante_last_restore_check_timestamp_seconds": "0x240",
    "volante_rate_limits_shared": "1x240",
}
# What is wrong when an alarm fires. Without values, the metric is missing.
WRONG = [
    ("VolanteDown", {SITE: "0x240"}),
    ("VolanteErrors", {ERRORS: "0x190 1+1x40"}),
    ("VolanteUnavailable", {PAGES_FAILED: "0+600x240"}),
    ("VolanteUnavailable", {LAYERS_FAILED: "0+600x240"}),
    ("VolanteSigningFails", {FAILED: "0+60x240"}),
    ("VolanteSigningFails", {REQUESTS: None, FAILED: "0+60x240"}),
    ("VolanteSigningSlow", {QUICK: "0+500x240"}),
    ("VolanteSurge", {"volante_surge_level": "4x240"}),
    ("VolanteRateLimitsNotShared", {"volante_rate_limits_shared": "0x240"}),
    ("VolanteDatabaseDown", {"volante_database_up": "0x240"}),
    ("VolanteDatabaseSlow", {"volante_database_seconds": "0.9x240"}),
    ("VolanteConnectionsUsedUp", {"volante_pool_in_use": "19x240"}),
    ("VolanteReplicaAway", {"volante_replica_used": "0x240"}),
    ("VolanteWorkerStopped", {"volante_worker_heartbeat_seconds": "0+60x240"}),
    ("VolanteWorkerStopped", {"volante_worker_heartbeat_seconds": None}),
    ("VolanteHatchingLate", {"volante_hatching_oldest_seconds": "30x240"}),
    ("VolanteJobsLate", {JOBS: "1000x240"}),
    ("VolanteJobsFailed", {JOBS_FAILED: "0x190 1x50"}),
    ("VolanteMailLate", {PERSONAL: "700x240"}),
    ("VolanteMailingsLate", {BULK: "30000x240"}),
    ("VolanteMailRefused", {RETRIED: "0+50x240"}),
    # A small site whose mail server refuses everything.
    ("VolanteMailRefused", {SENT: "0x240", RETRIED: "0x18 1x14 2x14 3+0.1x190"}),
    ("VolanteMailRetrying", {"volante_mail_retrying": "3+1x240"}),
    ("VolanteSignaturesHeld", {"volante_signatures_held": "4+3x240"}),
    ("VolanteDiskLow", {"volante_disk_free_bytes": "900000000x240"}),
    ("VolanteDiskFull", {"volante_disk_free_bytes": "100000000x240"}),
    ("VolanteDiskFills", {"volante_disk_free_bytes": "50000000000-100000000x240"}),
    ("VolanteBackupOld", {"volante_last_backup_timestamp_seconds": "-200000x240"}),
    ("VolanteBackupOld", {"volante_last_backup_timestamp_seconds": None}),
    ("VolanteRestoreCheckOld", {"volante_last_restore_check_timestamp_seconds": "-4000000x240"}),
    ("VolanteRestoreCheckOld", {"volante_last_restore_check_timestamp_seconds": None}),
]
# A night with few visitors, in which one thing fails. Nobody needs to be woken for that.
FEW = {
    **dict.fromkeys((FAILED, PAGES_FAILED, SENT, RETRIED), "0x240"),
    **{MEMORY: None, PAGES: None, REQUESTS: "0x190 3x50"},
}
ONE_FAILURE = [
    {**FEW, FAILED: "0x196 1x44"},
    {**FEW, PAGES_FAILED: "0x196 1x44"},
    # The attempts at an email to one address.
    {**FEW, RETRIED: "0x186 2x2 3x8 4x44"},
    {**FEW, RETRIED: "0x20 2x2 3x8 4x32 5x128 6x50"},
]


@pytest.fixture
def shown(client, app, petition, tmp_path, monkeypatch):
    """The names of all samples of `/metrics` on a site that has everything."""
    standby = SimpleNamespace(lag_seconds=1.0, is_usable=True)
    monkeypatch.setitem(app.extensions, "replica", standby)
    monkeypatch.setitem(app.config, "VAR_DIR", str(tmp_path))
    note_backup(tmp_path)
    note_restore_check(tmp_path)
    write(note_worker, now=utcnow())
    sign_and_hatch(petition)
    metrics.note_request("web.root", "2", 0.1)
    metrics.show_jobs("export")
    families = text_string_to_metric_families(client.get("/metrics").text)
    return {sample.name for family in families for sample in family.samples}


def expressions():
    """Return the expressions of all panels and alarms."""
    shown = [target["expr"] for panel in DASHBOARD["panels"] for target in panel.get("targets", ())]
    return [*shown, *(alert["expr"] for alert in ALERTS)]


def test_alarms_and_dashboard_use_metrics_that_exist(shown):
    for expression in expressions():
        assert set(USED.findall(expression)) - shown == set(), expression


def named_views():
    """Return the views that each selector of an expression names."""
    return [set(found.split("|")) for text in expressions() for found in ENDPOINTS.findall(text)]


def test_alarms_and_dashboard_name_views_that_exist(app):
    views = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert set().union(*named_views()) - views == {NO_VIEW}


def test_signing_means_the_same_views_everywhere(app):
    """A view that signs and is missing in one of these places could fail unseen."""
    lists = [views for views in named_views() if "signatures.sign" in views]
    assert len(lists) == 7
    assert all(views == lists[0] for views in lists)
    posted = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in rule.methods}
    assert {view for view in posted if view.endswith((".sign", ".respond", ".press"))} <= lists[0]
    assert {"kiosk.sync", "signatures.confirm_now"} <= lists[0]


def test_every_alarm_says_what_to_do():
    text = (ROOT / "docs" / "operations.md").read_text()
    anchors = {
        f"docs/operations.md#{name.lower()}"
        for name in re.findall(r"^### (\w+)$", text, re.MULTILINE)
    }
    assert {alert["annotations"]["runbook"] for alert in ALERTS} == anchors
    assert {alert["alert"] for alert in ALERTS} == {name for name, _ in WRONG}


def rule_tests(cases):
    """Return the file for promtool in which each case (alarms, wrong series) is a test."""
    return {
        "rule_files": [str(FOLDER / "alerts.yml")],
        # Prometheus evaluates more often. Here, each evaluation costs processor time.
        "evaluation_interval": "5m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [
                    {"series": name, "values": values}
                    for name, values in {**WELL, **wrong}.items()
                    if values is not None
                ],
                "promql_expr_test": [
                    {
                        "expr": f'count by (alertname) (ALERTS{{alertstate="firing",alertname=~"{asked}"}})',
                        "eval_time": "200m",
                        "exp_samples": [
                            {"labels": f'{{alertname="{name}"}}', "value": 1} for name in firing
                        ],
                    }
                ],
            }
            for asked, firing, wrong in cases
        ],
    }


def promtool(*arguments):
    return subprocess.run(
        [needed_program("promtool"), *arguments], capture_output=True, text=True, check=False
    )


@pytest.mark.slow
def test_promtool_accepts_alarms_and_example():
    done = promtool("check", "config", str(FOLDER / "prometheus.yml"))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_alarms_fire_when_they_should_and_only_then(tmp_path):
    cases = [
        *((".+", [], wrong) for wrong in ({}, *ONE_FAILURE)),
        *((name, [name], wrong) for name, wrong in WRONG),
    ]
    file = tmp_path / "test.yml"
    file.write_text(yaml.safe_dump(rule_tests(cases)))
    done = promtool("test", "rules", str(file))
    assert done.returncode == 0, done.stdout + done.stderr
