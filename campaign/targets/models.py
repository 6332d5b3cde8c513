"""Tables of the targets that an organisation knows: people and bodies, and how to reach them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.db.versioned import VersionedParts
from campaign.extensions import Base, RowId, one_of
from campaign.process.clock import UtcDateTime, utcnow

TARGET_KINDS = ("person", "body")
# A status later in this order replaces an earlier one, whatever is learned afterwards.
EMAIL_STATUSES = ("unknown", "good", "bounced", "asked_not")
# Nothing is sent to an address with one of these.
REFUSED_STATUSES = ("bounced", "asked_not")
IMPORT_KINDS = ("targets", "areas")
IMPORT_STATES = ("checked", "imported", "undone")


def address_key(address: str) -> str:
    """Return the same text for all spellings of an email address."""
    return address.strip().lower()


def _key_of_row(context: Any) -> str:
    return address_key(context.get_current_parameters()["address"])


class TargetProfile(VersionedParts, Base):
    """A person or body who can be asked to act. All actions of its organisation share it.

    `names`, `honorifics`, `salutations` (such as "Dear Senator Vela"), `offices` and `bodies` map a
    language to a text. `area` is what it represents: an OCD division id or an own code.
    `telephones` are dicts of `number` and `note`. `external_id` identifies it in the file that it
    came from. It acts from `valid_from` until `valid_until`, both days included. None means without
    limit.

    `search_text` holds its names, offices, bodies, party and area as `search_key` makes them.
    `removed_at` is when an organizer removed it. Its contact data is erased later, at `erased_at`.
    Edited in parts: `about` and `contact`.
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
    search_text: Mapped[str] = mapped_column(Text, default="")
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)

    emails: Mapped[list["TargetEmail"]] = relationship(
        order_by="TargetEmail.position, TargetEmail.id", cascade="all, delete-orphan"
    )

    @property
    def listed_emails(self) -> list["TargetEmail"]:
        """Return the addresses that organizers list, in their order."""
        return [email for email in self.emails if email.is_listed]

    @property
    def usable_address(self) -> str | None:
        """Return the address that letters are sent to, or None.

        One that is known to work comes before one that is not.
        """
        usable = [email for email in self.listed_emails if email.status not in REFUSED_STATUSES]
        good = [email for email in usable if email.status == "good"]
        return (good or usable)[0].address if usable else None

    def is_valid_on(self, day: date) -> bool:
        """Return whether it acts on this day, and was not removed."""
        return (
            self.removed_at is None
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_until is None or day <= self.valid_until)
        )


class TargetEmail(Base):
    """An email address of a target, and whether letters may be sent to it.

    `address_key` is the same for all spellings of the address. Some addresses bounced, or their
    owners asked us not to write. They stay in the table when organizers remove them from the list
    (`is_listed`), so that they have the same status when they are added again.
    """

    __tablename__ = "target_email"
    __table_args__ = (
        UniqueConstraint("profile_id", "address_key"),
        one_of("status", EMAIL_STATUSES),
        Index("ix_target_email_address_key", "address_key"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    profile_id: Mapped[int] = mapped_column(ForeignKey("target_profile.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer, default=0)
    address: Mapped[str] = mapped_column(String(254))
    address_key: Mapped[str] = mapped_column(String(254), default=_key_of_row)
    is_listed: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    status: Mapped[str] = mapped_column(String(12), default="unknown")
    status_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AreaCode(Base):
    """A postal code, or its first characters, and an area that it belongs to.

    They come from an organizer's file. `prefix` has no spaces. A code in several areas has several
    rows.
    """

    __tablename__ = "area_code"

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    country: Mapped[str] = mapped_column(String(2), primary_key=True)
    prefix: Mapped[str] = mapped_column(String(16), primary_key=True)
    area: Mapped[str] = mapped_column(String(200), primary_key=True)
    area_name: Mapped[str] = mapped_column(String(200), default="")


class TargetImport(Base):
    """A file of targets, or of postal codes and their areas, that was checked and maybe imported.

    `content` is the file until it is imported. `counts` says how many entries are "added",
    "changed" and "same", and how many match a "removed" target. `preview` holds some of them.
    `changes` hold what it changed, so that it can be undone. They are None when that is over.
    """

    __tablename__ = "target_import"
    __table_args__ = (
        one_of("kind", IMPORT_KINDS),
        one_of("state", IMPORT_STATES),
        Index("ix_target_import_organisation_id", "organisation_id", "id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    organizer_id: Mapped[int | None] = mapped_column(ForeignKey("organizer.id"))
    kind: Mapped[str] = mapped_column(String(8), default="targets")
    state: Mapped[str] = mapped_column(String(8), default="checked")
    file_name: Mapped[str] = mapped_column(String(200))
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    preview: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    changes: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), deferred=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    imported_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
