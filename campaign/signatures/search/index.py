"""The search index of signatures by word prefixes: FTS5 on SQLite, a tsvector on PostgreSQL.

The worker keeps it up to date in batches.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from time import monotonic
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    Integer,
    Select,
    Table,
    Text,
    bindparam,
    cast,
    column,
    delete,
    func,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from campaign.db.functions import plain, unaccented_lower
from campaign.db.transactions import Write
from campaign.db.upsert import insert
from campaign.extensions import AnyRow, Base, RowId, db
from campaign.jobs.operations import take_lease
from campaign.process.clock import utcnow
from campaign.signatures.models import Signature

# On SQLite this is an FTS5 table, whose key is `rowid`. Triggers remove a row as soon as its text
# changes.
signature_lookup = Table(
    "signature_lookup",
    db.metadata,
    Column("signature_id", RowId, primary_key=True, autoincrement=False),
    Column("terms", TSVECTOR().with_variant(Text, "sqlite"), nullable=False),
)


class LookupDue(Base):
    """A signature whose text changed.

    The worker must index it again. Triggers insert these rows.
    """

    __tablename__ = "lookup_due"

    signature_id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False)


CHANGES_WAIT = select(LookupDue.signature_id).exists()


class LookupProgress(Base):
    """The progress of the index: it holds the signatures up to `last_id`."""

    __tablename__ = "lookup_progress"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last_id: Mapped[int] = mapped_column(BigInteger)


MAX_TERMS = 8
MAX_WORD = 40
COMMENT, EXACT = "+", "@"
_WORD = re.compile(r"[^\W_]+")
_fts = table("signature_lookup", column("rowid", BigInteger))


def terms_of(text: str) -> list[str]:
    """Return the distinct words to search for, at most MAX_TERMS."""
    return list(dict.fromkeys(_split_words(text)))[:MAX_TERMS]


def exact_term(name: str, value: object) -> str:
    """Return the term for a fact that is not text, such as the country "mx"."""
    return f"{EXACT}{name}{value}".lower()


def text_to_index(row: AnyRow) -> str:
    """Return the text to index for a signature. `row` has INDEXED_COLUMNS."""
    person = _split_words(f"{row.given_name or ''} {row.family_name or ''} {row.email or ''}")
    comment = (COMMENT + word for word in _split_words(row.comment or ""))
    exact_terms = (
        exact_term("c", row.country) if row.country else "",
        exact_term("e", row.evidence),
        exact_term("p", row.petition_id),
    )
    return " ".join(dict.fromkeys([*person, *comment, *filter(None, exact_terms)]))


INDEXED_COLUMNS = (
    *(
        Signature.id,
        Signature.given_name,
        Signature.family_name,
        Signature.email,
        Signature.comment,
    ),
    *(Signature.country, Signature.evidence, Signature.petition_id),
)


def indexed_upto() -> int:
    """Return the id up to which signatures are indexed."""
    return db.session.scalar(select(LookupProgress.last_id)) or 0


def ids_with(terms: Iterable[str]) -> Select[*tuple[Any, ...]]:
    """Return a SELECT of the ids of indexed signatures that match all `terms`.

    A word matches as a prefix, a fact only as a whole.
    """
    return _engine().ids_with(terms)


def is_ordered() -> bool:
    """Return whether the index finds the newest signatures without reading all that match."""
    return _engine().is_ordered


def add_to_index(rows: Sequence[AnyRow]) -> None:
    """Add signatures that are not indexed to the index. `rows` have INDEXED_COLUMNS."""
    if rows:
        _engine().put([{"id": row.id, "terms": text_to_index(row)} for row in rows])


def remove_from_index(ids: Iterable[int]) -> None:
    """Remove signatures from the index."""
    _engine().drop(ids)


def prefer_index() -> None:
    """Make the current transaction use an index, however many rows it will find.

    It also uses no parallel workers: to start them takes longer than to find a page of results.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text("set local enable_seqscan = off"))
        db.session.execute(text("set local max_parallel_workers_per_gather = 0"))


def name_conditions(terms: Iterable[str]) -> list[ColumnElement[bool]]:
    """Return conditions that a signature's name or email address contains all `terms`.

    They are for signatures that are not indexed yet.
    """
    name = func.coalesce(Signature.given_name, "") + " " + func.coalesce(Signature.family_name, "")
    searched = unaccented_lower(
        " " + name + " " + func.replace(func.coalesce(Signature.email, ""), "@", " ")
    )
    return [searched.contains(f" {term}", autoescape=True) for term in terms]


def comment_conditions(terms: Iterable[str]) -> list[ColumnElement[bool]]:
    """Return conditions that a signature's comment contains all `terms`.

    They are for signatures that are not indexed yet.
    """
    return [
        unaccented_lower(" " + Signature.comment).contains(f" {term}", autoescape=True)
        for term in terms
    ]


def _split_words(text: str) -> list[str]:
    return [word[:MAX_WORD] for word in _WORD.findall(plain(text))]


