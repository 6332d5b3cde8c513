"""Keeping the index in step with what is public.

Nothing tells the index of a change: it is compared with the things themselves, by their marks. So it cannot drift, whoever
changes something: a screen, a command, a migration, a restored backup.
"""

from dataclasses import asdict

from sqlalchemy import delete, select, update

from campaign.extensions import db
from campaign.jobs.operations import take_lease
from campaign.search.backends import drop_words, put_words
from campaign.search.cause_source import CAUSES
from campaign.search.event_source import EVENTS
from campaign.search.models import SearchDocument, SearchText
from campaign.search.petition_source import PETITIONS
from campaign.search.update_source import UPDATES

SOURCES = (CAUSES, PETITIONS, EVENTS, UPDATES)
# Raise it when documents are made otherwise than before: everything is then read anew.
EDITION = 1
BATCH = 100


def due():
    """Return what differs from the index, at most BATCH of each kind: a list of (source, {id: mark}, ids no longer public)."""
    found = []
    for source in SOURCES:
        present = {each.subject_id: f"{EDITION}.{each.mark}" for each in source.standing()}
        known = _known(source.kind)
        changed = {id_: mark for id_, mark in present.items() if known.get(id_) != mark}
        gone = known.keys() - present.keys()
        if changed or gone:
            found.append((source, dict(list(changed.items())[:BATCH]), list(gone)[:BATCH]))
    return found


def read(found):
    """Return the documents for what is `due`, as `put` takes them.

    Reading takes long and holds nobody up; should something change meanwhile, its mark will differ, and it is due again.
    """
    return [
        (
            source.kind,
            [*marks, *gone],
            [(document, marks[document.subject_id]) for document in source.documents(list(marks))],
        )
        for source, marks, gone in found
    ]


def put(changes, *, holder, now):
    """Take what was read into the index, and out of it what is gone; return how many documents were written or removed."""
    if not take_lease("search", holder=holder, now=now):
        return 0
    return sum(_replace(kind, ids, documents) for kind, ids, documents in changes)


def forget_marks():
    """Make everything due again; until it is read anew, the index answers as before."""
    db.session.execute(update(SearchDocument).values(mark=""))


def refresh(write, *, holder, now):
    """Bring a batch of what is due into the index; return how many documents changed. `write` commits an operation."""
    found = due()
    if not found:
        return 0
    return write(put, read(found), holder=holder, now=now)


def _known(kind):
    query = select(SearchDocument.subject_id, SearchDocument.mark).where(
        SearchDocument.kind == kind
    )
    return dict(db.session.execute(query.distinct()).all())


def _replace(kind, subject_ids, documents):
    old = db.session.scalars(
        delete(SearchDocument)
        .where(SearchDocument.kind == kind, SearchDocument.subject_id.in_(subject_ids))
        .returning(SearchDocument.id)
        .execution_options(synchronize_session=False)
    ).all()
    drop_words(old)
    texts = [SearchText(summary=document.summary, body=document.body) for document, _ in documents]
    rows = [_row(kind, mark, document) for document, mark in documents]
    db.session.add_all(rows)
    db.session.flush()
    for row, text in zip(rows, texts, strict=True):
        text.document_id = row.id
    db.session.add_all(texts)
    db.session.flush()
    # The line is read with the summary: an event is looked for by its day and its town as well.
    put_words(
        [
            (row.id, row.lang, row.title, f"{text.summary} {row.line}", text.body)
            for row, text in zip(rows, texts, strict=True)
        ]
    )
    return max(len(rows), len(old))


def _row(kind, mark, document):
    columns = asdict(document)
    del columns["summary"], columns["body"]
    return SearchDocument(kind=kind, mark=mark, **columns)
