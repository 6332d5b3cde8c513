"""Full-text search of signatures by word prefixes: FTS5 on SQLite, a tsvector on PostgreSQL.

Both get the same words, folded here, so that both find the same without any database extension.
Words of names and email addresses are indexed as they are, words of comments after a plus sign.
Facts that are not text (country, evidence, petition) are indexed after an at sign.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
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
from sqlalchemy.dialects.postgresql import TSQUERY

from campaign.db.functions import plain, plain_letters
from campaign.extensions import db
from campaign.signatures.models import Signature
from campaign.signatures.search_models import LookupProgress, signature_lookup

MAX_TERMS = 8
MAX_WORD = 40
COMMENT, FACT = "+", "@"
_WORD = re.compile(r"[^\W_]+")
_fts = table("signature_lookup", column("rowid", BigInteger))


def terms_of(text: str) -> list[str]:
    """Return the distinct words to search for, at most MAX_TERMS."""
    return list(dict.fromkeys(_words(text)))[:MAX_TERMS]


def fact(name: str, value: object) -> str:
    """Return the term for a fact that is not text, such as the country "mx"."""
    return f"{FACT}{name}{value}".lower()


def words_of(row: Row[*tuple[Any, ...]]) -> str:
    """Return the text to index for a signature; `row` has the columns of READ."""
    who = _words(f"{row.given_name or ''} {row.family_name or ''} {row.email or ''}")
    comment = (COMMENT + word for word in _words(row.comment or ""))
    facts = (
        fact("c", row.country) if row.country else "",
        fact("e", row.evidence),
        fact("p", row.petition_id),
    )
    return " ".join(dict.fromkeys([*who, *comment, *filter(None, facts)]))


READ = (
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


def put_words(rows: Sequence[Row[*tuple[Any, ...]]]) -> None:
    """Add signatures that are not indexed to the index; `rows` have the columns of READ."""
    if rows:
        _engine().put([{"id": row.id, "words": words_of(row)} for row in rows])


def drop_words(ids: Iterable[int]) -> None:
    """Remove signatures from the index."""
    _engine().drop(ids)


def prefer_index() -> None:
    """Make the current transaction use the index, however many rows it will find."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text("set local enable_seqscan = off"))


def has_words(terms: Iterable[str]) -> list[ColumnElement[bool]]:
    """Return conditions that a signature's name or email address contains all `terms`.

    They are for signatures that are not indexed yet.
    """
    who = func.coalesce(Signature.given_name, "") + " " + func.coalesce(Signature.family_name, "")
    everything = plain_letters(
        " " + who + " " + func.replace(func.coalesce(Signature.email, ""), "@", " ")
    )
    return [everything.contains(f" {term}", autoescape=True) for term in terms]


def has_comment_words(terms: Iterable[str]) -> list[ColumnElement[bool]]:
    """Return conditions that a signature's comment contains all `terms`.

    They are for signatures that are not indexed yet.
    """
    return [
        plain_letters(" " + Signature.comment).contains(f" {term}", autoescape=True)
        for term in terms
    ]


def _words(text: str) -> list[str]:
    return [word[:MAX_WORD] for word in _WORD.findall(plain(text))]


def _engine():
    return _OnPostgresql if db.session.get_bind().dialect.name == "postgresql" else _OnSqlite


class _OnSqlite:
    @staticmethod
    def put(rows):
        db.session.execute(
            text("insert into signature_lookup (rowid, words) values (:id, :words)"), rows
        )

    @staticmethod
    def drop(ids):
        db.session.execute(delete(_fts).where(_fts.c.rowid.in_(ids)))

    @staticmethod
    def ids_with(terms):
        asked = " AND ".join(f'"{term}"{"" if term.startswith(FACT) else " *"}' for term in terms)
        found = literal_column("signature_lookup").op("match")(bindparam(None, asked))
        return select(_fts.c.rowid.label("id")).where(found)


class _OnPostgresql:
    @staticmethod
    def put(rows):
        insert = text(
            "insert into signature_lookup (signature_id, words) values (:id, cast(:words as tsvector)) on conflict do nothing"
        )
        db.session.execute(
            insert, [{"id": row["id"], "words": _quoted(row["words"].split())} for row in rows]
        )

    @staticmethod
    def drop(ids):
        db.session.execute(delete(signature_lookup).where(signature_lookup.c.signature_id.in_(ids)))

    @staticmethod
    def ids_with(terms):
        asked = " & ".join(f"'{term}'{'' if term.startswith(FACT) else ':*'}" for term in terms)
        found = signature_lookup.c.words.op("@@")(cast(asked, TSQUERY))
        return select(signature_lookup.c.signature_id.label("id")).where(found)


def _quoted(words: Iterable[str]) -> str:
    return " ".join(f"'{word}'" for word in words)