def _engine() -> "type[_OnPostgresql] | type[_OnSqlite]":
    return _OnPostgresql if db.session.get_bind().dialect.name == "postgresql" else _OnSqlite


class _OnSqlite:
    is_ordered = True

    @staticmethod
    def put(rows: Sequence[dict[str, Any]]) -> None:
        db.session.execute(
            text("insert into signature_lookup (rowid, terms) values (:id, :terms)"), rows
        )

    @staticmethod
    def drop(ids: Iterable[int]) -> None:
        db.session.execute(delete(_fts).where(_fts.c.rowid.in_(ids)))

    @staticmethod
    def ids_with(terms: Iterable[str]) -> Select[*tuple[Any, ...]]:
        query = " AND ".join(f'"{term}"{"" if term.startswith(EXACT) else " *"}' for term in terms)
        is_match = literal_column("signature_lookup").op("match")(bindparam(None, query))
        return select(_fts.c.rowid.label("id")).where(is_match)


class _OnPostgresql:
    is_ordered = False

    @staticmethod
    def put(rows: Sequence[dict[str, Any]]) -> None:
        insert = text(
            "insert into signature_lookup (signature_id, terms) values (:id, cast(:terms as tsvector)) on conflict do nothing"
        )
        db.session.execute(
            insert, [{"id": row["id"], "terms": _quoted(row["terms"].split())} for row in rows]
        )

    @staticmethod
    def drop(ids: Iterable[int]) -> None:
        db.session.execute(delete(signature_lookup).where(signature_lookup.c.signature_id.in_(ids)))

    @staticmethod
    def ids_with(terms: Iterable[str]) -> Select[*tuple[Any, ...]]:
        query = " & ".join(f"'{term}'{'' if term.startswith(EXACT) else ':*'}" for term in terms)
        is_match = signature_lookup.c.terms.op("@@")(cast(query, TSQUERY))
        return select(signature_lookup.c.signature_id.label("id")).where(is_match)


def _quoted(words: Iterable[str]) -> str:
    return " ".join(f"'{word}'" for word in words)


BATCH_SIZE = 1000
# A signature may be committed after one with a higher id. None of our transactions takes this long.
SETTLE_SECONDS = 60


class SearchIndexer:
    """Extend the index to signatures older than `settle` seconds. `holder` names this process."""

    _seen: tuple[float, int] | None

    def __init__(self, write: Write, *, holder: str, settle: float = SETTLE_SECONDS) -> None:
        self._write, self._holder, self._settle = write, holder, settle
        self._seen, self._settled = None, 0

    def extend(self) -> int:
        """Index one batch and return how many signatures were read."""
        self._note_newest()
        if not (db.session.scalar(select(CHANGES_WAIT)) or indexed_upto() < self._settled):
            return 0
        return self._write(index_batch, upto=self._settled, holder=self._holder, now=utcnow())

    def _note_newest(self) -> None:
        """Remember the newest id and when it was first seen.

        The id that was newest `settle` seconds ago is safe to index up to.
        """
        if self._seen is None or monotonic() - self._seen[0] >= self._settle:
            newest = db.session.scalar(select(func.max(Signature.id))) or 0
            self._settled = newest if not self._settle else self._seen[1] if self._seen else 0
            self._seen = (monotonic(), newest)


def index_batch(*, upto: int, holder: str, now: datetime, limit: int = BATCH_SIZE) -> int:
    """Index up to `limit` changed signatures, and as many new ones up to the id `upto`.

    Return how many signatures were read.
    """
    if not take_lease("lookup", holder=holder, now=now):
        return 0
    last_id = indexed_upto()
    changed = _take_changes(last_id, limit)
    new = _read(Signature.id > last_id, Signature.id <= upto, limit=limit)
    remove_from_index([row.id for row in new])
    add_to_index([row for row in new if row.given_name])
    if last_id < upto:
        _advance(new[-1].id if len(new) == limit else upto)
    return changed + len(new)


def _take_changes(last_id: int, limit: int) -> int:
    due = select(LookupDue.signature_id).order_by(LookupDue.signature_id).limit(limit)
    ids = db.session.scalars(
        delete(LookupDue).where(LookupDue.signature_id.in_(due)).returning(LookupDue.signature_id)
    ).all()
    # Signatures beyond the end of the index are added when it gets there.
    rows = _read(Signature.id.in_(ids), Signature.id <= last_id, limit=limit)
    remove_from_index(ids)
    add_to_index([row for row in rows if row.given_name])
    return len(ids)


def _read(*conditions: ColumnElement[bool], limit: int) -> Sequence[AnyRow]:
    # Locked, so that no one deletes them before they are indexed. A later deletion removes them
    # from the index.
    query = select(*INDEXED_COLUMNS).where(*conditions).order_by(Signature.id).limit(limit)
    return db.session.execute(query.with_for_update(read=True, key_share=True)).all()


def _advance(last_id: int) -> None:
    statement = insert(LookupProgress).values(id=1, last_id=last_id)
    db.session.execute(
        statement.on_conflict_do_update(index_elements=["id"], set_={"last_id": last_id})
    )
