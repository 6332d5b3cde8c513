"""Consent to hear more, and the addresses that are never written to again."""

from datetime import datetime

from sqlalchemy import (
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

from campaign.db.constraints import one_of
from campaign.extensions import RowId, db
from campaign.process.clock import UtcDateTime, utcnow

STATES = ("pending", "active", "ended")
FREQUENCIES = ("each", "weekly")
SOURCES = ("form", "signature", "kiosk", "paper", "import")
# Those that came with a signature; the others were asked for by themselves.
BY_SIGNING = ("signature", "kiosk", "paper")
REASONS = ("complaint", "request", "organizer")

# Partial indexes serve only those queries that repeat their condition to the letter.
ACTIVE = text("state = 'active'")
PENDING = text("state = 'pending'")
WEEKLY = text("state = 'active' and frequency = 'weekly'")
# One subscription for each address and cause; without a cause it is to all, and still only one.
PLACE = text("coalesce(cause_id, 0)")


class Subscription(db.Model):
    """One address's consent to the news of a cause, or of all causes where `cause_id` is None.

    Only an `active` one is written to. `consent_version` and `consent_text` are the very words agreed to, at `consent_at`, through
    `source`; `evidence` says how we know, such as `email` (the owner pressed the button in our letter) or `signature`.
    `signature_id` is the signature that brought it. Of an ended one the address is forgotten after a while, and the rest stays.
    `held_reason` says why a request got no letter. `digest_from` and `digest_at` bound the last weekly letter's news.
    """

    __tablename__ = "subscription"
    __table_args__ = (
        one_of("state", STATES),
        one_of("frequency", FREQUENCIES),
        one_of("source", SOURCES),
        CheckConstraint("state = 'ended' or email is not null", name="email"),
        Index("uq_subscription_address", "email_digest", PLACE, unique=True),
        Index("ix_subscription_active", "id", sqlite_where=ACTIVE, postgresql_where=ACTIVE),
        Index(
            "ix_subscription_pending", "created_at", sqlite_where=PENDING, postgresql_where=PENDING
        ),
        Index("ix_subscription_weekly", "digest_at", sqlite_where=WEEKLY, postgresql_where=WEEKLY),
        Index("ix_subscription_signature_id", "signature_id"),
        Index("ix_subscription_ended_mailing_id", "ended_mailing_id"),
        # Links in mail hold the row's number: that of a forgotten row must never be given to somebody else.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    cause_id: Mapped[int | None] = mapped_column(ForeignKey("cause.id"))
    email: Mapped[str | None] = mapped_column(String(320))
    email_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    lang: Mapped[str] = mapped_column(String(2))
    frequency: Mapped[str] = mapped_column(String(8), default="each")
    state: Mapped[str] = mapped_column(String(8), default="pending")
    source: Mapped[str] = mapped_column(String(12))
    consent_version: Mapped[str] = mapped_column(String(20))
    consent_text: Mapped[str] = mapped_column(Text)
    consent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    evidence: Mapped[str] = mapped_column(String(40), default="")
    signature_id: Mapped[int | None] = mapped_column(RowId)
    held_reason: Mapped[str] = mapped_column(String(40), default="")
    mail_count: Mapped[int] = mapped_column(SmallInteger, default=0)
    mailed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_reason: Mapped[str] = mapped_column(String(20), default="")
    ended_mailing_id: Mapped[int | None] = mapped_column(RowId)
    digest_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    digest_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SuppressedAddress(db.Model):
    """An address that no news is sent to, whatever anybody subscribed it to; kept as a keyed digest only.

    `note` is why an organizer put it here.
    """

    __tablename__ = "suppressed_address"
    __table_args__ = (one_of("reason", REASONS), Index("ix_suppressed_address_since", "since"))

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    reason: Mapped[str] = mapped_column(String(12))
    note: Mapped[str] = mapped_column(String(300), default="", server_default="")
    since: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
