"""Tests of security headers on every response, and of refused cross-site posts."""

import re

import pytest

from campaign.web.headers import HEADERS, POLICY
from tests.conftest import make_app
from tests.factories.signatures import AMALIA, post_signature

ADDRESSES = (
    "/",
    "/en/",
    "/en/nowhere",
    "/en/petitions/home",
    "/en/petitions/home/thanks",
    "/causes/valley/pulse.json",
    "/petitions/home/ledger.json",
    "/healthz",
    "/robots.txt",
    "/favicon.ico",
    "/static/old/css/site.css",
    "/en/signatures/confirm/1.x",
    "/en/signatures/mine/1.x",
    "/dev/mail",
)


@pytest.mark.parametrize("path", ADDRESSES)
def test_every_kind_of_response_has_the_security_headers(client, petition, path):
    answer = client.get(path)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["Cache-Control"]
    for name in HEADERS:
        assert len(answer.headers.getlist(name)) == 1


def test_content_security_policy_allows_nothing_foreign_or_inline():
    assert POLICY.startswith("default-src 'none'")
    assert not re.search(r"unsafe|https?:|\*|ws", POLICY)
    for rule in ("frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
        assert rule in POLICY


@pytest.mark.parametrize("path", ["/en/signatures/confirm/1.x", "/en/nowhere", "/healthz"])
def test_response_without_cache_headers_is_not_stored(client, path):
    assert client.get(path).headers["Cache-Control"] == "no-store"


def test_only_production_requires_https(client, tmp_path):
    assert "Strict-Transport-Security" not in client.get("/healthz").headers
    production = make_app(
        f"sqlite:///{tmp_path / 'x.sqlite3'}", tmp_path, PRODUCTION=True
    ).test_client()
    assert production.get("/healthz").headers["Strict-Transport-Security"] == "max-age=31536000"
    assert production.get("/dev/mail").status_code == 404


OWN = "http://localhost"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": OWN},
        {"Origin": OWN, "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
    ],
    ids=str,
)
def test_posts_of_our_pages_and_of_programs_are_accepted(client, petition, headers):
    assert post_signature(client, petition, AMALIA, headers=headers).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "https://localhost.evil.example"},
        {"Origin": "http://localhost:8001"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "localhost"},
        {"Origin": "http://["},
        {"Origin": "http://[::1"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "whatever"},
    ],
    ids=str,
)
def test_posts_of_other_sites_are_refused(client, petition, headers):
    answer = post_signature(client, petition, AMALIA, headers=headers)
    assert answer.status_code == 403
    assert "<h1" in answer.text


@pytest.mark.parametrize(
    "path", ["/en/signatures/confirm/1.x", "/en/signatures/mine/1.x/1/withdraw", "/en/nowhere"]
)
def test_no_route_accepts_cross_site_posts(client, path):
    assert client.post(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_cross_site_reading_is_allowed(client, petition):
    assert (
        client.get("/en/petitions/home", headers={"Sec-Fetch-Site": "cross-site"}).status_code
        == 200
    )


def test_proxy_may_use_another_host_name(client, petition, app, monkeypatch):
    monkeypatch.setitem(app.config, "PUBLIC_URL", "https://sign.example.org")
    public = {"Origin": "https://sign.example.org", "Host": "127.0.0.1:8000"}
    assert post_signature(client, petition, AMALIA, headers=public).status_code == 303
    other = {**public, "Origin": "https://sign.example.com"}
    assert post_signature(client, petition, AMALIA, headers=other).status_code == 403
