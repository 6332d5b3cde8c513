"""Tests of the petition's page."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from campaign.extensions import db, write
from campaign.i18n.long_dates import long_date
from campaign.petitions.models import Petition
from campaign.process.clock import utcnow
from tests.factories.petitions import TEXTS, make_petition, new_version
from tests.factories.signatures import AMALIA, JSON, post_signature, sign_and_hatch
from tests.page_parts import tree

DAY = timedelta(days=1)
PAGE = "/en/petitions/home"


def test_page_has_the_text_the_targets_and_the_form(client, app):
    make_petition(goal=1000)
    answer = client.get(PAGE)
    assert answer.status_code == 200
    for text in (
        "Bring them home",
        "We, the undersigned, <em>ask</em>.",
        "The Senate of the Valley",
        'id="given_name"',
        'data-signers="none"',
    ):
        assert text in answer.text


@pytest.mark.parametrize(
    ("lang", "title"), [("en", "Bring them home"), ("es", "Que vuelvan"), ("fr", "Bring them home")]
)
def test_page_is_in_three_languages_and_marks_the_language_of_the_text(client, app, lang, title):
    make_petition()
    page = client.get(f"/{lang}/petitions/home").text
    assert f'<html lang="{lang}"' in page
    assert title in page
    assert ('class="petition-body" lang="en"' in page) == (lang == "fr")
    assert ('class="petition-title" lang="en"' in page) == (lang == "fr")


def test_address_without_a_language_redirects_to_the_visitors(client, app):
    make_petition()
    answer = client.get("/petitions/home?source=poster", headers={"Accept-Language": "es-MX"})
    assert (answer.status_code, answer.location) == (302, "/es/petitions/home?source=poster")
    assert client.get("/petitions/home", headers={"Accept-Language": "de"}).location == PAGE


@pytest.mark.parametrize(
    ("settings", "state"),
    [
        ({"opens_at": utcnow() + DAY}, "not_yet"),
        ({"closes_at": utcnow() - DAY}, "closed"),
        ({"state": "closed"}, "closed"),
    ],
)
def test_page_has_the_text_and_no_form_outside_its_time(client, app, settings, state):
    petition = make_petition(**settings)
    make_petition(
        "law", cause_id=petition.cause_id, texts={"en": {**TEXTS["en"], "title": "A law"}}
    )
    page = client.get(PAGE).text
    # Once before the text, once in the card after it.
    state_attribute = f'data-state="{state}"'
    assert page.index(state_attribute) < page.index("<em>ask</em>") < page.rindex(state_attribute)
    assert 'id="given_name"' not in page
    assert 'href="/en/petitions/law"' in page
    assert "data-signers" not in page
    # Without signatures, none can stay in the picture.
    assert "data-kept" not in page


def test_petition_closed_early_by_hand_names_the_day_it_was_closed(client, petition):
    sign_and_hatch(petition)
    closed = utcnow() - 2 * DAY
    times = {"state": "closed", "closed_at": closed, "closes_at": utcnow() + 30 * DAY}
    write(
        lambda: db.session.execute(
            update(Petition).where(Petition.id == petition.id).values(**times)
        )
    )
    day = long_date(closed.astimezone(ZoneInfo("America/Toronto")), "en_CA")
    page = client.get(PAGE).text
    card = page.partition('id="sign"')[2]
    assert 'data-kept="1"' in card and day in card
    assert f'"expires": "{closed:%Y-%m-%dT%H:%M:%S}' in page
    assert client.get("/api/v1/petitions/home").json["closes_at"] == f"{closed:%Y-%m-%dT%H:%M:%SZ}"
    answer = post_signature(client, petition, AMALIA, headers=JSON)
    assert (answer.status_code, answer.json["closes_at"]) == (
        410,
        f"{closed:%Y-%m-%dT%H:%M:%S}+00:00",
    )


def test_count_follows_hatching(client, app):
    petition = make_petition(goal=10)
    sign_and_hatch(petition)
    assert 'data-count="petition:home">1<' in client.get(PAGE).text


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_last_signature_to_go_is_in_the_singular(client, app, lang):
    sign_and_hatch(make_petition(goal=2))
    marks = tree(client.get(f"/{lang}/petitions/home")).xpath("//*[@data-to-go]")
    assert len(marks) == 2
    for mark in marks:
        assert mark.text_content().strip() == mark.get("data-one").replace("{n}", "1")
        assert "{n}" in mark.get("data-many")
        assert (mark.get("data-one") != mark.get("data-many")) == (lang == "es")


@pytest.mark.parametrize("state", ["published", "closed"])
def test_target_and_count_are_before_the_text(client, app, state):
    petition = make_petition(goal=10)
    sign_and_hatch(petition)
    change = update(Petition).where(Petition.id == petition.id).values(state=state)
    write(lambda: db.session.execute(change))
    page = tree(client.get(PAGE))
    [first] = page.find_class("detail-list--first")
    assert [row.get("class") for row in first][-1] == "detail-count"
    assert first.xpath(".//*[@data-count='petition:home']/text()") == ["1"]
    assert first.xpath("following::*[@class='petition-body']")


def test_changed_text_is_marked_as_changed(client, app):
    petition = make_petition()
    assert "petition-version" not in client.get(PAGE).text
    new_version(petition)
    note = client.get(PAGE).text.partition('class="petition-version')[2].partition("</p>")[0]
    assert re.search(r"\b2\b", note)
    assert "/versions/1" in note


def test_page_is_publicly_cacheable_for_a_second(client, app):
    make_petition()
    headers = client.get(PAGE).headers
    assert headers["Cache-Control"].startswith("public, max-age=1, ")
    assert "Set-Cookie" not in headers


def test_title_is_always_text(client, app):
    make_petition(texts={"en": {**TEXTS["en"], "title": '<b>"Home" & <i>', "summary": "<script>"}})
    page = client.get(PAGE).text
    assert "<script>" not in page.replace('<script type="module"', "").replace("<script src=", "")
    assert "&lt;b&gt;&#34;Home&#34; &amp; &lt;i&gt;" in page


def test_two_details_are_before_the_text_and_the_others_after_it(client, app):
    make_petition()
    page = client.get(PAGE).text
    before, after = page.split('class="petition-body-column"', 1)
    assert before.count("<dt>") == 2 and "The Senate of the Valley" in before
    assert 'class="detail-languages"' in after and 'class="detail-languages"' not in before
    assert after.index('class="detail-languages"') < after.index('id="given_name"')
