"""The activity log: what organizers saw and did."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.accounts.models import Organizer
from campaign.extensions import Base, RowId, one_of
from campaign.process.clock import UtcDateTime, utcnow

CHANNELS = ("web", "command", "worker", "api", "kiosk")


class AuditEntry(Base):
    """Who did what, when, why, from where, and to which thing of which cause.

    Database triggers refuse any change of a row. `organizer_id` is empty for commands, the worker
    and unknown people. `details` holds plain values without supporters' personal data. `address` is
    the IP address, shortened to its network.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        one_of("channel", CHANNELS),
        Index("ix_audit_entry_cause_id", "cause_id", "id"),
        Index("ix_audit_entry_organizer_id", "organizer_id", "id"),
        Index("ix_audit_entry_action", "action", "id"),
        Index("ix_audit_entry_subject", "subject_kind", "subject_id", "id"),
        Index("ix_audit_entry_at", "at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    organizer_id: Mapped[int | None] = mapped_column(ForeignKey("organizer.id"))
    channel: Mapped[str] = mapped_column(String(8))
    address: Mapped[str] = mapped_column(String(45), default="")
    action: Mapped[str] = mapped_column(String(40))
    subject_kind: Mapped[str] = mapped_column(String(20), default="")
    subject_id: Mapped[int | None] = mapped_column(BigInteger)
    cause_id: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(500), default="")
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    organizer: Mapped[Organizer | None] = relationship(lazy="joined")


class AccountAlert(Base):
    """One organizer who gets an email about one audit event."""

    __tablename__ = "account_alert"
    __table_args__ = (Index("uq_account_alert", "entry_id", "organizer_id", unique=True),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    organizer_id: Mapped[int] = mapped_column(
        ForeignKey("organizer.id", ondelete="CASCADE"), index=True
    )
    entry_id: Mapped[int] = mapped_column(ForeignKey("audit_entry.id"))

    organizer: Mapped[Organizer] = relationship(lazy="joined")
    entry: Mapped[AuditEntry] = relationship(lazy="joined")
