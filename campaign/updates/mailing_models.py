"""Tables of a mailing: an update on its way to subscribers, and who has got it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.extensions import Base, RowId
from campaign.process.clock import UtcDateTime, utcnow
from campaign.updates.models import Update

RUNNING = ("planned", "sending")
UNFINISHED = (*RUNNING, "paused")


class Mailing(Base):
    """The mailing of one update. There is at most one, so that nobody gets it twice.

    From `starts_at` on, its job goes through the subscriptions in the order of their ids.
    `reached_id` is the last one it handled. `langs` and `kinds` (`subscribers`, `signers`) choose
    among them, and empty means all. `per_minute` limits how many emails are queued in a minute. 0
    is no limit.

    `counts` is the final report. It is saved because the outbox is swept.
    """

    __tablename__ = "mailing"
    __table_args__ = (
        CheckConstraint(
            "state in ('planned', 'sending', 'paused', 'stopped', 'done')", name="state"
        ),
        CheckConstraint("per_minute >= 0", name="per_minute"),
        Index("uq_mailing_update_id", "update_id", unique=True),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    update_id: Mapped[int] = mapped_column(ForeignKey("campaign_update.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(12), default="planned")
    langs: Mapped[list[Any]] = mapped_column(JSON, default=list)
    kinds: Mapped[list[Any]] = mapped_column(JSON, default=list)
    per_minute: Mapped[int] = mapped_column(Integer, default=0)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reached_id: Mapped[int] = mapped_column(RowId, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    update: Mapped[Update] = relationship()

    @property
    def is_unbegun(self) -> bool:
        """Whether no email is queued yet, so the mailing can be moved, changed or cancelled."""
        return self.state in ("planned", "paused") and not self.reached_id


class MailingReceipt(Base):
    """An email of a mailing to one subscriber, at most one for each address.

    It is written in the transaction that enqueues the email. It keeps only the id of the
    subscription, so it outlives the subscription.
    """

    __tablename__ = "mailing_receipt"
    __table_args__ = (
        Index("uq_mailing_receipt_subscription", "mailing_id", "subscription_id", unique=True),
        Index("uq_mailing_receipt_address", "mailing_id", "email_digest", unique=True),
        # Queued emails contain a receipt's id, so ids must never be reused.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id", ondelete="CASCADE"))
    subscription_id: Mapped[int] = mapped_column(RowId)
    email_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime)
