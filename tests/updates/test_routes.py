"""Tests of the pages and feeds of news."""

import io
import json
import re
from datetime import timedelta

import pytest
from lxml import etree
from PIL import Image

from campaign.errors import EditConflict
from campaign.extensions import write
from campaign.process.clock import utcnow
from campaign.publishing.picture_upload import clean_picture
from campaign.publishing.slug_history import SlugTaken
from campaign.updates.life_cycle import update_life_cycle
from campaign.updates.operations import (
    Links,
    UpdateNotReady,
    change_update,
    change_update_slug,
    create_update,
    pictures,
)
from tests.factories.causes import make_cause
from tests.factories.events import make_event
from tests.factories.petitions import make_petition
from tests.factories.updates import make_update, update_now

ATOM = {"a": "http://www.w3.org/2005/Atom"}


def titles(page):
    return re.findall(r'class="news-row-title"[^>]*><a href="/en/updates/([^"]+)"', page)


def picture(size=(400, 300)):
    file = io.BytesIO()
    Image.new("RGB", size, "orange").save(file, "JPEG")
    return file.getvalue()


def test_only_published_updates_whose_time_has_come_are_shown(client, app):
    cause = make_cause()
    make_update("out", cause_id=cause.id)
    make_update("draft", cause_id=cause.id, draft=True)
    make_update("later", cause_id=cause.id, days=-1)
    hidden = make_cause("hidden", state="draft")
    make_update("behind", cause_id=hidden.id)
    assert [
        client.get(f"/en/updates/{slug}").status_code
        for slug in ("out", "draft", "later", "behind")
    ] == [200, 404, 404, 404]
    assert titles(client.get("/en/updates/").text) == ["out"]
    page = client.get("/en/causes/valley").text
    assert (
        "/en/updates/out" in page
        and "/en/updates/later" not in page
        and "/en/updates/draft" not in page
    )


def test_cause_shows_its_three_newest_and_links_to_the_rest(client, app):
    cause = make_cause()
    for days in (4, 3, 2, 1):
        make_update(f"before-{days}", cause_id=cause.id, days=days)
    page = client.get("/en/causes/valley").text
    assert re.findall(r'href="/en/updates/(before-\d)"', page) == [
        "before-1",
        "before-2",
        "before-3",
    ]
    assert 'href="/en/causes/valley/updates"' in page


def test_archive_is_by_year_cause_and_page(client, app):
    one, two = make_cause(), make_cause("hill")
    for place in range(22):
        make_update(f"n{place}", cause_id=one.id, days=place)
    make_update("old", cause_id=two.id, days=800)
    first = client.get("/en/updates/").text
    assert titles(first)[:2] == ["n0", "n1"] and len(titles(first)) == 20
    assert titles(client.get("/en/updates/?page=2").text) == ["n20", "n21", "old"]
    year = (utcnow() - timedelta(days=800)).year
    assert titles(client.get(f"/en/updates/?year={year}").text) == ["old"]
    assert titles(client.get("/en/causes/hill/updates").text) == ["old"]
    for nonsense in ("?year=abc", "?page=-4", "?year=99999&page=0"):
        assert len(titles(client.get(f"/en/updates/{nonsense}").text)) == 20
    nothing = client.get("/en/updates/?year=1950").text
    assert 'class="empty"' in nothing
    assert titles(nothing) == []


def test_update_says_what_it_is_about_and_is_machine_readable(client, app):
    cause = make_cause()
    petition, event = make_petition(cause_id=cause.id), make_event(cause_id=cause.id)
    make_update(cause_id=cause.id, petition_ids=[petition.id], event_id=event.id)
    page = client.get("/en/updates/answer").text
    assert "<em>wrote</em>" in page and "/en/petitions/home" in page and "/en/events/talk" in page
    data = json.loads(re.search(r'ld\+json">(.*?)</script>', page).group(1))
    assert (data["@type"], data["inLanguage"], data["headline"]) == (
        "NewsArticle",
        "en",
        "An answer came",
    )
    assert '<link rel="canonical" href="http://localhost/en/updates/answer">' in page
    assert "An answer came" in client.get("/en/petitions/home").text
    french = client.get("/fr/updates/answer").text
    assert '<h1 lang="en"' in french


