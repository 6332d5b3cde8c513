"""Tests of the metrics, which only monitoring may read."""

import re
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine, update
from sqlalchemy.exc import OperationalError

from campaign.db.last_backup import note_backup, note_restore_check
from campaign.extensions import db, write
from campaign.jobs.operations import enqueue, note_worker
from campaign.mail.bulk.sending import SENDING_WAITS
from campaign.mail.models import OutboxMessage
from campaign.mail.operations import DOMAIN_LIMIT_REACHED
from campaign.process.clock import utcnow
from campaign.security.rate_limits import RateLimiter
from tests.factories.letter_rows import make_letter_action, make_letters, make_targets
from tests.factories.petitions import make_petition
from tests.factories.search import index_now
from tests.factories.signatures import AMALIA, ODILE, change, confirm, sign, sign_and_hatch
from tests.redis_server import FULL, redis_server

FAR = {"environ_overrides": {"REMOTE_ADDR": "203.0.113.77"}}


def figures(client, **options):
    """Return {name with labels: number}, but without the label of the process."""
    answer = client.get("/metrics", **options)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    samples = [
        sample
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    ]
    return {_name(sample.name, sample.labels): sample.value for sample in samples}


def _name(name, labels):
    text = ",".join(f'{label}="{value}"' for label, value in labels.items() if label != "process")
    return f"{name}{{{text}}}" if text else name


def test_counts_and_queues_are_reported(client, app):
    petition = make_petition()
    sign_and_hatch(petition)
    waiting = sign(petition, ODILE)
    confirm(waiting)
    change(waiting, confirmed_at=utcnow() - timedelta(minutes=5))
    sign(
        petition,
        {**AMALIA, "email": "held@rosales.example", "given_name": "Held"},
        held_reason="pressure",
    )
    output = figures(client)
    assert (
        output['volante_butterflies{cause="valley"}']
        == output['volante_signatures{petition="home"}']
        == 1
    )
    assert output["volante_hatching_waiting"] == output["volante_signatures_held"] == 1
    assert 300 <= output["volante_hatching_oldest_seconds"] < 400
    assert output["volante_mail_due"] > 0
    assert output["volante_mail_retrying"] == 0
    assert output["volante_search_behind"] == 2
    assert output["volante_pulse_pace_seconds"] == 1
    index_now()
    assert figures(client)["volante_search_behind"] == 0


def test_empty_site_has_metrics_too(client):
    output = figures(client)
    assert output["volante_hatching_oldest_seconds"] == output["volante_mail_oldest_seconds"] == 0


def test_every_metric_has_a_description(client):
    text = client.get("/metrics").text
    described = re.findall(r"^# HELP (\w+) \w", text, re.MULTILINE)
    used = set(re.findall(r"^(volante_\w+)", text, re.MULTILINE))
    assert {re.sub("_(bucket|count|sum)$", "", name) for name in used} <= {
        re.sub("_count$", "", name) for name in described
    }


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_request_through_a_proxy_or_from_afar_is_refused(client, header):
    assert client.get("/metrics", **FAR).status_code == 403
    assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 403
    assert client.get("/metrics", environ_overrides={"REMOTE_ADDR": ""}).status_code == 403


def test_trusted_network_may_read_metrics_itself(client, app, monkeypatch):
    monkeypatch.setitem(app.config, "TRUSTED_PROXIES", ["203.0.113.0/24"])
    assert client.get("/metrics", **FAR).status_code == 200


def test_token_allows_access_from_anywhere(client, app, monkeypatch):
    options = {**FAR, "headers": {"Authorization": "Bearer sesame"}}
    assert client.get("/metrics", **options).status_code == 403
    monkeypatch.setitem(app.config, "METRICS_TOKEN", "sesame")
    assert client.get("/metrics", **options).status_code == 200
    for wrong in ("Bearer sesam", "Bearer ", "Bearer", "sésame", ""):
        assert (
            client.get("/metrics", **{**FAR, "headers": {"Authorization": wrong}}).status_code
            == 403
        )


def test_refused_email_shows_its_age_while_it_waits_for_its_next_attempt(client, app):
    sign(make_petition())
    day_ago = utcnow() - timedelta(days=1)
    db.session.execute(
        update(OutboxMessage).values(
            created_at=day_ago,
            attempts=4,
            last_error="450 4.2.0",
            due_at=utcnow() + timedelta(hours=1),
        )
    )
    db.session.commit()
    output = figures(client)
    assert output["volante_mail_due"] == 0
    assert output["volante_mail_retrying"] == 1
    assert output["volante_mail_oldest_seconds"] >= 24 * 3600


