"""The index by which organizers find signatures: words of names, email addresses and comments."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Integer, Table, Text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from campaign.extensions import RowId, db

# On SQLite this is an FTS5 table, whose rows are known by `rowid`. Triggers remove a row as soon as one of its words changes.
signature_lookup = Table(
    "signature_lookup",
    db.metadata,
    Column("signature_id", RowId, primary_key=True, autoincrement=False),
    Column("words", TSVECTOR().with_variant(Text, "sqlite"), nullable=False),
)


class LookupDue(db.Model):
    """A signature whose words changed: the worker reads it again. Triggers insert these rows."""

    __tablename__ = "lookup_due"

    signature_id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False)


class LookupProgress(db.Model):
    """How far the index goes: it holds the signatures up to `last_id`."""

    __tablename__ = "lookup_progress"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last_id: Mapped[int] = mapped_column(BigInteger)
