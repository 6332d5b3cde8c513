"""The index of words on each database: FTS5 on SQLite, a tsvector on PostgreSQL.

Both are given words that are folded already, so that neither needs a dictionary or an extension, and both find the same.
"""

from sqlalchemy import bindparam, cast, column, delete, literal_column, select, table, text
from sqlalchemy.dialects.postgresql import TSQUERY

from campaign.extensions import db
from campaign.search.models import search_words
from campaign.search.words import words_of

# The parts of a document, from the one that says most; each is a column of FTS5, and a weight in a tsvector.
PARTS = ("title", "summary", "body")
WEIGHTS = "ABC"


def put_words(rows):
    """Index documents that are not indexed yet; `rows` are (document id, title, summary, body)."""
    if rows:
        _engine().put(rows)


def drop_words(document_ids):
    """Take documents out of the index."""
    if document_ids:
        _engine().drop(document_ids)


def ids_with(terms, parts=PARTS, *, whole=False):
    """Return a SELECT of the ids of documents that have all `terms` in `parts`: words that begin so, or `whole` words."""
    return _engine().ids_with(terms, parts, whole)


def _engine():
    return OnPostgresql if db.session.get_bind().dialect.name == "postgresql" else OnSqlite


class OnSqlite:
    """FTS5 keeps the parts of a document in columns."""

    fts = table("search_words", column("rowid"))

    @classmethod
    def put(cls, rows):
        insert = text("insert into search_words (rowid, title, summary, body) values (:id, :title, :summary, :body)")
        db.session.execute(insert, [{"id": id_, **_joined(texts)} for id_, *texts in rows])

    @classmethod
    def drop(cls, document_ids):
        db.session.execute(delete(cls.fts).where(cls.fts.c.rowid.in_(document_ids)))

    @classmethod
    def ids_with(cls, terms, parts, whole):
        words = " AND ".join(f'"{term}"{"" if whole else " *"}' for term in terms)
        asked = bindparam(None, f"{{{' '.join(parts)}}} : ({words})")
        return select(cls.fts.c.rowid).where(literal_column("search_words").op("match")(asked))


class OnPostgresql:
    """A tsvector keeps the parts as weights; made here, as the server's own parser would part words by its own rules."""

    @classmethod
    def put(cls, rows):
        insert = text("insert into search_words (document_id, words) values (:id, cast(:words as tsvector))")
        db.session.execute(insert, [{"id": id_, "words": _vector(texts)} for id_, *texts in rows])

    @classmethod
    def drop(cls, document_ids):
        db.session.execute(delete(search_words).where(search_words.c.document_id.in_(document_ids)))

    @classmethod
    def ids_with(cls, terms, parts, whole):
        weights = "".join(weight for weight, part in zip(WEIGHTS, PARTS, strict=True) if part in parts)
        asked = " & ".join(f"'{term}':{'' if whole else '*'}{weights}" for term in terms)
        return select(search_words.c.document_id).where(search_words.c.words.op("@@")(cast(asked, TSQUERY)))


def _joined(texts):
    """Return {part: its different words in one string}."""
    return {part: " ".join(dict.fromkeys(words_of(text))) for part, text in zip(PARTS, texts, strict=True)}


def _vector(texts):
    """Return a tsvector as PostgreSQL writes it: each word once, with the weights of the parts it stands in."""
    places = {}
    for number, (weight, text) in enumerate(zip(WEIGHTS, texts, strict=True), start=1):
        for word in words_of(text):
            places.setdefault(word, {})[f"{number}{weight}"] = None
    return " ".join(f"'{word}':{','.join(found)}" for word, found in places.items())
