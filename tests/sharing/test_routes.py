"""Tests of sharing a petition, and of counting what comes of it."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from campaign.extensions import write
from campaign.process.clock import utcnow
from campaign.sharing import queries
from campaign.sharing.referral_codes import code_of
from campaign.signatures.counting.groups import set_quiet
from tests.factories.causes import make_cause
from tests.factories.petitions import make_petition
from tests.factories.signatures import (
    AMALIA,
    ODILE,
    answer_now,
    confirm,
    confirm_form,
    forms,
    hatch_now,
    link,
    post_signature,
    row,
    rows,
    sign_and_hatch,
    withdraw,
)
from tests.factories.updates import make_update

CODE = re.compile(r"by=([\w-]{22})")
SHOWS_FIVE = re.compile(r'class="referrals-count font-heading">[^<]*\b5\b')


def sign_by_link(client, petition, code, place=0, **options):
    """Sign through a supporter's link, confirm and hatch, and return the new row."""
    form_data = {**ODILE, "email": f"odile.{place}@kwan.example", "by": code}
    assert post_signature(client, petition, form_data, **options).status_code == 303
    signature = rows()[-1]
    confirm(signature.id)
    hatch_now()
    return row(signature.id)


def test_page_of_a_number_offers_every_channel_with_the_own_link(client, petition):
    amalia = sign_and_hatch(petition)
    page = client.get(link("hatched", amalia)).text
    address = f"http://localhost/en/petitions/home?by={code_of(amalia)}"
    assert f'value="{address}"' in page
    for channel in (
        "wa.me",
        "t.me",
        "facebook.com",
        "bsky.app",
        "x.com",
        "mailto:",
        "#mastodon",
        "#code",
    ):
        assert channel in page
    assert 'class="referrals"' not in page
    assert not re.search(
        r'<(?:script|img|link|iframe)[^>]+(?:src|href)="https://(?!localhost)', page
    )


@pytest.fixture
def late(monkeypatch):
    """Report without the one-day delay, and start the steps of every link at zero."""
    monkeypatch.setattr(queries, "COUNTED_AFTER", timedelta(0))
    monkeypatch.setattr(queries, "keyed_digest", lambda *_: b"\0")


def test_link_reports_nothing_below_five_arrivals(client, petition, late):
    amalia = sign_and_hatch(petition)
    for place in range(4):
        assert sign_by_link(client, petition, code_of(amalia), place).referrer_id == amalia
        for page in ("hatched", "mine"):
            assert 'class="referrals"' not in client.get(link(page, amalia)).text
    sign_by_link(client, petition, code_of(amalia), 4)
    for page in ("hatched", "mine"):
        shown = client.get(link(page, amalia)).text
        assert SHOWS_FIVE.search(shown)
        assert "Odile" not in shown
        assert "n=2" not in shown
    sign_by_link(client, petition, code_of(amalia), 5)
    assert SHOWS_FIVE.search(client.get(link("mine", amalia)).text)


def test_arrivals_by_a_link_are_reported_a_day_late(client, petition):
    amalia = sign_and_hatch(petition)
    for place in range(9):
        sign_by_link(client, petition, code_of(amalia), place)
    assert queries.count_referred(amalia, now=utcnow()) == 0
    assert queries.count_referred(amalia, now=utcnow() + queries.COUNTED_AFTER) == 5


def test_quiet_petition_reports_nothing_about_links(client, petition, late):
    amalia = sign_and_hatch(petition)
    for place in range(5):
        sign_by_link(client, petition, code_of(amalia), place)
    write(set_quiet, petition_id=petition.id, is_quiet=True, now=utcnow())
    assert not SHOWS_FIVE.search(client.get(link("mine", amalia)).text)


def test_without_script_the_page_url_attributes_the_visit(client, petition):
    amalia = sign_and_hatch(petition)
    page = f"http://localhost/en/petitions/home?by={code_of(amalia)}&source=Radio"
    sign_by_link(client, petition, "", headers={"Referer": page})
    assert (rows()[-1].referrer_id, rows()[-1].source) == (amalia, "radio")


@pytest.mark.parametrize(
    "page",
    ["http://[?by=x", "?", "http://x/?" + "by=a&" * 5000, "x?by=%ff%00&source=%20", "#?by=1"],
)
def test_odd_page_url_does_not_prevent_signing(client, petition, page):
    sign_by_link(client, petition, "", headers={"Referer": page})
    assert (rows()[-1].referrer_id, rows()[-1].source) == (None, "")


def test_refused_form_keeps_the_attribution(client, petition):
    code = code_of(sign_and_hatch(petition))
    answer = post_signature(
        client, petition, {**ODILE, "email": "x", "by": code, "source": "radio"}
    )
    assert answer.status_code == 422
    assert f'name="by" value="{code}"' in answer.text
    assert 'name="source" value="radio"' in answer.text


