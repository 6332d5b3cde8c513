"""Kiosks: paired devices at tables, with their records, shifts, codes and keys."""

from datetime import datetime, timedelta

from sqlalchemy import (
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.events.models import Event
from campaign.extensions import Base, RowId
from campaign.notices.models import NOT_RECORDED
from campaign.process.clock import UtcDateTime, utcnow

# An online tablet reports every minute, and one report may get lost.
ONLINE_WITHIN = timedelta(minutes=3)
# After this time without a report, we alert the owners about a tablet that holds signatures.
SILENT_AFTER = timedelta(hours=2)
STATUSES = ("stored", "review")
REASONS = (
    *("duplicate", "closed", "unknown_petition", "other_petition", "invalid"),
    *("quota", "revoked", "expired", "late", "unreadable"),
)
# A partial index serves only queries that repeat its condition exactly, so both use a constant.
IN_REVIEW = text("status = 'review'")
HAS_DRAWING = text("drawing != ''")


class Kiosk(Base):
    """A paired device, which can only sign at its event and sync.

    `uuid` is its public name, and `secret_digest` the digest of the secret that it was given once.
    Signatures collected after `expires_at`, and everything received after `revoked_at`, are held
    for review.

    `waiting`, `oldest_at`, `last_sequence`, `battery` and `app` are from its last report. `waiting`
    excludes the records that came with that report. At `silence_notified_at`, we alerted the owners
    of its cause to its silence. Its next report clears that. `key_id` is the newest key that its
    records were sealed to, since `key_since`. At `emptied_at` it last had nothing left to send.
    `signatures.kiosk_id` points here.
    """

    __tablename__ = "kiosk"
    __table_args__ = (
        UniqueConstraint("uuid"),
        CheckConstraint("battery is null or battery between 0 and 1", name="battery"),
        CheckConstraint("waiting >= 0", name="waiting"),
        Index("ix_kiosk_event_id", "event_id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    uuid: Mapped[str] = mapped_column(String(36))
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    name: Mapped[str] = mapped_column(String(60))
    secret_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    paired_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    app: Mapped[str] = mapped_column(String(20), default="")
    battery: Mapped[float | None] = mapped_column(Float)
    waiting: Mapped[int] = mapped_column(Integer, default=0)
    oldest_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_sequence: Mapped[int] = mapped_column(Integer, default=0)
    emptied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    silence_notified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    key_id: Mapped[int | None] = mapped_column(ForeignKey("kiosk_key.id"))
    key_since: Mapped[datetime | None] = mapped_column(UtcDateTime)

    event: Mapped[Event] = relationship()

    @property
    def cause_id(self) -> int:
        return self.event.cause_id

    def is_expired(self, now: datetime) -> bool:
        return now >= self.expires_at

    def is_silent(self, now: datetime) -> bool:
        """Return whether it reported unsent signatures and has not reported for SILENT_AFTER."""
        return (
            self.waiting > 0
            and self.last_seen_at is not None
            and now - self.last_seen_at >= SILENT_AFTER
        )

    def state(self, now: datetime) -> str:
        """Return `revoked`, `expired`, `new` (never seen), `online` or `away`."""
        if self.revoked_at:
            return "revoked"
        if self.is_expired(now):
            return "expired"
        if self.last_seen_at is None:
            return "new"
        return "online" if now - self.last_seen_at <= ONLINE_WITHIN else "away"


class PairingCode(Base):
    """A code that pairs one device, once, before `expires_at`.

    The code is derived from `seed` and SECRET_KEY. So it can be shown again while it is valid, but
    the database alone does not reveal it. `digest` is for looking it up.
    """

    __tablename__ = "kiosk_pairing_code"
    __table_args__ = (
        UniqueConstraint("digest"),
        Index("ix_kiosk_pairing_code_event_id", "event_id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    name: Mapped[str] = mapped_column(String(60), default="")
    seed: Mapped[bytes] = mapped_column(LargeBinary(16))
    digest: Mapped[bytes] = mapped_column(LargeBinary(16))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    kiosk_id: Mapped[int | None] = mapped_column(ForeignKey("kiosk.id"))

    event: Mapped[Event] = relationship()

    @property
    def cause_id(self) -> int:
        return self.event.cause_id


class StaffPin(Base):
    """The six-digit PIN of an event's tablets, as PBKDF2-HMAC-SHA256, which the tablets verify."""

    __tablename__ = "kiosk_staff_pin"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    iterations: Mapped[int] = mapped_column(Integer)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)


class TableCode(Base):
    """The short URL of a table, `/t/<code>`, where people sign on their own phones.

    It belongs to one kiosk, or to the whole event.
    """

    __tablename__ = "kiosk_table_code"
    __table_args__ = (
        Index("ix_kiosk_table_code_event_id", "event_id"),
        UniqueConstraint("kiosk_id"),
    )

    code: Mapped[str] = mapped_column(String(6), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    kiosk_id: Mapped[int | None] = mapped_column(ForeignKey("kiosk.id"))


class KioskKey(Base):
    """A key pair that tablets seal to. The private key is encrypted under SECRET_KEY.

    Only this server can read the private key. Tablets get the newest key without `retired_at`.
    Others are kept as long as a tablet may hold data sealed to them.
    """

    __tablename__ = "kiosk_key"
    __table_args__ = (UniqueConstraint("uuid"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    uuid: Mapped[str] = mapped_column(String(36))
    public: Mapped[bytes] = mapped_column(LargeBinary(32))
    sealed_private: Mapped[bytes] = mapped_column(LargeBinary(80))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Shift(Base):
    """One tabler's time at a kiosk, and the tally at handover, as reported by the tablet."""

    __tablename__ = "kiosk_shift"
    __table_args__ = (UniqueConstraint("kiosk_id", "uuid"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    kiosk_id: Mapped[int] = mapped_column(ForeignKey("kiosk.id"))
    uuid: Mapped[str] = mapped_column(String(36))
    tabler: Mapped[str] = mapped_column(String(80), default="")
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tally: Mapped[int] = mapped_column(Integer, default=0)


class KioskRecord(Base):
    """One signature sent by a kiosk, with the receipt for it and the resulting Signature.

    `uuid` and `sequence` come from the device. `claimed_at` is when the device says it was signed,
    and `signed_at` is that time limited to plausible values. Records in review keep their `sealed`
    content until an organizer decides. It is unreadable without the key. `drawing` is the path of a
    drawn signature. `petition_id` is None if the record could not be read.
    """

    __tablename__ = "kiosk_record"
    __table_args__ = (
        UniqueConstraint("kiosk_id", "uuid"),
        CheckConstraint(f"status in {STATUSES}", name="status"),
        CheckConstraint("status = 'review' or reason = ''", name="reason"),
        CheckConstraint("status = 'review' or sealed is null", name="sealed"),
        Index("ix_kiosk_record_sequence", "kiosk_id", "sequence"),
        Index("ix_kiosk_record_signed_at", "kiosk_id", "signed_at"),
        Index("ix_kiosk_record_signature_id", "signature_id"),
        Index("ix_kiosk_record_shift_id", "shift_id"),
        Index(
            "ix_kiosk_record_drawing", "id", sqlite_where=HAS_DRAWING, postgresql_where=HAS_DRAWING
        ),
        Index(
            "ix_kiosk_record_in_review",
            "kiosk_id",
            "id",
            sqlite_where=IN_REVIEW,
            postgresql_where=IN_REVIEW,
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    kiosk_id: Mapped[int] = mapped_column(ForeignKey("kiosk.id"))
    uuid: Mapped[str] = mapped_column(String(36))
    sequence: Mapped[int] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(String(20), default="")
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    petition_id: Mapped[int | None] = mapped_column(ForeignKey("petition.id"))
    signature_id: Mapped[int | None] = mapped_column(
        ForeignKey("signature.id", ondelete="SET NULL")
    )
    shift_id: Mapped[int | None] = mapped_column(ForeignKey("kiosk_shift.id"))
    key: Mapped[str] = mapped_column(String(36), default="")
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    consent: Mapped[str] = mapped_column(String(10), default="")
    notice_id: Mapped[int] = mapped_column(
        ForeignKey("notice.id"), default=NOT_RECORDED, server_default=str(NOT_RECORDED)
    )
    drawing: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    kiosk: Mapped[Kiosk] = relationship()

    @property
    def cause_id(self) -> int:
        return self.kiosk.cause_id
