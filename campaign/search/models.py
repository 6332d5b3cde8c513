"""What can be found: one row for each thing in each language, and the words that lead to it."""

from datetime import date

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from campaign.extensions import RowId, db

KINDS = ("cause", "petition", "event", "update")


class SearchDocument(db.Model):
    """A public thing in one language of the site, but for its long texts: so many can be counted and put in order quickly.

    `written_in` is the language of its words: that of the original where nobody has put them into `lang` yet.
    `subject_id` is the row of its kind, `line` a fact worded when it was indexed, such as an event's day and hour. `mark` tells the
    state of the thing that was read: where it differs from the present one, the worker reads it anew.
    """

    __tablename__ = "search_document"
    __table_args__ = (
        CheckConstraint(f"kind in {KINDS}", name="kind"),
        UniqueConstraint("kind", "subject_id", "lang"),
        Index("ix_search_document_lang", "lang", "slug"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    subject_id: Mapped[int] = mapped_column(RowId)
    lang: Mapped[str] = mapped_column(String(2))
    written_in: Mapped[str] = mapped_column(String(2), server_default="")
    cause_id: Mapped[int] = mapped_column(ForeignKey("cause.id", ondelete="CASCADE"))
    slug: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(200))
    day: Mapped[date | None] = mapped_column(Date)
    line: Mapped[str] = mapped_column(String(200), default="")
    is_cancelled: Mapped[bool] = mapped_column(Boolean, default=False)
    mark: Mapped[str] = mapped_column(String(120))


class SearchText(db.Model):
    """What a result shows a piece of."""

    __tablename__ = "search_text"

    document_id: Mapped[int] = mapped_column(
        ForeignKey("search_document.id", ondelete="CASCADE"), primary_key=True
    )
    summary: Mapped[str] = mapped_column(Text, default="")
    body: Mapped[str] = mapped_column(Text, default="")


# On SQLite this is an FTS5 table, whose rows are known by `rowid` and whose columns are the parts of a document.
search_words = Table(
    "search_words",
    db.metadata,
    Column(
        "document_id", RowId, ForeignKey("search_document.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("words", TSVECTOR().with_variant(Text, "sqlite"), nullable=False),
)