def test_picture_is_uncropped_on_its_page_only(client, app):
    update = make_update()
    write(
        pictures.change,
        owner_id=update.id,
        picture=clean_picture(picture((1000, 2000))),
        focal=(50, 0),
        now=utcnow(),
    )
    page = client.get("/en/updates/answer").text
    [full] = set(re.findall(r"/updates/answer/picture-\w+\.webp", page))
    [wide] = set(re.findall(r"/updates/answer/wide-\w+\.jpg", page))
    assert Image.open(io.BytesIO(client.get(full).data)).size == (800, 1600)
    assert Image.open(io.BytesIO(client.get(wide).data)).size == (1200, 630)
    write(pictures.change, owner_id=update.id, picture=None, focal=(50, 100), now=utcnow())
    assert client.get(wide).status_code == 404


@pytest.mark.parametrize(
    ("path", "count"), [("/en/feed.atom", 3), ("/es/causes/valley/feed.atom", 2)]
)
def test_feed_is_complete_and_its_ids_survive_a_renaming(client, app, path, count):
    cause, other = make_cause(), make_cause("hill")
    update = make_update("one", cause_id=cause.id, days=1)
    make_update("two", cause_id=cause.id, days=2)
    make_update("three", cause_id=other.id, days=3)
    answer = client.get(path)
    assert answer.content_type.startswith("application/atom+xml")
    feed = etree.fromstring(answer.data)
    assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == path[1:3]
    assert (
        feed.xpath("string(a:link[@rel='self']/@href)", namespaces=ATOM)
        == f"http://localhost{path}"
    )
    assert all(
        feed.xpath(f"string(a:{part})", namespaces=ATOM) for part in ("id", "title", "updated")
    )
    entries = feed.findall("a:entry", ATOM)
    assert len(entries) == count
    for entry in entries:
        assert all(
            entry.xpath(f"string(a:{part})", namespaces=ATOM)
            for part in ("id", "title", "updated", "published", "content")
        )
    ids = [entry.findtext("a:id", namespaces=ATOM) for entry in entries]
    assert len(set(ids)) == count and all(item.startswith("urn:uuid:") for item in ids)
    write(change_update_slug, update_id=update.id, version=1, slug="moved")
    again = etree.fromstring(client.get(path).data)
    assert [e.findtext("a:id", namespaces=ATOM) for e in again.findall("a:entry", ATOM)] == ids


def test_feed_without_updates_is_still_a_feed(client, app):
    make_cause()
    for path in ("/en/feed.atom", "/en/causes/valley/feed.atom"):
        feed = etree.fromstring(client.get(path).data)
        assert feed.findtext("a:updated", namespaces=ATOM)
    assert client.get("/en/causes/nowhere/feed.atom").status_code == 404


def test_old_address_redirects_and_cannot_be_taken_by_another(client, app):
    update = make_update()
    write(change_update_slug, update_id=update.id, version=1, slug="reply")
    answer = client.get("/es/updates/answer")
    assert (answer.status_code, answer.location) == (301, "/es/updates/reply")
    with pytest.raises(SlugTaken):
        write(
            create_update, cause_id=update.cause_id, slug="answer", texts={"en": {"title": "Other"}}
        )


def test_second_of_two_editors_gets_a_conflict(app):
    update = make_update()
    change = {
        "update_id": update.id,
        "version": 1,
        "texts": {"en": {"title": "New", "body": "x"}},
        "now": utcnow(),
    }
    write(change_update, links=Links(), **change)
    with pytest.raises(EditConflict):
        write(change_update, links=Links(), **change)
    assert [text.lang for text in update_now().texts] == ["en"]


def test_incomplete_update_is_not_published(app):
    draft = make_update(draft=True, texts={"en": {"title": "Only a title"}})
    with pytest.raises(UpdateNotReady) as refusal:
        write(update_life_cycle.publish, row_id=draft.id, now=utcnow())
    assert refusal.value.faults == [("body", "en")]


def test_update_is_taken_back_and_published_again(client, app):
    update = make_update()
    write(update_life_cycle.withdraw, row_id=update.id, now=utcnow())
    assert client.get("/en/updates/answer").status_code == 404
    write(update_life_cycle.publish, row_id=update.id, now=utcnow())
    assert client.get("/en/updates/answer").status_code == 200


def test_markdown_of_an_update_cannot_run(client, app):
    make_update(
        texts={
            "en": {
                "title": "<b>x</b>",
                "body": "<img src=x onerror=alert(1)> [a](javascript:alert(1))",
            }
        }
    )
    page = client.get("/en/updates/answer").text
    assert "<img src=x" not in page and 'href="javascript' not in page and "<b>x</b>" not in page
