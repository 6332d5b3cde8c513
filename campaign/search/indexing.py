"""Keep the search index in step with what is public.

Triggers note each change of a cause, petition, event or update as a SearchChange, in the same
transaction. So changes by a page, a command, the worker or a statement typed by hand are all noted.
The worker reads only these rows, so an idle index costs one look at an empty table.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BindParameter, ColumnElement, case, delete, func, insert, or_, select

from campaign.db.transactions import Write
from campaign.extensions import db
from campaign.jobs.queries import NOW
from campaign.search.backends import drop_words, put_words
from campaign.search.cause_source import CAUSES
from campaign.search.event_source import EVENTS
from campaign.search.models import SearchChange, SearchDocument, SearchText
from campaign.search.petition_source import PETITIONS
from campaign.search.sources import Document, Source
from campaign.search.update_source import UPDATES
from campaign.site.settings import site_settings

SOURCES = (CAUSES, PETITIONS, EVENTS, UPDATES)
# The page of an item, by its kind.
ENDPOINTS = {source.kind: source.endpoint for source in SOURCES}
# Increase this when documents are built differently: then everything is indexed again.
INDEX_VERSION = 1
BATCH_SIZE = 100


class IndexBatch(NamedTuple):
    """Items of one kind to index again.

    `change_ids` maps each item to the ids of its SearchChanges. `documents` are what it should
    have in the index: none, unless it is public. `public_from` says when it becomes public.
    """

    kind: str
    change_ids: dict[int, list[int]]
    documents: list[Document]
    public_from: dict[int, datetime]


def refresh(write: Write, *, now: datetime) -> int:
    """Index one batch of what changed and return how many items were handled.

    `write` runs an operation and commits it.
    """
    batches = read_changes(now)
    return write(apply_changes, batches) if batches else 0


def read_changes(now: datetime) -> list[IndexBatch]:
    """Return what is due, with its documents, at most BATCH_SIZE items of each kind.

    Reading takes long, so it holds no lock. What changes during it is noted again, and
    `apply_changes` knows by the ids which changes the documents contain.
    """
    due = _due_subjects(now)
    # The documents must be read after the changes, so that they contain them.
    return [
        _batch(source, due[source.kind][:BATCH_SIZE]) for source in SOURCES if due.get(source.kind)
    ]


def apply_changes(batches: Iterable[IndexBatch]) -> int:
    """Write the documents of each IndexBatch to the index, and forget its SearchChanges.

    Items that another worker has indexed in the meantime are skipped. Returns how many items were
    handled.
    """
    handled = 0
    for batch in batches:
        ids = _claim(batch.change_ids)
        documents = [document for document in batch.documents if document.subject_id in ids]
        replace_documents(batch.kind, list(ids), documents)
        later = [
            {"kind": batch.kind, "subject_id": id_, "due_at": at}
            for id_, at in batch.public_from.items()
            if id_ in ids
        ]
        if later:
            db.session.execute(insert(SearchChange), later)
        handled += len(ids)
    return handled


def note_all() -> None:
    """Have everything indexed again. Until then, search answers as before."""
    for source in SOURCES:
        indexed_ids = db.session.scalars(
            select(SearchDocument.subject_id).where(SearchDocument.kind == source.kind).distinct()
        )
        _note(source.kind, {item.subject_id for item in source.public_items()} | set(indexed_ids))


def note_differences() -> int:
    """Note items that are missing, left over, in other languages, or of an older INDEX_VERSION.

    After an upgrade, a restored backup or a change of the site's languages, no trigger has noted
    them. Return how many they are.
    """
    total, languages = 0, site_settings().languages
    is_offered = case((SearchDocument.lang.in_(languages), 1), else_=0)
    expected = (INDEX_VERSION, len(languages), len(languages))
    for source in SOURCES:
        query = select(
            SearchDocument.subject_id,
            func.min(SearchDocument.index_version),
            func.count(),
            func.sum(is_offered),
        ).where(SearchDocument.kind == source.kind)
        rows = db.session.execute(query.group_by(SearchDocument.subject_id))
        indexed = {id_: (version, *counts) for id_, version, *counts in rows}
        public = {item.subject_id for item in source.public_items()}
        different = {
            id_ for id_ in public if indexed.get(id_) != expected
        } | indexed.keys() - public
        _note(source.kind, different)
        total += len(different)
    return total


def has_other_languages() -> bool:
    """Return whether the index has other languages than the site, and nobody has noted that yet.

    The oldest item tells, because items are indexed again one after the other.
    """
    oldest = db.session.execute(
        select(SearchDocument.kind, SearchDocument.subject_id).order_by(SearchDocument.id).limit(1)
    ).first()
    if oldest is None or db.session.scalar(select(SearchChange.id).limit(1)) is not None:
        return False
    indexed = db.session.scalars(
        select(SearchDocument.lang).where(
            SearchDocument.kind == oldest.kind, SearchDocument.subject_id == oldest.subject_id
        )
    )
    return set(indexed) != set(site_settings().languages)


def count_due(now: datetime) -> int:
    """Return how many items wait to be indexed."""
    return sum(len(ids) for ids in _due_subjects(now).values())


def replace_documents(kind: str, subject_ids: Sequence[int], documents: list[Document]) -> None:
    """Replace everything in the index about these items by `documents`."""
    old = db.session.scalars(
        delete(SearchDocument)
        .where(SearchDocument.kind == kind, SearchDocument.subject_id.in_(subject_ids))
        .returning(SearchDocument.id)
        .execution_options(synchronize_session=False)
    ).all()
    drop_words(old)
    texts = [SearchText(summary=document.summary, body=document.body) for document in documents]
    rows = [_row(kind, document) for document in documents]
    db.session.add_all(rows)
    db.session.flush()
    for row, text in zip(rows, texts, strict=True):
        text.document_id = row.id
    db.session.add_all(texts)
    db.session.flush()
    # The detail is indexed with the summary, because people search events by day and town too.
    put_words(
        [
            (row.id, row.lang, row.title, f"{text.summary} {row.detail}", text.body)
            for row, text in zip(rows, texts, strict=True)
        ]
    )


def _is_due(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    return or_(SearchChange.due_at.is_(None), SearchChange.due_at <= now)


CHANGES_ARE_DUE = select(SearchChange.id).where(_is_due(NOW)).exists()


def _due_subjects(now: datetime) -> dict[str, list[int]]:
    """Return {kind: ids of items that wait}, those that have waited longest first."""
    query = (
        select(SearchChange.kind, SearchChange.subject_id)
        .where(_is_due(now))
        .group_by(SearchChange.kind, SearchChange.subject_id)
        .order_by(func.min(SearchChange.id))
    )
    due: dict[str, list[int]] = {}
    for kind, subject_id in db.session.execute(query):
        due.setdefault(kind, []).append(subject_id)
    return due


def _batch(source: Source, ids: Sequence[int]) -> IndexBatch:
    change_ids: dict[int, list[int]] = {id_: [] for id_ in ids}
    # All of an item, also those not due yet: their time may have changed.
    query = select(SearchChange.subject_id, SearchChange.id).where(
        SearchChange.kind == source.kind, SearchChange.subject_id.in_(ids)
    )
    for subject_id, change_id in db.session.execute(query):
        change_ids[subject_id].append(change_id)
    public = [item.subject_id for item in source.public_items(ids)]
    documents = list(source.documents(public)) if public else []
    return IndexBatch(source.kind, change_ids, documents, dict(source.public_from(ids)))


def _claim(change_ids: dict[int, list[int]]) -> set[int]:
    """Delete these changes, and return the items whose changes all existed still.

    If a change is missing, another worker has indexed its item, perhaps from newer rows.
    """
    all_ids = [id_ for ids in change_ids.values() for id_ in ids]
    # In one order, so that two workers cannot wait for each other.
    query = select(SearchChange.id).where(SearchChange.id.in_(all_ids)).order_by(SearchChange.id)
    present = set(db.session.scalars(query.with_for_update()))
    claimed = {subject for subject, ids in change_ids.items() if ids and present.issuperset(ids)}
    deleted = [id_ for subject in claimed for id_ in change_ids[subject]]
    db.session.execute(delete(SearchChange).where(SearchChange.id.in_(deleted)))
    return claimed


def _note(kind: str, subject_ids: Iterable[int]) -> None:
    rows = [{"kind": kind, "subject_id": id_} for id_ in sorted(subject_ids)]
    if rows:
        db.session.execute(insert(SearchChange), rows)


def _row(kind: str, document: Document) -> SearchDocument:
    columns = asdict(document)
    del columns["summary"], columns["body"]
    return SearchDocument(kind=kind, index_version=INDEX_VERSION, **columns)
