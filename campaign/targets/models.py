"""Tables of the targets that an organisation knows: people and bodies, and how to reach them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.db.versioned import VersionedParts
from campaign.extensions import Base, RowId, one_of
from campaign.process.clock import UtcDateTime, utcnow

TARGET_KINDS = ("person", "body")
EMAIL_STATUSES = ("unknown", "good", "bounced", "asked_not")


class TargetProfile(VersionedParts, Base):
    """A person or body who can be asked to act. All actions of its organisation share it.

    `names`, `honorifics`, `salutations` (such as "Dear Senator Vela"), `offices` and `bodies` map a
    language to a text. `area` is what it represents: an OCD division id or an own code. `telephones`
    are dicts of `number` and `note`. `external_id` identifies it in the file that it came from.
    It acts from `valid_from` until `valid_until`, both days included; None means without limit.
    """

    __tablename__ = "target_profile"
    kind = "target"
    __table_args__ = (
        one_of("target_kind", TARGET_KINDS),
        CheckConstraint(
            "valid_until is null or valid_from is null or valid_until >= valid_from",
            name="validity",
        ),
        Index("ix_target_profile_organisation_id", "organisation_id", "area"),
        Index(
            "uq_target_profile_external_id",
            "organisation_id",
            "external_id",
            unique=True,
            sqlite_where=text("external_id != ''"),
            postgresql_where=text("external_id != ''"),
        ),
        # Letters name their target by its id, so an id must never be given to another one.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    external_id: Mapped[str] = mapped_column(String(200), default="")
    target_kind: Mapped[str] = mapped_column(String(8), default="person")
    names: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    honorifics: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    salutations: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    offices: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    bodies: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    party: Mapped[str] = mapped_column(String(120), default="")
    area: Mapped[str] = mapped_column(String(200), default="")
    area_names: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    time_zone: Mapped[str] = mapped_column(String(40), default="")
    contact_form: Mapped[str] = mapped_column(String(500), default="")
    telephones: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    postal_address: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(String(500), default="")
    checked_on: Mapped[date | None] = mapped_column(Date)
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)

    emails: Mapped[list["TargetEmail"]] = relationship(
        order_by="TargetEmail.position", cascade="all, delete-orphan"
    )


class TargetEmail(Base):
    """An email address of a target, and whether letters may be sent to it."""

    __tablename__ = "target_email"
    __table_args__ = (
        UniqueConstraint("profile_id", "address"),
        one_of("status", EMAIL_STATUSES),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    profile_id: Mapped[int] = mapped_column(ForeignKey("target_profile.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer, default=0)
    address: Mapped[str] = mapped_column(String(254))
    status: Mapped[str] = mapped_column(String(12), default="unknown")
    status_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AreaCode(Base):
    """A postal code, or its first characters, and an area that it lies in, from an organizer's file.

    A code that lies in several areas has several rows.
    """

    __tablename__ = "area_code"

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    country: Mapped[str] = mapped_column(String(2), primary_key=True)
    prefix: Mapped[str] = mapped_column(String(16), primary_key=True)
    area: Mapped[str] = mapped_column(String(200), primary_key=True)


class TargetImport(Base):
    """An imported file of targets. `changes` hold what it changed, so that it can be undone."""

    __tablename__ = "target_import"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    organizer_id: Mapped[int | None] = mapped_column(ForeignKey("organizer.id"))
    file_name: Mapped[str] = mapped_column(String(200))
    changes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
