"""Kiosks: paired devices at a table, what they sent, who staffed them, and by what all this is kept safe."""

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
from campaign.extensions import RowId, db
from campaign.process.clock import UtcDateTime, utcnow

# A tablet with a network tells of itself every minute; one may get lost.
ONLINE = timedelta(minutes=3)
# A tablet that holds signatures and has not reported for so long is looked for.
SILENT = timedelta(hours=2)
STATUSES = ("stored", "review")
REASONS = (
    *("duplicate", "closed", "unknown_petition", "other_petition", "invalid"),
    *("quota", "revoked", "expired", "late", "unreadable"),
)
# Partial indexes serve only those queries that repeat their condition to the letter, so both take it from here.
IN_REVIEW = text("status = 'review'")
DRAWN = text("drawn != ''")


class Kiosk(db.Model):
    """A paired device; it may only sign for its event, and sync.

    `uuid` is its public name, `secret_digest` the digest of the secret that it was given once. What it collects after
    `expires_at`, and whatever arrives after `revoked_at`, is kept for review. `waiting`, `oldest_at`, `last_sequence`, `battery` and
    `app` are what it last told of itself, `waiting` without what its last message brought. About its silence somebody was told at
    `silence_told_at`, which ends with its next message. `key_id` is the key that it was last told to seal with, since `key_since`; at
    `emptied_at` it last had nothing left to send. `signatures.kiosk_id` points here.
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
    silence_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    key_id: Mapped[int | None] = mapped_column(ForeignKey("kiosk_key.id"))
    key_since: Mapped[datetime | None] = mapped_column(UtcDateTime)

    event: Mapped[Event] = relationship()

    @property
    def cause_id(self):
        return self.event.cause_id

    def is_expired(self, now):
        return now >= self.expires_at

    def is_silent(self, now):
        """Return whether it holds signatures, as far as it has told, and was not heard of for long."""
        return (
            self.waiting > 0 and self.last_seen_at is not None and now - self.last_seen_at >= SILENT
        )

    def state(self, now):
        """Return `revoked`, `expired`, `new` (never seen), `online` or `away`."""
        if self.revoked_at:
            return "revoked"
        if self.is_expired(now):
            return "expired"
        if self.last_seen_at is None:
            return "new"
        return "online" if now - self.last_seen_at <= ONLINE else "away"


class PairingCode(db.Model):
    """A code that pairs one device, once, before `expires_at`.

    The code follows from `seed` and SECRET_KEY, so that it can be shown again while it is good and the database alone opens
    nothing; `digest` finds it.
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
    def cause_id(self):
        return self.event.cause_id


class StaffPin(db.Model):
    """The PIN of an event's tablets: six digits, kept as PBKDF2-HMAC-SHA256, which the tablets compare by themselves."""

    __tablename__ = "kiosk_staff_pin"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    iterations: Mapped[int] = mapped_column(Integer)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)


class TableCode(db.Model):
    """The short address of a table, `/t/<code>`, by which people sign on their own phones; of a kiosk, or of all the event's."""

    __tablename__ = "kiosk_table_code"
    __table_args__ = (
        Index("ix_kiosk_table_code_event_id", "event_id"),
        UniqueConstraint("kiosk_id"),
    )

    code: Mapped[str] = mapped_column(String(6), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    kiosk_id: Mapped[int | None] = mapped_column(ForeignKey("kiosk.id"))


class KioskKey(db.Model):
    """A key pair to which tablets seal; the private half is encrypted under SECRET_KEY, and is read by this server alone.

    The newest without `retired_at` is handed out. Others stay as long as a tablet may hold what was sealed to them.
    """

    __tablename__ = "kiosk_key"
    __table_args__ = (UniqueConstraint("uuid"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    uuid: Mapped[str] = mapped_column(String(36))
    public: Mapped[bytes] = mapped_column(LargeBinary(32))
    sealed_private: Mapped[bytes] = mapped_column(LargeBinary(80))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Shift(db.Model):
    """One tabler's time at a kiosk, and the tally that they handed over, as the tablet told it."""

    __tablename__ = "kiosk_shift"
    __table_args__ = (UniqueConstraint("kiosk_id", "uuid"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    kiosk_id: Mapped[int] = mapped_column(ForeignKey("kiosk.id"))
    uuid: Mapped[str] = mapped_column(String(36))
    tabler: Mapped[str] = mapped_column(String(80), default="")
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tally: Mapped[int] = mapped_column(Integer, default=0)


class KioskRecord(db.Model):
    """One signature that a kiosk sent: the receipt that it got, and the signature that came of it.

    `uuid` and `sequence` are the device's. `claimed_at` is when the device says it was signed, `signed_at` that brought into what can
    be true. What is in review keeps its `sealed` form until an organizer has decided; nothing of it is readable without a key.
    `drawn` is the path of a drawn signature. `petition_id` is unknown of what could not be read.
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
        Index("ix_kiosk_record_drawn", "id", sqlite_where=DRAWN, postgresql_where=DRAWN),
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
    drawn: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    kiosk: Mapped[Kiosk] = relationship()

    @property
    def cause_id(self):
        return self.kiosk.cause_id
