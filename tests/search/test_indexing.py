"""Tests that the index follows what is public, whoever changes it."""

from datetime import datetime

import pytest
from sqlalchemy import select, text, update

from campaign.causes.models import CauseText
from campaign.causes.operations import change_cause, move_cause
from campaign.events import operations as events
from campaign.events.life_cycle import event_life_cycle
from campaign.events.operations import Hours
from campaign.extensions import db, write
from campaign.petitions import editing
from campaign.petitions.life_cycles import cause_life_cycle, petition_life_cycle
from campaign.petitions.models import PetitionText
from campaign.process.clock import utcnow
from campaign.search import indexing
from campaign.search.indexing import due, forget_marks, put, read, refresh
from campaign.search.models import SearchDocument
from campaign.search.queries import search
from campaign.updates.life_cycle import update_life_cycle
from tests.factories.causes import TEXTS as CAUSE_TEXTS
from tests.factories.causes import make_cause
from tests.factories.events import ZONE, make_event
from tests.factories.petitions import TARGETS, TEXTS, make_petition
from tests.factories.search import index_now
from tests.factories.updates import make_update, update_now

pytestmark = pytest.mark.both_databases


def found(query, lang="en", **chosen):
    """Return (kind, slug) of what is found once the index is up to date."""
    index_now()
    db.session.rollback()
    return [(hit.kind, hit.slug) for hit in search(query, lang, **chosen).hits]


def words(**changes):
    return {lang: {"organisation": "", **text, **changes} for lang, text in TEXTS.items()}


def test_each_public_item_is_found_in_each_language_of_the_site(app):
    cause = make_cause(story="The *river* took nobody.")
    make_petition(cause_id=cause.id)
    make_event(cause_id=cause.id)
    assert found("butterflies valley") == [("cause", "valley")]
    assert found("river") == [("cause", "valley")]
    assert found("undersigned") == [("petition", "home")]
    assert found("senate") == [("petition", "home")]
    assert found("larch library questions") == [("event", "talk")]
    assert found("ottawa") == [("event", "talk")]
    # Pages without text in the reader's language show another one, and are found by it.
    assert found("butterflies", "fr") == [("cause", "valley")]
    assert found("charla", "es") == [("event", "talk")]
    assert found("charla", "en") == []


def test_archived_event_is_not_found_until_it_is_restored(app):
    event = make_event(cause_id=make_cause().id)
    assert found("larch") == [("event", "talk")]
    write(event_life_cycle.archive, row_id=event.id, now=utcnow())
    assert found("larch") == []
    write(event_life_cycle.restore, row_id=event.id, now=utcnow())
    assert found("larch") == [("event", "talk")]


def test_index_without_changes_stays_unchanged(app):
    make_event(cause_id=make_petition().cause_id)
    assert index_now() == 9
    assert due() == []
    assert refresh(write, holder="test", now=utcnow()) == 0


def test_drafts_and_content_of_draft_or_archived_causes_never_appear(app):
    hidden = make_cause("hidden", state="draft")
    make_petition("of-hidden", cause_id=hidden.id)
    make_event("event-of-hidden", cause_id=hidden.id)
    cause = make_cause()
    make_petition("draft", cause_id=cause.id, state="draft")
    make_event("draft-talk", cause_id=cause.id, draft=True)
    assert found("home") == found("talk") == []
    assert found("valley") == [("cause", "valley")]
    write(cause_life_cycle.publish, row_id=hidden.id, now=utcnow())
    assert found("home") == [("petition", "of-hidden")]
    assert found("talk") == [("event", "event-of-hidden")]
    write(cause_life_cycle.archive, row_id=hidden.id, now=utcnow())
    assert found("home") == found("talk") == []


def test_petition_is_found_from_publishing_until_archiving(app):
    petition = make_petition(state="draft")
    steps = {"row_id": petition.id, "now": utcnow()}
    assert found("home") == []
    write(petition_life_cycle.publish, **steps)
    assert found("home") == [("petition", "home")]
    write(petition_life_cycle.close, **steps)
    assert found("home") == [("petition", "home")]
    write(petition_life_cycle.archive, **steps)
    assert found("home") == []
    write(petition_life_cycle.restore, **steps)
    assert found("home") == [("petition", "home")]


def test_update_is_found_from_its_time_until_it_is_taken_back(app):
    update = make_update(days=-1, draft=False)
    assert found("answer") == []
    make_update("second", cause_id=update.cause_id, title="A second answer")
    assert found("answer") == found("answer", "fr") == [("update", "second")]
    assert found("wrote") == [("update", "second")]
    write(update_life_cycle.withdraw, row_id=update_now("second").id, now=utcnow())
    assert found("answer") == []


