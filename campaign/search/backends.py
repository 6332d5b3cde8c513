"""The index of words on each database: FTS5 on SQLite, a tsvector on PostgreSQL.

Both are given words that are folded already, so that neither needs a dictionary or an extension, and both find the same.
"""

from sqlalchemy import bindparam, cast, column, delete, literal_column, select, table, text
from sqlalchemy.dialects.postgresql import TSQUERY

from campaign.extensions import db
from campaign.search.models import search_words
from campaign.search.normalization import words_of

# The parts of a document, from the one that says most.
PARTS = ("title", "summary", "body")
LANG = "@"
# Each word stands in a tsvector by itself, and with a sign for each part where it is asked for alone: weights would do the same,
# but for them PostgreSQL reads every row again that the index has found.
SIGNS = {"title": "=", "summary": "+"}


def put_words(rows):
    """Index documents that are not indexed yet; `rows` are (document id, language, title, summary, body)."""
    if rows:
        _engine().put(rows)


def drop_words(document_ids):
    """Take documents out of the index."""
    if document_ids:
        _engine().drop(document_ids)


def prefer_index():
    """Let the present transaction answer from the index of words, however many rows it will find."""
    _engine().prefer_index()


def ids_with(terms, lang, parts=PARTS, *, whole=False):
    """Return a SELECT of the ids of documents in `lang` that have all `terms`: words that begin so, or `whole` ones.

    `parts` is all of them, the title, or title and summary.
    """
    return _engine().ids_with(terms, lang, parts, whole)


def _engine():
    return OnPostgresql if db.session.get_bind().dialect.name == "postgresql" else OnSqlite


class OnSqlite:
    """FTS5 keeps the parts of a document in columns."""

    fts = table("search_words", column("rowid"))

    @staticmethod
    def prefer_index():
        """It always does."""

    @classmethod
    def put(cls, rows):
        insert = text(
            "insert into search_words (rowid, lang, title, summary, body) values (:id, :lang, :title, :summary, :body)"
        )
        db.session.execute(
            insert, [{"id": id_, "lang": lang, **_joined(texts)} for id_, lang, *texts in rows]
        )

    @classmethod
    def drop(cls, document_ids):
        db.session.execute(delete(cls.fts).where(cls.fts.c.rowid.in_(document_ids)))

    @classmethod
    def ids_with(cls, terms, lang, parts, whole):
        words = " AND ".join(f'"{term}"{"" if whole else " *"}' for term in terms)
        asked = bindparam(None, f'lang : "{lang}" AND {{{" ".join(parts)}}} : ({words})')
        return select(cls.fts.c.rowid).where(literal_column("search_words").op("match")(asked))


class OnPostgresql:
    """A tsvector is made here, as the server's own parser would part words by its own rules."""

    @staticmethod
    def prefer_index():
        # For a word that stands in a third of all documents the planner would rather read every tsvector, which it takes for
        # cheap, as it does not count in that each lies outside of its row.
        db.session.execute(text("set local enable_seqscan = off"))

    @classmethod
    def put(cls, rows):
        insert = text(
            "insert into search_words (document_id, words) values (:id, cast(:words as tsvector))"
        )
        db.session.execute(
            insert, [{"id": id_, "words": _vector(lang, texts)} for id_, lang, *texts in rows]
        )

    @classmethod
    def drop(cls, document_ids):
        db.session.execute(delete(search_words).where(search_words.c.document_id.in_(document_ids)))

    @classmethod
    def ids_with(cls, terms, lang, parts, whole):
        signs = ("",) if parts == PARTS else tuple(SIGNS[part] for part in parts)
        end = "" if whole else ":*"
        words = (" | ".join(f"'{sign}{term}'{end}" for sign in signs) for term in terms)
        asked = " & ".join((f"'{LANG}{lang}'", *(f"({each})" for each in words)))
        return select(search_words.c.document_id).where(
            search_words.c.words.op("@@")(cast(asked, TSQUERY))
        )


def _joined(texts):
    """Return {part: its different words in one string}."""
    return {
        part: " ".join(dict.fromkeys(words_of(text)))
        for part, text in zip(PARTS, texts, strict=True)
    }


def _vector(lang, texts):
    """Return a tsvector as PostgreSQL reads it: each word once, and once more for each part that has a sign."""
    found = {f"{LANG}{lang}"}
    for part, text in zip(PARTS, texts, strict=True):
        words = words_of(text)
        found.update(words)
        if part in SIGNS:
            found.update(SIGNS[part] + word for word in words)
    return " ".join(f"'{word}'" for word in found)