@pytest.mark.parametrize(
    ("reason", "due_in", "count", "age"),
    [
        ("450 4.2.0", timedelta(hours=1), 0, 0),
        ("450 4.2.0", -timedelta(minutes=1), 1, 60),
        (DOMAIN_LIMIT_REACHED, timedelta(minutes=1), 1, 24 * 3600),
    ],
)
def test_email_is_late_once_it_is_due_or_if_its_domain_is_slow(
    client, app, reason, due_in, count, age
):
    sign(make_petition())
    times = {"created_at": utcnow() - timedelta(days=1), "due_at": utcnow() + due_in}
    db.session.execute(update(OutboxMessage).values(attempts=4, last_error=reason, **times))
    db.session.commit()
    output = figures(client)
    assert output['volante_mail_queue{priority="personal"}'] == count
    assert age <= output['volante_mail_queue_oldest_seconds{priority="personal"}'] < age + 600


def test_email_of_a_paused_mailing_is_neither_late_nor_refused(client, app):
    sign(make_petition())
    later = {"last_error": SENDING_WAITS, "due_at": utcnow() + timedelta(minutes=5)}
    db.session.execute(
        update(OutboxMessage).values(created_at=utcnow() - timedelta(days=1), **later)
    )
    db.session.commit()
    output = figures(client)
    for name in ("mail_due", "mail_retrying", "mail_oldest_seconds"):
        assert output[f"volante_{name}"] == 0


def test_answers_are_measured_by_view_and_status(client):
    before = figures(client)
    client.get("/en/privacy")
    client.get("/en/nowhere")
    after = figures(client)

    def more(endpoint, status):
        name = f'volante_http_request_seconds_count{{endpoint="{endpoint}",status="{status}"}}'
        return after[name] - before.get(name, 0)

    assert more("web.privacy", "2xx") == more("none", "4xx") == 1


def test_failures_are_counted_even_if_the_log_leaves_them_out(client, monkeypatch):
    monkeypatch.setattr("campaign.web.routes.controllers", lambda lang: 1 / 0)
    before = figures(client)['volante_failures_total{kind="unexpected"}']
    for _ in range(3):
        assert client.get("/en/privacy").status_code == 500
    assert figures(client)['volante_failures_total{kind="unexpected"}'] == before + 3


def test_emails_wait_by_priority_and_jobs_by_kind(client, app):
    sign(make_petition())
    db.session.execute(
        update(OutboxMessage).values(
            created_at=utcnow() - timedelta(minutes=3), due_at=utcnow() - timedelta(minutes=2)
        )
    )
    db.session.commit()
    write(enqueue, "export", 7, run_at=utcnow() - timedelta(minutes=5))
    output = figures(client)
    assert output['volante_mail_queue{priority="personal"}'] == 1
    assert output['volante_mail_queue_oldest_seconds{priority="personal"}'] >= 120
    assert output['volante_mail_queue{priority="bulk"}'] == 0
    assert output['volante_jobs_due{kind="export"}'] == 1
    assert output['volante_jobs_oldest_seconds{kind="export"}'] >= 300
    assert output['volante_jobs_due{kind="poster"}'] == 0


def test_worker_and_backup_are_known_by_their_age(client, app, monkeypatch, tmp_path):
    monkeypatch.setitem(app.config, "VAR_DIR", str(tmp_path))
    output = figures(client)
    assert "volante_worker_heartbeat_seconds" not in output
    assert "volante_last_backup_timestamp_seconds" not in output
    assert "volante_last_restore_check_timestamp_seconds" not in output
    write(note_worker, now=utcnow() - timedelta(minutes=2))
    note_backup(tmp_path)
    note_restore_check(tmp_path)
    output = figures(client)
    assert 120 <= output["volante_worker_heartbeat_seconds"] < 180
    for name in ("last_backup", "last_restore_check"):
        assert abs(output[f"volante_{name}_timestamp_seconds"] - utcnow().timestamp()) < 60


def test_rate_limits_that_each_process_counts_alone_are_reported(client, app, monkeypatch):
    assert figures(client)["volante_rate_limits_shared"] == 1
    with redis_server(FULL) as url:
        limits = RateLimiter.from_config({**app.config, "REDIS_URL": url})
        monkeypatch.setitem(app.extensions, "rate_limiter", limits)
        assert figures(client)["volante_rate_limits_shared"] == 0


def test_metrics_are_shown_while_the_database_is_away(client, monkeypatch):
    def away(*_, **__):
        raise OperationalError("select 1", {}, Exception("connection refused"))

    assert figures(client)["volante_database_up"] == 1
    monkeypatch.setattr(Engine, "connect", away)
    output = figures(client)
    assert output["volante_database_up"] == 0
    assert output["volante_disk_free_bytes"] > 0
    assert "volante_mail_due" not in output


def test_letters_that_wait_are_counted(client, app):
    action = make_letter_action()
    [profile] = make_targets(action, 1)
    make_letters(action, profile, 2, created_at=utcnow() - timedelta(hours=1))
    make_letters(action, profile, 1, delivery_method="gathered")
    make_letters(action, profile, 1, delivery_method="self")
    output = figures(client)
    assert output["volante_letters_waiting"] == 3
    assert 3600 <= output["volante_letters_oldest_seconds"] < 4000
