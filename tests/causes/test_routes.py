"""Tests of the home page and the page of a cause."""

import re

import pytest
from sqlalchemy import update

from campaign.causes.models import CauseTally
from campaign.extensions import db, write
from campaign.petitions.life_cycles import cause_life_cycle, petition_life_cycle
from campaign.process.clock import utcnow
from tests.factories.causes import TEXTS, make_cause
from tests.factories.events import make_event
from tests.factories.petitions import make_petition
from tests.factories.signatures import sign_and_hatch
from tests.factories.updates import make_update
from tests.page_parts import values


def test_empty_site_has_a_home_page_in_each_language(client):
    for lang in ("en", "es", "fr"):
        assert client.get(f"/{lang}/").status_code == 200


def test_home_shows_causes_with_counts_next_events_and_news(client, app):
    cause = make_cause()
    for day in (3, 1, 2, 8):
        make_update(f"news-{day}", cause_id=cause.id, title=f"News {day}", days=day)
    for day in (5, 2, 9, 7, -1):
        make_event(f"day-{day}", cause_id=cause.id, title=f"Evening {day}", days=day)
    make_cause("unseen", state="draft")
    sign_and_hatch(make_petition(cause_id=cause.id))
    page = client.get("/en/").text
    assert "Butterflies for the Valley" in page
    assert re.search(r'data-count="cause">1<', page)
    assert "unseen" not in page
    assert [day for day in (2, 5, 7, 9, -1) if f"Evening {day}" in page] == [2, 5, 7]
    assert page.index("Evening 2") < page.index("Evening 5") < page.index("Evening 7")
    assert [day for day in (1, 2, 3, 8) if f"News {day}" in page] == [1, 2, 3]


@pytest.mark.parametrize(("count", "view"), [(0, "montage"), (99, "montage"), (100, "close-up")])
def test_home_shows_a_close_up_only_of_a_picture_with_butterflies(client, app, count, view):
    make_cause()
    write(lambda: db.session.execute(update(CauseTally).values(count=count, last_number=count)))
    assert values(client.get("/en/"), "data-hero") == [view]


def test_home_offers_signing_only_for_open_petitions(client, petition):
    invites = 'class="sign sign--phone-wide"', 'class="sign sign--small"'
    assert all(text in client.get("/en/").text for text in invites)
    make_petition("law", cause_id=petition.cause_id)
    write(petition_life_cycle.close, row_id=petition.id, now=utcnow())
    page = client.get("/en/").text
    assert page.count('href="/en/petitions/law"') == 2
    assert 'href="/en/petitions/home"' not in page
    write(cause_life_cycle.close, row_id=petition.cause_id, now=utcnow())
    page = client.get("/en/").text
    assert [text for text in invites if text in page] == []


def test_cause_shows_its_petitions_events_and_updates(client, app):
    cause = make_cause()
    make_update(cause_id=cause.id, title="Seen")
    for title, days in (("Tomorrow", 1), ("Nearly", 0.1), ("Yesterday", -1)):
        make_event(title.lower(), cause_id=cause.id, title=title, days=days)
    elsewhere = make_cause("hill")
    make_event("elsewhere", cause_id=elsewhere.id, title="Elsewhere", days=2)
    make_petition(cause_id=cause.id)
    make_petition("draft", cause_id=cause.id, state="draft")
    page = client.get("/en/causes/valley").text
    for text in (
        "Bring them home",
        "Tomorrow",
        "Nearly",
        "Yesterday",
        "Seen",
        'href="/en/petitions/home"',
    ):
        assert text in page
    assert page.index("Nearly") < page.index("Tomorrow") < page.index("Yesterday")
    assert "/en/petitions/draft" not in page
    assert "Elsewhere" not in page


@pytest.mark.parametrize(
    ("lang", "title"),
    [("en", TEXTS["en"]["title"]), ("es", TEXTS["es"]["title"]), ("fr", TEXTS["en"]["title"])],
)
def test_cause_is_shown_in_the_readers_language_or_its_first(client, app, lang, title):
    make_cause()
    assert title in client.get(f"/{lang}/causes/valley").text


@pytest.mark.parametrize(
    "path",
    [
        "/en/causes/nowhere",
        "/en/causes/hidden",
        "/en/causes/",
        "/de/causes/valley",
        "/en/causes/a%00",
    ],
)
def test_unknown_page_is_a_designed_404(client, app, path):
    make_cause()
    make_cause("hidden", state="draft")
    answer = client.get(path)
    assert answer.status_code == 404
    assert "<header" in answer.text


def test_story_is_markdown_without_scripts(client, app):
    make_cause(story="**Forty-three** <img src=x onerror=alert(1)>")
    page = client.get("/en/causes/valley").text
    assert "<strong>Forty-three</strong>" in page
    assert "<img src=x" not in page


def test_home_and_causes_are_cacheable_for_a_second(client, app):
    make_cause()
    for path in ("/en/", "/en/causes/valley"):
        assert client.get(path).headers["Cache-Control"].startswith("public, max-age=1, ")
