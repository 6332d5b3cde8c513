"""Imports of lists of subscribers."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.accounts.models import Organizer
from campaign.extensions import Base, RowId, one_of
from campaign.process.clock import UtcDateTime, utcnow
from campaign.security.sealed_files import new_seed
from campaign.subscriptions.importing import NEW

STATES = ("open", "checking", "checked", "importing", "imported", "undoing", "undone")
# A job works on imports in these states.
WORKING = ("checking", "importing", "undoing")
# The file is kept in these states.
WITH_FILE = ("open", "checking", "checked", "importing")


class SubscriberImport(Base):
    """A list of subscribers of one cause, or of all causes of one organisation.

    If `asks`, each person gets one email that asks for consent. `header` are the headings of the
    file, and `columns` maps fields to headings.

    Until it is imported, the file is kept as a sealed file of `frames` frames and `size` bytes. Its
    key is derived from `seed`. `done` bytes of it are checked or imported. `counts` is the number
    of lines by outcome, and `errors` lists the first wrong lines as [line, code]. An import whose
    file could not be checked is `open`, and `error_code` says why.
    """

    __tablename__ = "subscriber_import"
    __table_args__ = (
        one_of("state", STATES),
        CheckConstraint("(cause_id is null) <> (organisation_id is null)", name="place"),
        Index("ix_subscriber_import_cause_id", "cause_id", "id"),
        # File names contain the id, so ids must never be reused.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    cause_id: Mapped[int | None] = mapped_column(ForeignKey("cause.id", ondelete="CASCADE"))
    organisation_id: Mapped[int | None] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE")
    )
    organizer_id: Mapped[int] = mapped_column(ForeignKey("organizer.id"))
    asks: Mapped[bool] = mapped_column(Boolean)
    name: Mapped[str] = mapped_column(String(120))
    header: Mapped[list[str]] = mapped_column(JSON)
    columns: Mapped[dict[str, str]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(12), default="open")
    error_code: Mapped[str] = mapped_column(String(20), default="")
    seed: Mapped[bytes] = mapped_column(LargeBinary(16), default=new_seed)
    frames: Mapped[int] = mapped_column(Integer, default=0)
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    done: Mapped[int] = mapped_column(BigInteger, default=0)
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    errors: Mapped[list[Any]] = mapped_column(JSON, default=list)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)

    organizer: Mapped[Organizer] = relationship(lazy="joined")

    @property
    def file_name(self) -> str:
        """The name of the sealed file."""
        return f"{self.id}.sealed"

    @property
    def is_working(self) -> bool:
        """Whether a job works on it, or will soon."""
        return self.state in WORKING

    @property
    def has_failed(self) -> bool:
        """Whether the file could not be checked or imported, and nobody has tried again."""
        return bool(self.error_code) and not self.is_working

    @property
    def percent(self) -> int:
        """The part of the file that is checked or imported."""
        return min(100, 100 * self.done // self.size) if self.size else 0

    @property
    def new(self) -> int:
        """The number of people who are imported or asked."""
        return self.counts.get(NEW, 0)
