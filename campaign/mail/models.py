"""Mail that is owed, and addresses that take none."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, LargeBinary, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from campaign.db.constraints import one_of
from campaign.extensions import RowId, db
from campaign.process.clock import UtcDateTime, utcnow

STATES = ("owed", "sent", "dropped", "failed")

# A partial index serves only those queries that repeat its condition to the letter.
OWED = text("state = 'owed'")
TROUBLED = text("state in ('failed', 'dropped')")

# What one person waits for goes before what many people get.
PERSONAL, BULK = 0, 1

# So many stop all emails to an address; a single one stops those that many people get.
MAX_REPORTS = 2


class OutboxMessage(db.Model):
    """One mail that somebody is to get: only what it is about, never to whom nor what it says.

    Written in the transaction that causes the mail. Once `due_at` has passed the worker claims it until `locked_until`,
    asks the room that owes it for its words and hands it to the mail server. A row whose worker died is
    claimed again when its lock ends.
    """

    __tablename__ = "owed_message"
    __table_args__ = (
        one_of("state", STATES),
        Index(
            "ix_owed_message_due", "priority", "due_at", sqlite_where=OWED, postgresql_where=OWED
        ),
        Index(
            "ix_owed_message_troubled",
            "kind",
            "subject_id",
            sqlite_where=TROUBLED,
            postgresql_where=TROUBLED,
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int] = mapped_column(BigInteger)
    lang: Mapped[str] = mapped_column(String(2))
    priority: Mapped[int] = mapped_column(SmallInteger, default=PERSONAL, server_default="0")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(8), default="owed")
    last_error: Mapped[str] = mapped_column(String(200), default="")
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class UndeliverableAddress(db.Model):
    """An address that its own mail server has called wrong for good, kept as a keyed digest only.

    `reports` counts what says so, up to MAX_REPORTS; `message` names the message of the first report that came by email.
    """

    __tablename__ = "undeliverable_address"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    reason: Mapped[str] = mapped_column(String(200))
    since: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    reports: Mapped[int] = mapped_column(SmallInteger, default=MAX_REPORTS, server_default="2")
    message: Mapped[str] = mapped_column(String(32), default="", server_default="")
