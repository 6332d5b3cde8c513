"""The full-text index on each database: FTS5 on SQLite, a tsvector on PostgreSQL.

Both get words that are already normalized. So neither needs a dictionary or an extension, and both
find the same documents.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import (
    BindParameter,
    Select,
    bindparam,
    cast,
    column,
    delete,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from campaign.extensions import db
from campaign.search.models import search_terms
from campaign.search.normalization import words_of

# The parts of a document, the most telling first.
PARTS = ("title", "summary", "body")
LANG = "@"
# A tsvector holds each word once plain, and once with a prefix for each part that is searched
# alone. Weights could mark the parts too, but then PostgreSQL reads again every row that the index
# found.
PREFIXES = {"title": "=", "summary": "+"}


def put_words(rows: Sequence[tuple[int, str, str, str, str]]) -> None:
    """Index new documents. `rows` are (document id, language, title, summary, body)."""
    if rows:
        _engine().put(rows)


def drop_words(document_ids: Sequence[int]) -> None:
    """Remove documents from the index."""
    if document_ids:
        _engine().drop(document_ids)


def prefer_index() -> None:
    """Make the current transaction use the index, however many rows it will find."""
    _engine().prefer_index()


def ids_with(
    terms: Iterable[str], lang: str, parts: Sequence[str] = PARTS, *, whole_words: bool = False
) -> Select[int]:
    """Return a SELECT of the ids of documents in `lang` that contain all `terms`.

    A term matches words that begin with it, or with `whole_words` only the word itself. `parts` are
    all parts, only the title, or title and summary.
    """
    return _engine().ids_with(terms, lang, parts, whole_words)


def _engine() -> "type[OnPostgresql] | type[OnSqlite]":
    return OnPostgresql if db.session.get_bind().dialect.name == "postgresql" else OnSqlite


class OnSqlite:
    """FTS5, with one column per part of a document."""

    fts = table("search_terms", column("rowid"))

    @staticmethod
    def prefer_index() -> None:
        """Do nothing: SQLite always uses the index."""

    @classmethod
    def put(cls, rows: Sequence[tuple[int, str, str, str, str]]) -> None:
        """Index new documents."""
        insert = text(
            "insert into search_terms (rowid, lang, title, summary, body) values (:id, :lang, :title, :summary, :body)"
        )
        db.session.execute(
            insert,
            [{"id": id_, "lang": _one_word(lang), **_joined(texts)} for id_, lang, *texts in rows],
        )

    @classmethod
    def drop(cls, document_ids: Sequence[int]) -> None:
        """Remove documents from the index."""
        db.session.execute(delete(cls.fts).where(cls.fts.c.rowid.in_(document_ids)))

    @classmethod
    def ids_with(
        cls, terms: Iterable[str], lang: str, parts: Sequence[str], whole_words: bool
    ) -> Select[int]:
        """Return a SELECT of matching document ids."""
        term_query = " AND ".join(f'"{term}"{"" if whole_words else " *"}' for term in terms)
        query: BindParameter[str] = bindparam(
            None, f'lang : "{_one_word(lang)}" AND {{{" ".join(parts)}}} : ({term_query})'
        )
        return select(cls.fts.c.rowid).where(literal_column("search_terms").op("match")(query))


class OnPostgresql:
    """A tsvector, built here because PostgreSQL's parser splits words by its own rules."""

    @staticmethod
    def prefer_index() -> None:
        """Forbid sequential scans in this transaction."""
        # For a word in a third of all documents the planner prefers to read every tsvector. It
        # underestimates that cost, because it ignores that tsvectors are stored out of line.
        db.session.execute(text("set local enable_seqscan = off"))

    @classmethod
    def put(cls, rows: Sequence[tuple[int, str, str, str, str]]) -> None:
        """Index new documents."""
        insert = text(
            "insert into search_terms (document_id, terms) values (:id, cast(:terms as tsvector))"
        )
        db.session.execute(
            insert, [{"id": id_, "terms": _vector(lang, texts)} for id_, lang, *texts in rows]
        )

    @classmethod
    def drop(cls, document_ids: Sequence[int]) -> None:
        """Remove documents from the index."""
        db.session.execute(delete(search_terms).where(search_terms.c.document_id.in_(document_ids)))

    @classmethod
    def ids_with(
        cls, terms: Iterable[str], lang: str, parts: Sequence[str], whole_words: bool
    ) -> Select[int]:
        """Return a SELECT of matching document ids."""
        prefixes = ("",) if parts == PARTS else tuple(PREFIXES[part] for part in parts)
        suffix = "" if whole_words else ":*"
        alternatives = (
            " | ".join(f"'{prefix}{term}'{suffix}" for prefix in prefixes) for term in terms
        )
        query = " & ".join(
            (f"'{LANG}{lang}'", *(f"({alternative})" for alternative in alternatives))
        )
        return select(search_terms.c.document_id).where(
            search_terms.c.terms.op("@@")(cast(query, TSQUERY))
        )


def _one_word(lang: str) -> str:
    # SQLite splits words at hyphens, and would find pt-BR when asked for pt.
    return lang.replace("-", "")


def _joined(texts: Sequence[str]) -> dict[str, str]:
    """Return {part: its distinct words in one string}."""
    return {
        part: " ".join(dict.fromkeys(words_of(text)))
        for part, text in zip(PARTS, texts, strict=True)
    }


def _vector(lang: str, texts: Sequence[str]) -> str:
    """Return a tsvector literal: each word once plain, and once with the prefix of its part."""
    lexemes = {f"{LANG}{lang}"}
    for part, content in zip(PARTS, texts, strict=True):
        words = words_of(content)
        lexemes.update(words)
        if part in PREFIXES:
            lexemes.update(PREFIXES[part] + word for word in words)
    return " ".join(f"'{word}'" for word in lexemes)
