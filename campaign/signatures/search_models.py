"""The search index of signatures for organizers: words of names, email addresses and comments."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Integer, Table, Text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from campaign.extensions import RowId, db

# On SQLite this is an FTS5 table, whose key is `rowid`. Triggers remove a row as soon as its text
# changes.
signature_lookup = Table(
    "signature_lookup",
    db.metadata,
    Column("signature_id", RowId, primary_key=True, autoincrement=False),
    Column("words", TSVECTOR().with_variant(Text, "sqlite"), nullable=False),
)


class LookupDue(db.Model):
    """A signature whose text changed.

    The worker must index it again. Triggers insert these rows.
    """

    __tablename__ = "lookup_due"

    signature_id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False)


class LookupProgress(db.Model):
    """The progress of the index: it holds the signatures up to `last_id`."""

    __tablename__ = "lookup_progress"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last_id: Mapped[int] = mapped_column(BigInteger)
