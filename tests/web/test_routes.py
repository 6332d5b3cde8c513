"""Tests of the pages about the site itself."""

import socket
from threading import Event
from types import SimpleNamespace

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from campaign.extensions import write
from campaign.health import disk_checks
from campaign.jobs.operations import note_worker
from campaign.privacy.register import REGISTER
from campaign.process.clock import utcnow
from tests.conftest import make_app


def test_home_page_uses_the_visitors_language(client):
    answer = client.get("/", headers={"Accept-Language": "fr-CA, en;q=0.5"})
    assert answer.status_code == 302
    assert answer.location == "/fr/"
    assert "Accept-Language" in answer.vary


def test_empty_site_has_a_home_page(client):
    assert client.get("/es/").status_code == 200


def test_privacy_page_says_what_is_kept_and_for_how_long(client, app, monkeypatch):
    monkeypatch.setitem(app.config, "ADDRESS_DAYS", 23)
    for lang in ("en", "es", "fr"):
        page = client.get(f"/{lang}/privacy")
        assert page.status_code == 200
        assert page.text.count("<tr") >= len(REGISTER)
        assert "23" in page.text
        assert "%(" not in page.text


def test_health_checks_report_alive_and_ready(client):
    write(note_worker, now=utcnow())
    for path, status in (("/healthz", "ok"), ("/readyz", "ready")):
        answer = client.get(path)
        assert (answer.status_code, answer.json["status"]) == (200, status)
        assert answer.headers["Cache-Control"] == "no-store"


def test_readiness_names_every_check(client):
    write(note_worker, now=utcnow())
    checks = client.get("/readyz").json["checks"]
    assert checks == {"database": "ok", "migrations": "ok", "worker": "ok", "disk": "ok"}


def test_site_without_a_worker_is_degraded_but_serves(client):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["status"]) == (200, "degraded")
    assert answer.json["checks"]["worker"] == "wrong"


@pytest.mark.parametrize(("megabytes", "state"), [(500, "warning"), (100, "wrong")])
def test_disk_is_reported_before_it_is_full(client, monkeypatch, megabytes, state):
    usage = SimpleNamespace(free=megabytes * 1024**2)
    monkeypatch.setattr(disk_checks.shutil, "disk_usage", lambda path: usage)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["status"]) == (200, "degraded")
    assert answer.json["checks"]["disk"] == state


def test_database_that_hangs_does_not_delay_monitoring(client, app, monkeypatch):
    goes_on, over = Event(), []

    def hang(*_, **__):
        over.append(goes_on.wait(60))
        raise OperationalError("select 1", {}, Exception("gone"))

    monkeypatch.setattr(Engine, "connect", hang)
    for name in ("readiness", "database_gauges"):
        monkeypatch.setattr(app.extensions[name], "_seconds", 0.1)
    # The second ones wait for the calls of the first ones, and use no connection.
    answers = [client.get(path) for path in ("/readyz", "/metrics", "/healthz") * 2]
    assert over == []
    goes_on.set()
    assert [answer.status_code for answer in answers] == [503, 200, 200] * 2
    assert answers[0].json["status"] == "unavailable"
    assert answers[0].json["checks"]["database"] == "wrong"
    assert "volante_database_up 0.0" in answers[1].text.splitlines()


def test_new_process_answers_monitoring_while_the_database_is_silent(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host, port = silent.getsockname()
        app = make_app(f"postgresql+psycopg://v@{host}:{port}/v", tmp_path)
        for name in ("readiness", "database_gauges"):
            app.extensions[name]._seconds = 0.1
        client = app.test_client()
        statuses = [client.get(path).status_code for path in ("/readyz", "/metrics", "/healthz")]
    assert statuses == [503, 200, 200]


def test_site_without_its_database_is_alive_and_not_ready(client, monkeypatch):
    def away(*_, **__):
        raise OperationalError("select 1", {}, Exception("connection refused"))

    monkeypatch.setattr(Engine, "connect", away)
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz", headers={"Accept": "application/json"}).status_code == 503


def test_accessibility_statement_is_in_every_language(client):
    pages = [client.get(f"/{lang}/accessibility") for lang in ("en", "es", "fr")]
    assert [page.status_code for page in pages] == [200, 200, 200]
    assert len({page.text for page in pages}) == 3
    assert all("statement-list" in page.text for page in pages)
