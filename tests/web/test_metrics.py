"""Tests of the metrics, which only monitoring may read."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from campaign.extensions import db
from campaign.mail.models import OutboxMessage
from campaign.process.clock import utcnow
from tests.factories.petitions import make_petition
from tests.factories.search import index_now
from tests.factories.signatures import AMALIA, ODILE, change, confirm, sign, sign_and_hatch

pytestmark = pytest.mark.both_databases

FAR = {"environ_overrides": {"REMOTE_ADDR": "203.0.113.77"}}
LINE = re.compile(r'^(volante_[a-z_]+)(\{[a-z]+="[a-z0-9-]+"\})? (-?\d+(?:\.\d+)?)$')


def figures(client, **options):
    """Return {name with labels: number}; every line must be a comment or a metric."""
    answer = client.get("/metrics", **options)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {match[1] + (match[2] or ""): float(match[3]) for match in map(LINE.match, lines)}


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
    assert set(re.findall(r"^(volante_\w+)", text, re.MULTILINE)) <= set(
        re.findall(r"^# HELP (\w+) \w", text, re.MULTILINE)
    )


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
