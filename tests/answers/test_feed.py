"""Tests of the entries of answers and results in the feeds."""

from datetime import timedelta
from pathlib import Path

import feedparser
import pytest
from lxml import etree
from sqlalchemy import update

from campaign.answers.models import Answer
from campaign.answers.operations import change_answer
from campaign.extensions import db, write
from campaign.petitions.models import RESULTS, Petition
from campaign.process.clock import utcnow
from tests.factories.announcements import set_result
from tests.factories.answers import content_of, make_answer

pytestmark = pytest.mark.both_databases

FEEDS = ("/en/feed.atom", "/es/feed.atom", "/fr/causes/valley/feed.atom")
GRAMMAR = etree.RelaxNG(etree.parse(Path(__file__).parents[1] / "updates" / "atom.rng"))


@pytest.fixture
def hour_ago():
    return utcnow() - timedelta(hours=1)


def read(client, path="/en/feed.atom"):
    """Return the feed, which obeys the grammar, as a feed reader understands it."""
    data = client.get(path).data
    assert GRAMMAR.validate(etree.fromstring(data)), GRAMMAR.error_log
    return feedparser.parse(data)


@pytest.mark.parametrize("path", FEEDS)
@pytest.mark.parametrize("result", RESULTS)
def test_result_is_an_entry_with_its_own_id(client, petition, path, result):
    lang = path[1:3]
    title = petition.current_version.text(lang, "en").title
    assert read(client, path).entries == []
    set_result(petition, result)
    [entry] = read(client, path).entries
    assert title in entry.title
    assert entry.link == f"http://localhost/{lang}/petitions/{petition.slug}"
    set_result(petition, "")
    assert read(client, path).entries == []
    set_result(petition, result)
    assert [again.id for again in read(client, path).entries] == [entry.id]
    other = next(each for each in RESULTS if each != result)
    set_result(petition, other)
    [changed] = read(client, path).entries
    assert changed.id != entry.id and changed.title != entry.title


def test_corrected_day_of_a_result_changes_its_entry(client, petition, hour_ago):
    today = utcnow().date()
    set_result(petition, "won", day=today)
    write(lambda: db.session.execute(update(Petition).values(result_changed_at=hour_ago)))
    before = read(client)
    set_result(petition, "won", day=today)
    assert read(client).entries[0].updated == before.entries[0].updated
    set_result(petition, "won", day=today - timedelta(days=3))
    after = read(client)
    assert after.entries[0].id == before.entries[0].id
    assert after.entries[0].updated > before.entries[0].updated
    assert after.feed.updated > before.feed.updated


def test_corrected_answer_keeps_its_id_and_first_time(client, petition, hour_ago):
    answer = make_answer(petition)
    content, corrected = content_of(petition), content_of(petition, texts={"en": "In May."})
    write(
        lambda: db.session.execute(
            update(Answer).values(published_at=hour_ago, changed_at=hour_ago)
        )
    )
    before = read(client)
    assert before.entries[0].updated == before.entries[0].published
    same = {"answer_id": answer.id, "version": None, "content": content}
    write(change_answer, **same)
    assert read(client).entries[0].updated == before.entries[0].updated
    write(change_answer, **same | {"content": corrected})
    after = read(client)
    assert after.entries[0].id == before.entries[0].id
    assert after.entries[0].published == before.entries[0].published
    assert after.entries[0].updated > before.entries[0].updated
    assert after.feed.updated > before.feed.updated