def test_new_words_are_found_and_old_ones_are_not(app):
    petition = make_petition()
    assert found("undersigned") == [("petition", "home")]
    write(
        editing.change_letter,
        petition_id=petition.id,
        version=1,
        texts=words(body="We beg."),
        now=utcnow(),
    )
    assert found("undersigned") == []
    assert found("beg") == [("petition", "home")]
    write(
        editing.change_targets,
        petition_id=petition.id,
        version=1,
        targets=[{"en": "The Court"}],
        now=utcnow(),
    )
    assert found("court") == [("petition", "home")]
    assert found("senate") == []


def test_renamed_item_is_found_at_its_new_address(app):
    petition = make_petition()
    index_now()
    write(editing.move_petition, petition_id=petition.id, version=1, slug="house")
    write(move_cause, cause_id=petition.cause_id, version=1, slug="plain")
    assert found("home") == [("petition", "house")]
    assert found("valley") == [("cause", "plain"), ("petition", "house")]


def test_cause_is_found_by_its_new_words(app):
    cause = make_cause()
    index_now()
    texts = {lang: {**text, "title": "Moths for the Hill"} for lang, text in CAUSE_TEXTS.items()}
    write(change_cause, cause_id=cause.id, version=1, texts=texts, palette="monarch")
    assert found("moths") == [("cause", "valley")]
    assert found("valley") == []


def test_changed_or_cancelled_event_says_so(app):
    event = make_event()
    index_now()
    day = Hours(datetime(2031, 5, 4, 18, 0), datetime(2031, 5, 4, 19, 0), ZONE)
    write(events.change_event, event.id, now=utcnow(), hours=day, town="Guelph")
    assert found("guelph may 2031") == [("event", "talk")]
    assert found("ottawa") == []
    write(events.cancel, event.id, now=utcnow())
    assert found("guelph") == [("event", "talk")]
    [hit] = search("guelph", "en").hits
    assert hit.is_cancelled
    assert "Sunday 4 May 2031" in hit.line


def test_row_deleted_from_the_tables_leaves_the_index(app):
    event = make_event()
    assert found("talk") == [("event", "talk")]
    write(
        lambda: (
            db.session.execute(text("delete from event_text"))
            and db.session.execute(text("delete from event"))
        )
    )
    assert found("talk") == []
    assert db.session.scalars(select(SearchDocument.kind).distinct()).all() == ["cause"]
    assert event.id


def test_item_that_changes_while_it_is_read_is_read_again(app):
    petition = make_petition()
    changes = read(due())
    write(
        editing.change_letter,
        petition_id=petition.id,
        version=1,
        texts=words(title="Wholly new"),
        now=utcnow(),
    )
    write(put, changes, holder="test", now=utcnow())
    assert search("wholly", "en").total == 0
    assert found("wholly") == [("petition", "home")]


def test_one_of_two_workers_writes(app):
    make_petition()
    now = utcnow()
    changes = read(due())
    assert write(put, changes, holder="one", now=now) > 0
    if db.engine.dialect.name == "sqlite":
        assert write(put, changes, holder="two", now=now) == 0


def test_new_index_version_reads_everything_again(app, monkeypatch):
    make_petition()
    assert index_now() == 6
    monkeypatch.setattr(indexing, "EDITION", 99)
    assert index_now() == 6


def test_deleted_marks_repair_changes_made_outside_the_application(app):
    make_petition()
    index_now()
    write(lambda: db.session.execute(update(PetitionText).values(title="By hand")))
    write(lambda: db.session.execute(update(CauseText).values(title="By hand")))
    assert found("hand") == []
    write(forget_marks)
    assert found("hand") == [("cause", "valley"), ("petition", "home")]


def test_many_items_come_in_batches(app, monkeypatch):
    monkeypatch.setattr(indexing, "BATCH", 2)
    cause = make_cause()
    for number in range(5):
        make_petition(f"p-{number}", cause_id=cause.id)
    assert refresh(write, holder="test", now=utcnow()) == 9
    assert found("home") == [("petition", f"p-{number}") for number in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "x" * 5000,
        "word " * 60_000,
        "'quoted' \\ back:slash & | ! ( ) * \" {title} NEAR(a b)",
        "\U0001f98b",
    ],
)
def test_no_text_breaks_the_index(app, body):
    make_petition(texts={"en": {**TEXTS["en"], "body": body}}, targets=TARGETS)
    assert found("home") == [("petition", "home")]