@pytest.mark.parametrize("by", ["x", "A" * 22, "1", "é" * 22, "<b>", "a" * 5000, "\0"])
def test_unknown_code_does_not_prevent_signing(client, petition, by):
    sign_by_link(client, petition, by)
    assert rows()[-1].referrer_id is None


@pytest.mark.parametrize(
    ("source", "stored"),
    [
        ("Flyer-7", "flyer-7"),
        ("t-K7Q2", "t-k7q2"),
        ("a b", ""),
        ("x" * 41, ""),
        ("=1+1", ""),
        ("é", ""),
    ],
)
def test_valid_campaign_code_is_stored_in_lower_case(client, petition, source, stored):
    post_signature(client, petition, {**AMALIA, "source": source})
    assert rows()[0].source == stored


def test_supporter_cannot_refer_themselves(client, petition, late, monkeypatch):
    monkeypatch.setattr(queries, "STEP", 1)
    amalia = sign_and_hatch(petition)
    withdraw(amalia)
    hatch_now()
    post_signature(client, petition, {**AMALIA, "by": code_of(amalia)})
    answer_now()
    confirm_form(*forms())
    hatch_now()
    assert (row(amalia).state, row(amalia).referrer_id) == ("counted", amalia)
    assert queries.count_referred(amalia, now=utcnow()) == 0


def test_page_is_the_same_for_every_referral(client, petition):
    code = code_of(sign_and_hatch(petition))
    for path in ("/en/petitions/home", "/en/causes/valley", "/en/"):
        assert client.get(path).data == client.get(f"{path}?by={code}&source=radio&fbclid=1").data


def test_short_address_keeps_the_code(client, petition):
    answer = client.get("/s/home?source=t-k7q2&by=abc&other=1")
    assert parse_qs(urlsplit(answer.location).query) == {"by": ["abc"], "source": ["t-k7q2"]}


@pytest.mark.parametrize("kind", ["petitions", "causes"])
def test_everything_shareable_has_a_share_page_and_a_qr_code(client, petition, kind):
    slug = "home" if kind == "petitions" else "valley"
    page = client.get(f"/es/{kind}/{slug}/share")
    assert page.status_code == 200
    assert f'value="http://localhost/es/{kind}/{slug}"' in page.text
    for form, beginning in (("svg", b"<svg"), ("png", b"\x89PNG")):
        answer = client.get(f"/{kind}/{slug}/qr.{form}")
        assert answer.data.startswith(beginning)
        assert "public" in answer.headers["Cache-Control"]
    assert client.get(f"/es/{kind}/nothing/share").status_code == 404
    assert client.get(f"/{kind}/nothing/qr.png").status_code == 404


def test_page_with_a_supporters_code_is_not_cached(client, petition):
    code = code_of(sign_and_hatch(petition))
    page = client.get(f"/en/petitions/home/share?code={code}")
    assert f"home?by={code}" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert "?by=" not in client.get("/en/petitions/home/share?code=<b>").text


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("mastodon.social", "mastodon.social"),
        ("https://Mastodon.Social/@ana", "mastodon.social"),
        ("@ana@tuiter.rocks", "tuiter.rocks"),
        ("bücher.example", "xn--bcher-kva.example"),
    ],
)
def test_mastodon_asks_for_the_server_and_redirects_there(client, petition, typed, host):
    page = client.get("/en/petitions/home/share", query_string={"instance": typed})
    assert f'href="https://{host}/share?text=' in page.text


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "x",
        "javascript:alert(1)",
        "a b.example",
        "evil.example/?",
        "-x.example",
        "x" * 300,
        "1.2.3.4:80",
    ],
)
def test_invalid_server_is_explained_at_the_field(client, petition, typed):
    page = client.get("/en/petitions/home/share", query_string={"instance": typed})
    if page.status_code == 422:
        assert 'id="instance-error"' in page.text
    else:
        assert 'href="https://evil.example/share?text=' in page.text


def test_draft_cannot_be_shared(client, app):
    make_petition("draft", cause_id=make_cause("other").id, state="draft")
    assert client.get("/en/petitions/draft/share").status_code == 404
    assert client.get("/petitions/draft/qr.svg").status_code == 404


def test_update_can_be_shared_once_it_is_public(client):
    first = make_update()
    make_update("secret", cause_id=first.cause_id, draft=True)
    assert 'href="/en/updates/answer/share#code"' in client.get("/en/updates/answer").text
    page = client.get("/es/updates/answer/share")
    assert (page.status_code, 'value="http://localhost/es/updates/answer"' in page.text) == (
        200,
        True,
    )
    assert client.get("/updates/answer/qr.svg").mimetype == "image/svg+xml"
    assert client.get("/updates/answer", follow_redirects=True).status_code == 200
    for path in ("/en/updates/secret/share", "/updates/secret/qr.png", "/en/updates/nothing/share"):
        assert client.get(path).status_code == 404
