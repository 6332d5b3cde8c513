"""Tables of a mailing: an update that is emailed to subscribers, and who got it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.extensions import Base, RowId
from campaign.mail.bulk.models import BulkEmail, BulkReceipt
from campaign.process.clock import UtcDateTime, utcnow
from campaign.updates.models import Update


class Mailing(BulkEmail, Base):
    """The mailing of one update. There is at most one, so that nobody gets it twice.

    Its readers are subscriptions, from `starts_at` on. `langs` and `kinds` (`subscribers`,
    `signers`) choose among them, and empty means all. `per_minute` limits how many emails are
    queued in a minute. 0 is no limit.
    """

    __tablename__ = "mailing"
    __table_args__ = (
        CheckConstraint(
            "state in ('planned', 'sending', 'paused', 'stopped', 'done')", name="state"
        ),
        CheckConstraint("per_minute >= 0", name="per_minute"),
        Index("uq_mailing_update_id", "update_id", unique=True),
    )

    update_id: Mapped[int] = mapped_column(ForeignKey("campaign_update.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(12), default="planned")
    langs: Mapped[list[Any]] = mapped_column(JSON, default=list)
    kinds: Mapped[list[Any]] = mapped_column(JSON, default=list)
    per_minute: Mapped[int] = mapped_column(Integer, default=0)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)

    update: Mapped[Update] = relationship()

    @property
    def is_unbegun(self) -> bool:
        """Whether no email is queued yet, so the mailing can be moved, changed or cancelled."""
        return self.state in ("planned", "paused") and not self.reached_id


class MailingReceipt(BulkReceipt, Base):
    """An email of a mailing to one subscriber. The reader is a subscription."""

    __tablename__ = "mailing_receipt"
    __table_args__ = (
        Index("uq_mailing_receipt_subscription", "mailing_id", "subscription_id", unique=True),
        Index("uq_mailing_receipt_address", "mailing_id", "email_digest", unique=True),
        {"sqlite_autoincrement": True},
    )

    bulk_email_id: Mapped[int] = mapped_column(
        "mailing_id", ForeignKey("mailing.id", ondelete="CASCADE")
    )
    reader_id: Mapped[int] = mapped_column("subscription_id", RowId)
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime)
