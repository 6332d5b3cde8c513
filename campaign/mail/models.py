"""The outbox, and addresses that accept no email."""

from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import BigInteger, Index, LargeBinary, Row, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from campaign.extensions import Base, RowId, one_of
from campaign.process.clock import UtcDateTime, utcnow

STATES = ("owed", "sent", "dropped", "failed")

# The database uses a partial index only for queries that repeat its condition exactly.
IS_QUEUED = text("state = 'owed'")
HAS_FAILED = text("state in ('failed', 'dropped')")

# An email about an organizer's account goes first, because without it they may be locked out. One
# that a supporter is waiting for goes before a mailing to many. Letters to targets go last: they
# have days to arrive, and must delay no request to confirm.
ACCOUNT, PERSONAL, BULK, LETTERS = -1, 0, 1, 2

# This many reports stop all emails to an address. A single report stops only bulk email.
MAX_REPORTS = 2

# A claimed row of the outbox, with all columns.
OutboxRow: TypeAlias = Row[*tuple[Any, ...]]


class OutboxMessage(Base):
    """One email to send: only what it is about, never its recipient or content.

    It is written in the transaction that causes the email. Once `due_at` has passed, a worker
    claims it until `locked_until`. The worker asks the package that queued it to render it, and
    sends it to the mail server. If the worker dies, the row is claimed again when its lock ends.
    """

    __tablename__ = "outbox_message"
    __table_args__ = (
        one_of("state", STATES),
        Index(
            "ix_outbox_message_due",
            "priority",
            "due_at",
            sqlite_where=IS_QUEUED,
            postgresql_where=IS_QUEUED,
        ),
        Index(
            "ix_outbox_message_troubled",
            "kind",
            "subject_id",
            sqlite_where=HAS_FAILED,
            postgresql_where=HAS_FAILED,
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int] = mapped_column(BigInteger)
    lang: Mapped[str] = mapped_column(String(35))
    priority: Mapped[int] = mapped_column(SmallInteger, default=PERSONAL, server_default="0")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(8), default="owed")
    last_error: Mapped[str] = mapped_column(String(200), default="")
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class UndeliverableAddress(Base):
    """An address that its own server reported as permanently wrong, kept only as a keyed digest.

    `reports` counts the reports, up to MAX_REPORTS. `message` names the email that the first report
    by email was about.
    """

    __tablename__ = "undeliverable_address"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    reason: Mapped[str] = mapped_column(String(200))
    since: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    reports: Mapped[int] = mapped_column(SmallInteger, default=MAX_REPORTS, server_default="2")
    message: Mapped[str] = mapped_column(String(32), default="", server_default="")
