"""Tests of the pages about the site itself."""

from sqlalchemy.exc import OperationalError

from campaign.extensions import db
from campaign.privacy.register import REGISTER


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
    for path, status in (("/healthz", "ok"), ("/readyz", "ready")):
        answer = client.get(path)
        assert (answer.status_code, answer.json["status"]) == (200, status)
        assert answer.headers["Cache-Control"] == "no-store"


def test_site_without_its_database_is_alive_and_not_ready(client, monkeypatch):
    def away(*_, **__):
        raise OperationalError("select 1", {}, Exception("connection refused"))

    monkeypatch.setattr(db.session, "execute", away)
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz", headers={"Accept": "application/json"}).status_code == 503


def test_accessibility_statement_is_in_every_language(client):
    pages = [client.get(f"/{lang}/accessibility") for lang in ("en", "es", "fr")]
    assert [page.status_code for page in pages] == [200, 200, 200]
    assert len({page.text for page in pages}) == 3
    assert all("statement-list" in page.text for page in pages)
