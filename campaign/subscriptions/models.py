"""Consent to get news, and the addresses that never get news."""

from datetime import datetime
from typing import TypedDict

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from campaign.extensions import Base, RowId, one_of
from campaign.notices.models import NOT_RECORDED
from campaign.process.clock import UtcDateTime, utcnow

STATES = ("pending", "active", "ended")
FREQUENCIES = ("each", "weekly")
SOURCES = ("form", "signature", "kiosk", "paper", "import")
# Sources that came with a signature. With the others, people asked for news separately.
BY_SIGNING = ("signature", "kiosk", "paper")
REASONS = ("complaint", "request", "organizer")

# The database uses partial indexes only for queries that repeat their condition exactly.
ACTIVE = text("state = 'active'")
PENDING = text("state = 'pending'")
IMPORTED = text("import_id is not null")
WEEKLY = text("state = 'active' and frequency = 'weekly'")
# One subscription per address and cause, and one to all causes of an organisation. Their ids are
# positive, so the two cannot meet.
SCOPE = text("coalesce(cause_id, -organisation_id)")


class SubscriptionScope(TypedDict):
    """What a subscription is to: one of the two is set, as in `Subscription`."""

    cause_id: int | None
    organisation_id: int | None


class Subscription(Base):
    """One address's consent to the news of one cause, or of all causes of one organisation.

    A row has either `cause_id` or `organisation_id`, so each consent is to one organisation. Only
    `active` subscriptions get news. What the person agreed to and when is in the table `consent`.
    `source` is where they asked, `notice_id` the privacy notice that they saw there.
    `evidence` says how we know, such as `email` (the subscriber pressed the button in our email) or
    `signature`. `signature_id` is the signature that created it, and `import_id` the import of a
    list. After a while an ended subscription loses its address, and the rest stays.
    `held_reason` says why a request got no email. `digest_from` and `digest_at` are the start and
    end of the last weekly email's news.
    """

    __tablename__ = "subscription"
    __table_args__ = (
        one_of("state", STATES),
        one_of("frequency", FREQUENCIES),
        one_of("source", SOURCES),
        CheckConstraint("state = 'ended' or email is not null", name="email"),
        CheckConstraint("(cause_id is null) <> (organisation_id is null)", name="place"),
        Index("uq_subscription_address", "email_digest", SCOPE, unique=True),
        Index("ix_subscription_active", "id", sqlite_where=ACTIVE, postgresql_where=ACTIVE),
        Index(
            "ix_subscription_pending", "created_at", sqlite_where=PENDING, postgresql_where=PENDING
        ),
        Index("ix_subscription_weekly", "digest_at", sqlite_where=WEEKLY, postgresql_where=WEEKLY),
        Index("ix_subscription_signature_id", "signature_id"),
        # An import is undone in the order of the ids.
        Index(
            "ix_subscription_import_id",
            "import_id",
            "id",
            sqlite_where=IMPORTED,
            postgresql_where=IMPORTED,
        ),
        Index("ix_subscription_ended_mailing_id", "ended_mailing_id"),
        # Links in emails contain the row's id, so the id of a deleted row must never be reused.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    cause_id: Mapped[int | None] = mapped_column(ForeignKey("cause.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    email: Mapped[str | None] = mapped_column(String(320))
    email_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    lang: Mapped[str] = mapped_column(String(35))
    frequency: Mapped[str] = mapped_column(String(8), default="each")
    state: Mapped[str] = mapped_column(String(8), default="pending")
    source: Mapped[str] = mapped_column(String(12))
    notice_id: Mapped[int] = mapped_column(
        ForeignKey("notice.id"), default=NOT_RECORDED, server_default=str(NOT_RECORDED)
    )
    evidence: Mapped[str] = mapped_column(String(40), default="")
    signature_id: Mapped[int | None] = mapped_column(RowId)
    import_id: Mapped[int | None] = mapped_column(RowId)
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


class SuppressedAddress(Base):
    """An address that never gets news, no matter who subscribes it. Only its digest is kept.

    `note` is why an organizer added it.
    """

    __tablename__ = "suppressed_address"
    __table_args__ = (one_of("reason", REASONS), Index("ix_suppressed_address_since", "since"))

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    reason: Mapped[str] = mapped_column(String(12))
    note: Mapped[str] = mapped_column(String(300), default="", server_default="")
    since: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
