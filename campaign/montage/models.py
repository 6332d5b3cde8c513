"""Posters that are ready or being made, and the shapes that organizers made from pictures."""

import tomllib
from datetime import datetime
from typing import cast

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from campaign.db.versioned import Versioned
from campaign.extensions import Base, RowId
from campaign.process.clock import UtcDateTime, utcnow

IN_WORK = text("state in ('waiting', 'drawing')")
READY = text("state = 'ready'")
# The columns of a variety.
VARIETY = ("cause_id", "form", "size", "lang", "with_names")


class Poster(Base):
    """A poster of one variety: cause, file format, size, language, with or without names.

    At most one of each variety is in progress. `appearance_digest`, `numbers_digest` and
    `names_digest` say what it shows: its text and shape, which butterflies, and which names.
    `drawn_at` is when its count was taken. A job draws it.
    """

    __tablename__ = "poster"
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'drawing', 'ready', 'failed')", name="state"),
        CheckConstraint("form in ('pdf', 'png')", name="form"),
        Index(
            "uq_poster_in_work",
            *VARIETY,
            unique=True,
            sqlite_where=IN_WORK,
            postgresql_where=IN_WORK,
        ),
        Index("ix_poster_variety", *VARIETY),
        # File names contain the row id, so an id must never be reused.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    cause_id: Mapped[int] = mapped_column(ForeignKey("cause.id", ondelete="CASCADE"))
    file_format: Mapped[str] = mapped_column("form", String(3))
    size: Mapped[str] = mapped_column(String(5))
    lang: Mapped[str] = mapped_column(String(35))
    with_names: Mapped[bool] = mapped_column(Boolean, default=False)
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    drawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    appearance_digest: Mapped[str] = mapped_column(String(32), default="")
    numbers_digest: Mapped[str] = mapped_column(String(32), default="")
    last_number: Mapped[int] = mapped_column(default=0)
    names_digest: Mapped[str] = mapped_column(String(32), default="")
    file_bytes: Mapped[int] = mapped_column(BigInteger, default=0)

    @property
    def file_name(self) -> str:
        """Return the name of the poster's file."""
        return f"{self.id}.{self.file_format}"


class StoredShape(Base):
    """A shape made from an uploaded picture, with the files of a shape folder as columns.

    Its name is a digest of them.
    """

    __tablename__ = "stored_shape"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    metadata_toml: Mapped[str] = mapped_column(Text)
    ghost: Mapped[str] = mapped_column(Text)
    mask: Mapped[bytes] = mapped_column(LargeBinary)
    palette: Mapped[bytes] = mapped_column(LargeBinary)

    @property
    def title(self) -> str:
        """Return the title that the organizer gave the shape."""
        return cast(str, tomllib.loads(self.metadata_toml)["title"])

    def files(self) -> dict[str, bytes]:
        """Return {name: content} of the shape's FILES."""
        return {
            "shape.toml": self.metadata_toml.encode(),
            "ghost.json": self.ghost.encode(),
            "mask.png": self.mask,
            "palette.png": self.palette,
        }


class CauseShape(Base):
    """An uploaded shape that a cause uses, or used before and may use again."""

    __tablename__ = "cause_shape"
    __table_args__ = (Index("ix_cause_shape_shape", "shape"),)

    cause_id: Mapped[int] = mapped_column(
        ForeignKey("cause.id", ondelete="CASCADE"), primary_key=True
    )
    shape: Mapped[str] = mapped_column(ForeignKey("stored_shape.name"), primary_key=True)
    accepted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)


class ShapeDraft(Versioned, Base):
    """A picture that is to become the shape of a cause, and how it is cut out now.

    `picture` is WebP, `width` × `height` pixels, without camera metadata. If `is_clear`, it can be
    cut out by its alpha channel. `background` is the colour along its edge, as #RRGGBB. For the
    other columns see shape_extraction.Cut. If this way of cutting makes no shape, `error_code` is
    the reason, as in PictureRefused.
    """

    __tablename__ = "shape_draft"
    __table_args__ = (
        CheckConstraint("cut_by in ('alpha', 'colour')", name="cut_by"),
        CheckConstraint("threshold between 1 and 254", name="threshold"),
        CheckConstraint("(shape is null) = (error_code <> '')", name="error_code"),
        Index("ix_shape_draft_cause_id", "cause_id"),
        Index("ix_shape_draft_shape", "shape"),
        # A URL that is still open in a browser must never show another picture.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    cause_id: Mapped[int] = mapped_column(ForeignKey("cause.id", ondelete="CASCADE"))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    title: Mapped[str] = mapped_column(String(80))
    picture: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    width: Mapped[int] = mapped_column(SmallInteger)
    height: Mapped[int] = mapped_column(SmallInteger)
    is_clear: Mapped[bool] = mapped_column(Boolean)
    background: Mapped[str] = mapped_column(String(7))
    cut_by: Mapped[str] = mapped_column(String(6))
    threshold: Mapped[int | None] = mapped_column(SmallInteger)
    inverted: Mapped[bool] = mapped_column(Boolean)
    shape: Mapped[str | None] = mapped_column(ForeignKey("stored_shape.name"))
    error_code: Mapped[str] = mapped_column(String(12), default="")
