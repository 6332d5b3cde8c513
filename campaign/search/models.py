"""Tables of the search index: one row per item and language, and its words."""

from datetime import date, datetime

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from campaign.extensions import Base, RowId, db
from campaign.process.clock import UtcDateTime

KINDS = ("cause", "petition", "event", "update")


class SearchDocument(Base):
    """A public item in one language of the site, without its long texts.

    The narrow row keeps counting and sorting fast. `text_lang` is the language of its text: the
    original language if there is no translation into `lang` yet. `subject_id` is the id of the item
    in the table of its kind. `detail` is a short text from the time of indexing, such as an
    event's day and hours. `index_version` says by which version of the code the document was built.
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
    lang: Mapped[str] = mapped_column(String(35))
    text_lang: Mapped[str] = mapped_column(String(35), server_default="")
    cause_id: Mapped[int] = mapped_column(ForeignKey("cause.id", ondelete="CASCADE"))
    slug: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(200))
    day: Mapped[date | None] = mapped_column(Date)
    detail: Mapped[str] = mapped_column(String(200), default="")
    is_cancelled: Mapped[bool] = mapped_column(Boolean, default=False)
    index_version: Mapped[int] = mapped_column(SmallInteger)


class SearchChange(Base):
    """An item to index again, because a row of it changed or was deleted.

    Triggers insert these rows in the transaction of the change, so none can be missed. With
    `due_at`, the item becomes public at that time without any further change.
    """

    __tablename__ = "search_change"
    # An id must not come back: the worker recognizes by it what it has read.
    __table_args__ = (
        CheckConstraint(f"kind in {KINDS}", name="kind"),
        Index("ix_search_change_subject", "kind", "subject_id"),
        Index("ix_search_change_due_at", "due_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    subject_id: Mapped[int] = mapped_column(RowId)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SearchText(Base):
    """The long texts of a document, from which results show an excerpt."""

    __tablename__ = "search_text"

    document_id: Mapped[int] = mapped_column(
        ForeignKey("search_document.id", ondelete="CASCADE"), primary_key=True
    )
    summary: Mapped[str] = mapped_column(Text, default="")
    body: Mapped[str] = mapped_column(Text, default="")


# On SQLite this is an FTS5 table instead. Its rows are identified by `rowid`, and its columns are
# the parts of a document.
search_terms = Table(
    "search_terms",
    db.metadata,
    Column(
        "document_id", RowId, ForeignKey("search_document.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("terms", TSVECTOR().with_variant(Text, "sqlite"), nullable=False),
)
