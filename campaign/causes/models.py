"""Tables of a cause: its texts, tally and free butterfly numbers."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.db.versioned import VersionedParts
from campaign.extensions import Base
from campaign.process.clock import UtcDateTime, utcnow
from campaign.publishing.models import Publishable
from campaign.publishing.texts import text_for


class Cause(Publishable, VersionedParts, Base):
    """A larger aim that owns petitions and one montage.

    It belongs to an organisation. A draft with `publish_at` is published automatically at that
    time, which was entered in `time_zone`. A closed cause (`closed_at`) keeps its pages but takes
    neither signatures nor subscriptions. Edited in parts: `text`, which includes the slug, and
    `shape`.
    """

    __tablename__ = "cause"
    kind = "cause"
    __table_args__ = (
        CheckConstraint("state in ('draft', 'published', 'archived')", name="state"),
        Index("uq_cause_slug", "slug", unique=True),
        Index("ix_cause_organisation_id", "organisation_id"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    palette: Mapped[str] = mapped_column(String(20), default="monarch")
    shape: Mapped[str] = mapped_column(String(40), default="monarch")
    time_zone: Mapped[str] = mapped_column(String(40), default="", server_default="")
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)

    texts: Mapped[list["CauseText"]] = relationship(
        order_by="CauseText.lang", cascade="all, delete-orphan"
    )

    @property
    def is_over(self) -> bool:
        """Whether the cause no longer takes signatures and subscriptions."""
        return self.closed_at is not None or self.state == "archived"

    def text(self, lang: str) -> "CauseText":
        """Return the text in `lang`, or in the nearest language there is."""
        return text_for(self.texts, lang)


class CauseText(Base):
    """A cause in one language. `story` is Markdown."""

    __tablename__ = "cause_text"

    cause_id: Mapped[int] = mapped_column(
        ForeignKey("cause.id", ondelete="CASCADE"), primary_key=True
    )
    lang: Mapped[str] = mapped_column(String(35), primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(Text)
    story: Mapped[str] = mapped_column(Text, default="")


class CauseTally(Base):
    """The number of butterflies of a cause. Only the hatching runner writes it.

    `last_number` is the highest number ever given. Free numbers below it are in `free_number`.
    `freed` counts how often a number was given back. Together with `count` it reveals every change
    of the montage, even when as many butterflies leave as arrive.
    """

    __tablename__ = "cause_tally"
    __table_args__ = (
        CheckConstraint("count >= 0", name="count"),
        CheckConstraint("last_number >= count", name="last_number"),
    )

    cause_id: Mapped[int] = mapped_column(
        ForeignKey("cause.id", ondelete="CASCADE"), primary_key=True
    )
    count: Mapped[int] = mapped_column(Integer, default=0)
    last_number: Mapped[int] = mapped_column(Integer, default=0)
    freed: Mapped[int] = mapped_column(Integer, default=0)


class FreeNumber(Base):
    """A butterfly number of a withdrawn signature. The next to hatch takes the lowest."""

    __tablename__ = "free_number"

    cause_id: Mapped[int] = mapped_column(
        ForeignKey("cause.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
