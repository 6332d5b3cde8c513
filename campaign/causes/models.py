"""A cause, its words in each language, and its tally."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.extensions import RowId, db
from campaign.process.clock import UtcDateTime, utcnow


class Cause(db.Model):
    """The larger aim; it owns petitions and one montage.

    `revision` counts its changes, so that of two editors the second is told. A draft with `publish_at` goes out by itself then, as
    was meant in `time_zone`. A closed one (`closed_at`) stands where it stood, and takes neither signatures nor subscriptions.
    """

    __tablename__ = "cause"
    __table_args__ = (
        CheckConstraint("state in ('draft', 'published', 'archived')", name="state"),
        Index("uq_cause_slug", "slug", unique=True),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(12), default="draft")
    palette: Mapped[str] = mapped_column(String(20), default="monarch")
    shape: Mapped[str] = mapped_column(String(40), default="monarch")
    publish_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    time_zone: Mapped[str] = mapped_column(String(40), default="", server_default="")
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    revision: Mapped[int] = mapped_column(Integer, default=1)

    texts: Mapped[list["CauseText"]] = relationship(
        order_by="CauseText.lang", cascade="all, delete-orphan"
    )

    @property
    def is_over(self):
        """Whether it takes neither signatures nor subscriptions any more."""
        return self.closed_at is not None or self.state == "archived"

    def text(self, lang):
        """Return the words in `lang`, or in the first language there is."""
        return next((text for text in self.texts if text.lang == lang), self.texts[0])


class CauseText(db.Model):
    """A cause in one language; `story` is Markdown."""

    __tablename__ = "cause_text"

    cause_id: Mapped[int] = mapped_column(
        ForeignKey("cause.id", ondelete="CASCADE"), primary_key=True
    )
    lang: Mapped[str] = mapped_column(String(2), primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(Text)
    story: Mapped[str] = mapped_column(Text, default="")


class FormerCauseSlug(db.Model):
    """An address that the cause had; who comes there is led on, and no other cause may have it."""

    __tablename__ = "cause_former_slug"
    __table_args__ = (Index("ix_cause_former_slug_cause_id", "cause_id"),)

    slug: Mapped[str] = mapped_column(String(80), primary_key=True)
    cause_id: Mapped[int] = mapped_column(ForeignKey("cause.id", ondelete="CASCADE"))


class CauseTally(db.Model):
    """How many butterflies a cause has; written only by the runner that hatches them.

    `last_number` is the highest number ever given; the free ones below it stand in `free_number`. `freed` counts how often a
    number was given back: with `count` it tells every change of the montage, also when as many leave as come.
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


class FreeNumber(db.Model):
    """A butterfly number that a withdrawn signature gave back; the next to hatch takes the lowest."""

    __tablename__ = "free_number"

    cause_id: Mapped[int] = mapped_column(
        ForeignKey("cause.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
