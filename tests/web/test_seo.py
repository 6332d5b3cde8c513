"""Tests of what search engines and phones read about the site."""

import json
import re
import xml.etree.ElementTree as ET
from datetime import datetime, timedelta
from urllib.robotparser import RobotFileParser

import pytest

from campaign.events.life_cycle import event_life_cycle
from campaign.extensions import write
from campaign.petitions.life_cycles import petition_life_cycle
from campaign.process.clock import utcnow
from tests.factories.causes import make_cause
from tests.factories.events import make_event
from tests.factories.petitions import make_petition

SITEMAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
OURS = "http://localhost"


@pytest.fixture
def site(app):
    cause = make_cause()
    make_petition(cause_id=cause.id)
    make_petition("draft", cause_id=cause.id, state="draft")
    archived = make_petition("archived-petition", cause_id=cause.id)
    write(petition_life_cycle.archive, row_id=archived.id, now=utcnow())
    make_event(cause_id=cause.id)
    make_event("secret", cause_id=cause.id, draft=True)
    past = make_event("past", cause_id=cause.id)
    write(event_life_cycle.archive, row_id=past.id, now=utcnow())
    make_cause("hidden", state="draft")
    return cause


def entries(client):
    """Return {path: {language: path}} of the sitemap."""
    answer = client.get("/sitemap.xml")
    assert answer.mimetype == "application/xml"
    assert "public" in answer.headers["Cache-Control"]
    tree = ET.fromstring(answer.data)
    return {
        entry.find("s:loc", SITEMAP).text.removeprefix(OURS): {
            link.get("hreflang"): link.get("href").removeprefix(OURS)
            for link in entry.findall("x:link", SITEMAP)
        }
        for entry in tree.findall("s:url", SITEMAP)
    }


def test_sitemap_lists_every_public_page_and_no_other(client, site):
    english = {path for path in entries(client) if path.startswith("/en/")}
    assert english == {
        "/en/",
        "/en/events/",
        "/en/privacy",
        "/en/accessibility",
        "/en/causes/valley",
        "/en/causes/valley/montage",
        "/en/petitions/home",
        "/en/events/talk",
    }


def test_each_page_of_the_sitemap_lists_itself_and_the_other_languages(client, site):
    entries_by_path = entries(client)
    for path, others in entries_by_path.items():
        rest = path[3:]
        assert others == {
            **{lang: f"/{lang}{rest}" for lang in ("en", "es", "fr")},
            "x-default": rest,
        }
        assert others["fr"] in entries_by_path


def test_pages_of_the_sitemap_exist_are_canonical_and_indexable(client, site):
    robots = RobotFileParser()
    robots.parse(client.get("/robots.txt").text.splitlines())
    for path, others in entries(client).items():
        page = client.get(path)
        assert page.status_code == 200
        said = dict(
            re.findall(
                r'<link rel="alternate" hreflang="([\w-]+)" href="http://localhost([^"]+)"',
                page.text,
            )
        )
        assert said == others
        assert f'<link rel="canonical" href="http://localhost{path}"' in page.text
        assert "noindex" not in page.text
        assert robots.can_fetch("Anybody", path)
        assert client.get(others["x-default"], follow_redirects=True).status_code == 200


def test_robots_txt_names_the_sitemap_and_excludes_private_pages(client):
    text = client.get("/robots.txt").text
    assert f"Sitemap: {OURS}/sitemap.xml" in text
    robots = RobotFileParser()
    robots.parse(text.splitlines())
    closed = (
        "/dev/mail",
        "/organize/",
        "/kiosk/",
        "/en/signatures/mine/x",
        "/fr/registrations/x",
        "/es/search?q=x",
    )
    assert [path for path in closed if robots.can_fetch("Anybody", path)] == []
    assert "Disallow: /causes/*/poster." in text


def security_fields(client):
    answer = client.get("/.well-known/security.txt")
    assert answer.content_type == "text/plain; charset=utf-8"
    assert "Set-Cookie" not in answer.headers
    assert "public" in answer.headers["Cache-Control"]
    pairs = [line.split(": ", 1) for line in answer.text.splitlines()]
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def test_security_txt_names_the_sender_unless_a_contact_is_set(app, client, monkeypatch):
    assert "Canonical" not in security_fields(client)
    assert security_fields(client)["Contact"] == f"mailto:{app.extensions['sender_address']}"
    monkeypatch.setitem(app.config, "SECURITY_CONTACT", "https://example.org/report")
    monkeypatch.setitem(app.config, "PUBLIC_URL", "https://sign.example.org")
    fields = security_fields(client)
    assert fields["Contact"] == "https://example.org/report"
    assert fields["Canonical"] == "https://sign.example.org/.well-known/security.txt"
    assert fields["Preferred-Languages"] == "en, es, fr"


def test_security_txt_expires_within_a_year(client, awkward_time):
    expires = datetime.fromisoformat(security_fields(client)["Expires"])
    assert timedelta(days=30) < expires - utcnow() < timedelta(days=365)


@pytest.mark.parametrize("path", ["/en/", "/es/petitions/home", "/embed/petitions/home"])
def test_pages_link_to_the_source_only_where_an_address_is_set(
    app, client, site, monkeypatch, path
):
    assert 'data-testid="source"' not in client.get(path).text
    monkeypatch.setitem(app.config, "SOURCE_URL", "https://code.example.org/volante")
    assert 'href="https://code.example.org/volante"' in client.get(path).text


def test_phone_can_install_the_site_as_an_icon(client):
    page = client.get("/fr/").text
    manifest = client.get(re.search(r'rel="manifest" href="([^"]+)"', page)[1])
    assert manifest.mimetype == "application/manifest+json"
    data = json.loads(manifest.data)
    assert data["start_url"] == "/fr/"
    touch = re.search(r'rel="apple-touch-icon" href="([^"]+)"', page)[1]
    for src in (touch, *(icon["src"] for icon in data["icons"])):
        assert client.get(src).mimetype == "image/png"
