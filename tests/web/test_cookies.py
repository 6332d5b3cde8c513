"""Tests that public pages set no cookie, make no third-party request and can be cached."""

import re

import pytest

from tests.factories.causes import make_cause
from tests.factories.events import make_event
from tests.factories.petitions import make_petition
from tests.factories.signatures import AMALIA, link, post_signature, sign, sign_and_hatch

PUBLIC = (
    "/en/",
    "/es/causes/valley",
    "/fr/petitions/home",
    "/en/petitions/home/thanks",
    "/en/events/",
    "/es/events/talk",
    "/en/events/talk/thanks",
    "/events/talk.ics",
    "/events.ics",
    "/causes/valley/events.ics",
    "/en/privacy",
    "/causes/valley/pulse.json",
    "/petitions/home/ledger.json",
    "/causes/valley/montage.png?w=100",
    "/robots.txt",
    "/.well-known/security.txt",
    "/favicon.ico",
)
ADDRESSES = re.compile(r"""(?:src|href|action|content|poster|data)=["']((?:https?:)?//[^"']+)""")
# Plain links to a map or for sharing: nothing is requested before the reader follows one.
OFFERED = re.compile(r"""<a [^>]*rel="noopener noreferrer external"[^>]*>""")


@pytest.fixture
def petition(app):
    petition = make_petition()
    sign_and_hatch(petition)
    make_event(cause_id=petition.cause_id)
    return petition


@pytest.mark.once_on_postgresql
@pytest.mark.parametrize("path", PUBLIC)
def test_public_responses_set_no_cookie_and_are_cacheable(client, petition, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "public" in answer.headers["Cache-Control"]
    assert answer.vary.to_header() in ("", "Accept-Encoding")


@pytest.mark.once_on_postgresql
@pytest.mark.parametrize("path", PUBLIC)
def test_cookie_or_referrer_changes_nothing(client, petition, path):
    plain = client.get(path)
    other = client.get(
        path,
        headers={
            "Cookie": "session=abc; theme=night",
            "Referer": "https://example.org/",
            "User-Agent": "x",
        },
    )
    without_time = re.compile(rb'"at":"[^"]*"')
    assert without_time.sub(b"", other.data) == without_time.sub(b"", plain.data)


def test_private_responses_set_no_cookie_and_are_not_cached(client, petition):
    signature_id = sign(petition, AMALIA, email="other@rosales.example")
    for purpose in ("confirm", "mine"):
        answer = client.get(link(purpose, signature_id))
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex"


def test_signing_and_failing_set_no_cookie(client, petition):
    assert "Set-Cookie" not in post_signature(client, petition, AMALIA).headers
    assert "Set-Cookie" not in post_signature(client, petition, {}).headers
    assert "Set-Cookie" not in client.get("/en/nowhere").headers


@pytest.mark.parametrize("path", [path for path in PUBLIC if "." not in path])
def test_page_names_no_other_host(client, petition, path):
    make_cause("hill")
    found = [
        address
        for address in ADDRESSES.findall(OFFERED.sub("", client.get(path).text))
        if not address.startswith("http://localhost")
    ]
    assert found == []
