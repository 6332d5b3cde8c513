"""Changes of an email address: from one mailbox to another, confirmed by the new one."""

from datetime import datetime

from sqlalchemy import Boolean, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from campaign.extensions import Base, RowId, one_of
from campaign.mailboxes.parts import Mailbox
from campaign.process.clock import UtcDateTime, utcnow

STATES = ("requested", "waiting", "done", "stopped", "refused", "replaced", "expired")

# The database uses a partial index only for queries that repeat its condition exactly.
WAITING = text("state = 'waiting'")


class AddressChange(Base):
    """A request to move everything of one mailbox to another.

    It is `requested` until the new mailbox confirms it, then `waiting` until `takes_effect_at`.
    That is set once the notice to the old mailbox was sent, whose row in the outbox is `notice_id`.
    In that time the old mailbox may agree, which sets `takes_effect_at` to now, or object: then it
    is `stopped`. After an objection, the next one `needs_agreement`: it has no `takes_effect_at`
    until the old mailbox agrees.

    The other states are ends, with `ended_at`. The new mailbox `refused` it, a later request
    `replaced` it, or it `expired`. A while after its end, the row is deleted.
    """

    __tablename__ = "address_change"
    __table_args__ = (
        one_of("state", STATES),
        Index("ix_address_change_old_digest", "old_digest"),
        Index("ix_address_change_new_digest", "new_digest"),
        Index(
            "ix_address_change_waiting",
            "takes_effect_at",
            sqlite_where=WAITING,
            postgresql_where=WAITING,
        ),
        # Links in emails contain the row's id, so the id of a deleted row must never be reused.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    state: Mapped[str] = mapped_column(String(12), default="requested")
    lang: Mapped[str] = mapped_column(String(35))
    old_email: Mapped[str] = mapped_column(String(320))
    old_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    new_email: Mapped[str] = mapped_column(String(320))
    new_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    needs_agreement: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    notice_id: Mapped[int | None] = mapped_column(RowId)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    takes_effect_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def old(self) -> Mailbox:
        """Return the mailbox that everything belongs to now."""
        return Mailbox(self.old_email, self.old_digest)

    @property
    def new(self) -> Mailbox:
        """Return the mailbox that everything moves to."""
        return Mailbox(self.new_email, self.new_digest)
