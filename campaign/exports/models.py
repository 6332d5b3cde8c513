"""Exports: files of signatures or subscribers that organizers requested, and their choices."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
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
from campaign.petitions.models import Petition
from campaign.process.clock import UtcDateTime, utcnow
from campaign.security.sealed_files import new_seed

KINDS = ("csv", "xlsx", "jsonl", "pack")
AIMS = ("delivery", "letters", "records")
# A file of subscribers. It belongs to no petition.
SUBSCRIBERS = "subscribers"
STATES = ("waiting", "working", "ready", "failed")
ERROR_CODES = ("", "no_room", "no_storage", "too_large", "broken")


def sealed_name(export_id: int) -> str:
    """Return the name of the sealed file of an export."""
    return f"{export_id}.sealed"


class Export(Base):
    """A file of signatures, made by a job and kept encrypted until `ready_at` + RETENTION.

    `kind` is csv, xlsx, jsonl, or pack for a delivery pack. `aim` and `purpose` say what it is for.
    `choice` holds a Selection, or the options of the pack. `done` of `total` signatures are
    written. `error_code` says why it failed, or is "no_storage" while it waits for the storage.

    If `aim` is SUBSCRIBERS, the file holds subscribers of a cause in place of the signatures of a
    petition; or, with an organisation in place of the cause, those of the organisation, to one or
    all of its causes.

    The output is a sealed file of `frames` frames. Its key is derived from `seed`. `size` (bytes)
    and `sha256` describe the file as downloaded.
    """

    __tablename__ = "export"
    __table_args__ = (
        one_of("kind", KINDS),
        one_of("aim", (*AIMS, SUBSCRIBERS)),
        one_of("state", STATES),
        one_of("error_code", ERROR_CODES),
        CheckConstraint(
            "state != 'ready' or (sha256 != '' and ready_at is not null)", name="ready"
        ),
        CheckConstraint(
            f"(aim = '{SUBSCRIBERS}') = (petition_id is null)"
            f" and (cause_id is not null or aim = '{SUBSCRIBERS}')"
            " and (cause_id is null) <> (organisation_id is null)",
            name="subject",
        ),
        Index("ix_export_petition_id", "petition_id", "id"),
        # File names contain the id, so ids must never be reused.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    petition_id: Mapped[int | None] = mapped_column(ForeignKey("petition.id", ondelete="CASCADE"))
    cause_id: Mapped[int | None] = mapped_column(ForeignKey("cause.id", ondelete="CASCADE"))
    organisation_id: Mapped[int | None] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE")
    )
    organizer_id: Mapped[int] = mapped_column(ForeignKey("organizer.id"))
    kind: Mapped[str] = mapped_column(String(5))
    aim: Mapped[str] = mapped_column(String(12))
    purpose: Mapped[str] = mapped_column(String(500))
    choice: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    error_code: Mapped[str] = mapped_column(String(10), default="")
    total: Mapped[int] = mapped_column(Integer, default=0)
    done: Mapped[int] = mapped_column(Integer, default=0)
    seed: Mapped[bytes] = mapped_column(LargeBinary(16), default=new_seed)
    frames: Mapped[int] = mapped_column(Integer, default=0)
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    sha256: Mapped[str] = mapped_column(String(64), default="")
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    ready_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    organizer: Mapped[Organizer] = relationship(lazy="joined")
    petition: Mapped[Petition | None] = relationship()

    @property
    def file_name(self) -> str:
        """The name of the sealed file."""
        return sealed_name(self.id)

    @property
    def suffix(self) -> str:
        return "zip" if self.kind == "pack" else self.kind

    @property
    def percent(self) -> int:
        return min(100, 100 * self.done // self.total) if self.total else 0


class ExportChoice(Base):
    """What an organizer last chose for a petition and an aim."""

    __tablename__ = "export_choice"

    organizer_id: Mapped[int] = mapped_column(
        ForeignKey("organizer.id", ondelete="CASCADE"), primary_key=True
    )
    petition_id: Mapped[int] = mapped_column(
        ForeignKey("petition.id", ondelete="CASCADE"), primary_key=True
    )
    aim: Mapped[str] = mapped_column(String(8), primary_key=True)
    kind: Mapped[str] = mapped_column(String(5))
    choice: Mapped[dict[str, Any]] = mapped_column(JSON)
