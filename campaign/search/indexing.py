"""Keep the search index in step with what is public.

Nothing notifies the index of a change. The worker compares it with the content itself, by
fingerprints called marks. So the index cannot drift, whether a page, a command, a migration or a
restored backup changed something.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, select, update

from campaign.extensions import db
from campaign.jobs.operations import take_lease
from campaign.search.backends import drop_words, put_words
from campaign.search.cause_source import CAUSES
from campaign.search.event_source import EVENTS
from campaign.search.models import SearchDocument, SearchText
from campaign.search.petition_source import PETITIONS
from campaign.search.sources import Document, Source
from campaign.search.update_source import UPDATES

SOURCES = (CAUSES, PETITIONS, EVENTS, UPDATES)
# Increase this when documents are built differently: then everything is indexed again.
EDITION = 1
BATCH = 100


def due() -> list[tuple[Source, dict[int, str], list[int]]]:
    """Return what differs from the index, at most BATCH of each kind.

    The result is a list of (source, {id: mark} of what changed, ids that are no longer public).
    """
    found = []
    for source in SOURCES:
        present = {each.subject_id: f"{EDITION}.{each.mark}" for each in source.standing()}
        known = _known(source.kind)
        changed = {id_: mark for id_, mark in present.items() if known.get(id_) != mark}
        gone = known.keys() - present.keys()
        if changed or gone:
            found.append((source, dict(list(changed.items())[:BATCH]), list(gone)[:BATCH]))
    return found


def read(
    found: Iterable[tuple[Source, dict[int, str], list[int]]],
) -> list[tuple[str, list[int], list[tuple[Document, str]]]]:
    """Return the documents for what is `due`, as `put` expects them.

    Reading takes long, so it holds no lock. If something changes during it, its mark differs and it
    is due again.
    """
    return [
        (
            source.kind,
            [*marks, *gone],
            [(document, marks[document.subject_id]) for document in source.documents(list(marks))],
        )
        for source, marks, gone in found
    ]


def put(
    changes: Iterable[tuple[str, list[int], list[tuple[Document, str]]]],
    *,
    holder: str,
    now: datetime,
) -> int:
    """Write what was `read` to the index; return how many documents were written or removed."""
    if not take_lease("search", holder=holder, now=now):
        return 0
    return sum(_replace(kind, ids, documents) for kind, ids, documents in changes)


def forget_marks() -> None:
    """Make everything due again. Until it is indexed again, search answers as before."""
    db.session.execute(update(SearchDocument).values(mark=""))


def refresh(write: Callable[..., int], *, holder: str, now: datetime) -> int:
    """Index one batch of what is due; return how many documents changed.

    `write` runs an operation and commits it.
    """
    found = due()
    if not found:
        return 0
    return write(put, read(found), holder=holder, now=now)


def _known(kind: str) -> dict[int, str]:
    query = select(SearchDocument.subject_id, SearchDocument.mark).where(
        SearchDocument.kind == kind
    )
    return dict(db.session.execute(query.distinct()).all())


def _replace(kind: str, subject_ids: list[int], documents: list[tuple[Document, str]]) -> int:
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
    # The line is indexed with the summary, because people search events by day and town too.
    put_words(
        [
            (row.id, row.lang, row.title, f"{text.summary} {row.line}", text.body)
            for row, text in zip(rows, texts, strict=True)
        ]
    )
    return max(len(rows), len(old))


def _row(kind: str, mark: str, document: Document) -> SearchDocument:
    columns = asdict(document)
    del columns["summary"], columns["body"]
    return SearchDocument(kind=kind, mark=mark, **columns)
