"""Tests that the index follows what is public, no matter who changes it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, event, func, select, text, update

from campaign.causes.models import Cause, CauseText
from campaign.causes.operations import change_cause, change_cause_slug
from campaign.events import operations as events
from campaign.events.life_cycle import event_life_cycle
from campaign.events.models import EventText
from campaign.events.operations import Hours
from campaign.extensions import db, write
from campaign.petitions import editing
from campaign.petitions.life_cycles import cause_life_cycle, petition_life_cycle
from campaign.petitions.models import PetitionText
from campaign.process.clock import utcnow
from campaign.search import indexing
from campaign.search.indexing import (
    apply_changes,
    count_due,
    note_all,
    note_differences,
    read_changes,
    refresh,
)
from campaign.search.models import SearchChange, SearchDocument
from campaign.search.queries import search
from campaign.site.operations import change_site
from campaign.updates.life_cycle import update_life_cycle
from campaign.updates.models import Update, UpdateText
from tests.factories.causes import TEXTS as CAUSE_TEXTS
from tests.factories.causes import make_cause
from tests.factories.events import ZONE, make_event
from tests.factories.petitions import TARGETS, TEXTS, make_petition
from tests.factories.search import index_now
from tests.factories.updates import make_update, update_now

pytestmark = pytest.mark.both_databases


def slugs_found(query, lang="en", **chosen):
    """Return (kind, slug) of what is found once the index is up to date."""
    index_now()
    db.session.rollback()
    return [(hit.kind, hit.slug) for hit in search(query, lang, **chosen).hits]


def change_text(petition, **changes):
    texts = {lang: {"published_by": "", **text, **changes} for lang, text in TEXTS.items()}
    write(
        editing.change_petition_text,
        petition_id=petition.id,
        version=1,
        texts=texts,
        now=utcnow(),
    )


def test_each_public_item_is_found_in_each_language_of_the_site(app):
    cause = make_cause(story="The *river* took nobody.")
    make_petition(cause_id=cause.id)
    make_event(cause_id=cause.id)
    assert slugs_found("butterflies valley") == [("cause", "valley")]
    assert slugs_found("river") == [("cause", "valley")]
    assert slugs_found("undersigned") == [("petition", "home")]
    assert slugs_found("senate") == [("petition", "home")]
    assert slugs_found("larch library questions") == [("event", "talk")]
    assert slugs_found("ottawa") == [("event", "talk")]
    # Pages without text in the reader's language show another one, and are found by it.
    assert slugs_found("butterflies", "fr") == [("cause", "valley")]
    assert slugs_found("charla", "es") == [("event", "talk")]
    assert slugs_found("charla", "en") == []


def test_archived_event_is_not_found_until_it_is_restored(app):
    event = make_event(cause_id=make_cause().id)
    assert slugs_found("larch") == [("event", "talk")]
    write(event_life_cycle.archive, row_id=event.id, now=utcnow())
    assert slugs_found("larch") == []
    write(event_life_cycle.restore, row_id=event.id, now=utcnow())
    assert slugs_found("larch") == [("event", "talk")]


def test_index_without_changes_stays_unchanged(app):
    make_event(cause_id=make_petition().cause_id)
    assert index_now() == 3
    assert count_due(utcnow()) == 0
    assert refresh(write, now=utcnow()) == 0


def test_drafts_and_content_of_draft_or_archived_causes_never_appear(app):
    hidden = make_cause("hidden", state="draft")
    make_petition("of-hidden", cause_id=hidden.id)
    make_event("event-of-hidden", cause_id=hidden.id)
    cause = make_cause()
    make_petition("draft", cause_id=cause.id, state="draft")
    make_event("draft-talk", cause_id=cause.id, draft=True)
    assert slugs_found("home") == slugs_found("talk") == []
    assert slugs_found("valley") == [("cause", "valley")]
    write(cause_life_cycle.publish, row_id=hidden.id, now=utcnow())
    assert slugs_found("home") == [("petition", "of-hidden")]
    assert slugs_found("talk") == [("event", "event-of-hidden")]
    write(cause_life_cycle.archive, row_id=hidden.id, now=utcnow())
    assert slugs_found("home") == slugs_found("talk") == []


def test_petition_is_found_from_publishing_until_archiving(app):
    petition = make_petition(state="draft")
    steps = {"row_id": petition.id, "now": utcnow()}
    assert slugs_found("home") == []
    write(petition_life_cycle.publish, **steps)
    assert slugs_found("home") == [("petition", "home")]
    write(petition_life_cycle.close, **steps)
    assert slugs_found("home") == [("petition", "home")]
    write(petition_life_cycle.archive, **steps)
    assert slugs_found("home") == []
    write(petition_life_cycle.restore, **steps)
    assert slugs_found("home") == [("petition", "home")]


def test_update_is_found_from_its_time_until_it_is_taken_back(app):
    update = make_update(days=-1, draft=False)
    assert slugs_found("answer") == []
    make_update("second", cause_id=update.cause_id, title="A second answer")
    assert slugs_found("answer") == slugs_found("answer", "fr") == [("update", "second")]
    assert slugs_found("wrote") == [("update", "second")]
    write(update_life_cycle.withdraw, row_id=update_now("second").id, now=utcnow())
    assert slugs_found("answer") == []


def test_new_words_are_found_and_old_ones_are_not(app):
    petition = make_petition()
    assert slugs_found("undersigned") == [("petition", "home")]
    change_text(petition, body="We beg.")
    assert slugs_found("undersigned") == []
    assert slugs_found("beg") == [("petition", "home")]
    write(
        editing.change_targets,
        petition_id=petition.id,
        version=1,
        targets=[{"en": "The Court"}],
        now=utcnow(),
    )
    assert slugs_found("court") == [("petition", "home")]
    assert slugs_found("senate") == []


def test_renamed_item_is_found_at_its_new_address(app):
    petition = make_petition()
    index_now()
    write(editing.change_petition_slug, petition_id=petition.id, version=1, slug="house")
    write(change_cause_slug, cause_id=petition.cause_id, version=1, slug="plain")
    assert slugs_found("home") == [("petition", "house")]
    assert slugs_found("valley") == [("cause", "plain"), ("petition", "house")]


def test_cause_is_found_by_its_new_words(app):
    cause = make_cause()
    index_now()
    texts = {lang: {**text, "title": "Moths for the Hill"} for lang, text in CAUSE_TEXTS.items()}
    write(change_cause, cause_id=cause.id, version=1, texts=texts, palette="monarch")
    assert slugs_found("moths") == [("cause", "valley")]
    assert slugs_found("valley") == []


def test_changed_or_cancelled_event_says_so(app):
    event = make_event()
    index_now()
    day = Hours(datetime(2031, 5, 4, 18, 0), datetime(2031, 5, 4, 19, 0), ZONE)
    write(events.change_event, event.id, now=utcnow(), hours=day, town="Guelph")
    assert slugs_found("guelph may 2031") == [("event", "talk")]
    assert slugs_found("ottawa") == []
    write(events.cancel, event.id, now=utcnow())
    assert slugs_found("guelph") == [("event", "talk")]
    [hit] = search("guelph", "en").hits
    assert hit.is_cancelled
    assert "Sunday, May 4, 2031" in hit.detail


def test_row_deleted_from_the_tables_leaves_the_index(app):
    event = make_event()
    assert slugs_found("talk") == [("event", "talk")]
    write(
        lambda: [
            db.session.execute(text(f"delete from {table}"))
            for table in ("kiosk_table_code", "event_text", "event")
        ]
    )
    assert slugs_found("talk") == []
    assert db.session.scalars(select(SearchDocument.kind).distinct()).all() == ["cause"]
    assert event.id


def test_item_that_changes_while_it_is_read_is_read_again(app):
    petition = make_petition()
    batches = read_changes(utcnow())
    change_text(petition, title="Wholly new")
    write(apply_changes, batches)
    assert search("wholly", "en").total == 0
    assert slugs_found("wholly") == [("petition", "home")]


def test_slow_worker_does_not_overwrite_what_another_has_indexed(app):
    petition = make_petition()
    old = read_changes(utcnow())
    change_text(petition, title="Wholly new")
    index_now()
    assert write(apply_changes, old) == 0
    assert slugs_found("wholly") == [("petition", "home")]


def test_new_change_survives_a_worker_that_skips_the_item(app):
    make_petition()
    first = read_changes(utcnow())
    write(lambda: db.session.execute(update(PetitionText).values(title="Wholly new")))
    second = read_changes(utcnow())
    write(apply_changes, first)
    assert write(apply_changes, second) == 0
    assert count_due(utcnow()) == 1
    assert slugs_found("wholly") == [("petition", "home")]


def test_idle_index_reads_no_table_of_content(app):
    make_event(cause_id=make_petition().cause_id)
    index_now()
    statements = []

    def note(_connection, _cursor, statement, *_rest):
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        refresh(write, now=utcnow())
        count_due(utcnow())
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    queries = [item for item in statements if "select" in item.lower()]
    assert len(queries) == 2
    assert all("FROM search_change" in query for query in queries)


def test_update_appears_at_its_time_though_no_row_changes_then(app, monkeypatch):
    update = make_update(days=-1, draft=False)
    index_now()
    at = update_now(update.slug).publish_at
    assert count_due(at - timedelta(seconds=1)) == 0
    assert db.session.scalar(select(func.count()).select_from(SearchChange)) == 1
    assert count_due(at) == 1
    monkeypatch.setattr("campaign.search.update_source.utcnow", lambda: at)
    index_now(now=at)
    assert search("answer", "en").total == 1
    assert db.session.scalar(select(func.count()).select_from(SearchChange)) == 0


def test_postponed_update_waits_only_for_its_new_time(app):
    slug = make_update(days=-1, draft=False).slug
    index_now()
    at = update_now(slug).publish_at + timedelta(days=1)
    write(lambda: db.session.execute(update(Update).values(publish_at=at)))
    index_now()
    assert db.session.scalars(select(SearchChange.due_at)).all() == [at]


def test_scheduled_petition_and_cause_appear_when_they_are_published(app):
    cause = make_cause("hidden", state="draft")
    make_petition("of-hidden", cause_id=cause.id)
    index_now()
    past = utcnow() - timedelta(minutes=1)
    write(lambda: db.session.execute(update(Cause).values(publish_at=past)))
    assert slugs_found("home") == []
    write(cause_life_cycle.publish_due, now=utcnow())
    assert slugs_found("home") == [("petition", "of-hidden")]


@pytest.mark.parametrize("model", [PetitionText, CauseText, EventText, UpdateText])
def test_bulk_statement_reaches_the_index(app, model):
    cause = make_petition().cause_id
    make_event(cause_id=cause)
    make_update("news", cause_id=cause)
    index_now()
    write(lambda: db.session.execute(update(model).values(title="Made by hand")))
    assert len(slugs_found("hand")) == 1


def test_new_edition_is_indexed_at_the_next_start(app, monkeypatch):
    make_petition()
    assert index_now() == 2
    assert write(note_differences) == 0
    monkeypatch.setattr(indexing, "INDEX_VERSION", 99)
    assert write(note_differences) == 2
    assert index_now() == 2
    assert write(note_differences) == 0


def test_comparison_finds_what_no_trigger_noted(app):
    petition = make_petition()
    write(lambda: db.session.execute(delete(SearchChange)))
    assert slugs_found("home") == []
    assert write(note_differences) == 2
    assert slugs_found("home") == [("petition", "home")]
    write(petition_life_cycle.archive, row_id=petition.id, now=utcnow())
    write(lambda: db.session.execute(delete(SearchChange)))
    assert write(note_differences) == 1
    assert slugs_found("home") == []


def test_rebuilding_indexes_everything_and_results_stay(app):
    make_petition()
    index_now()
    write(note_all)
    assert search("home", "en").total == 1
    assert index_now() == 2
    assert slugs_found("home") == [("petition", "home")]


def test_many_items_come_in_batches(app, monkeypatch):
    monkeypatch.setattr(indexing, "BATCH_SIZE", 2)
    cause = make_cause()
    for number in range(5):
        make_petition(f"p-{number}", cause_id=cause.id)
    assert refresh(write, now=utcnow()) == 3
    assert slugs_found("home") == [("petition", f"p-{number}") for number in (4, 3, 2, 1, 0)]


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
    assert slugs_found("home") == [("petition", "home")]


def test_new_languages_of_the_site_are_indexed(app):
    make_petition()
    index_now()
    assert not indexing.has_other_languages()
    write(change_site, settings={"languages": ["es", "pt-BR"]})
    assert indexing.has_other_languages()
    assert write(note_differences) == 2
    assert not indexing.has_other_languages()
    index_now()
    assert not indexing.has_other_languages()
    assert set(db.session.scalars(select(SearchDocument.lang))) == {"es", "pt-BR"}
    assert [search("vuelvan", lang).total for lang in ("es", "pt-BR", "pt", "en")] == [1, 0, 0, 0]
    assert [search("home", lang).total for lang in ("es", "pt-BR", "pt", "en")] == [0, 1, 0, 0]
