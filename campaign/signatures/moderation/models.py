"""Rules that hold signatures, and bulk decisions with the state of each signature before."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.accounts.models import Organizer
from campaign.extensions import Base, RowId, one_of
from campaign.process.clock import UtcDateTime, utcnow

KINDS = ("network", "mail_domain", "country", "rate", "words")


class Rule(Base):
    """A rule that holds signatures of a cause, or of one petition of it.

    `pattern` depends on the kind: lines of networks, email domains, country codes or words. For a
    rate, it is how many signatures an hour may come from one IP address. It never changes, so that
    the reason of a held signature stays true. A rule only previews until `on_since` is set, and
    holds no more signatures from `off_since` on.
    """

    __tablename__ = "rule"
    __table_args__ = (
        one_of("kind", KINDS),
        CheckConstraint("off_since is null or on_since is not null", name="off_since"),
        Index("ix_rule_cause_id", "cause_id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    cause_id: Mapped[int] = mapped_column(ForeignKey("cause.id"))
    petition_id: Mapped[int | None] = mapped_column(ForeignKey("petition.id"))
    kind: Mapped[str] = mapped_column(String(12))
    pattern: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    on_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    off_since: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def is_on(self) -> bool:
        """Return whether the rule holds signatures now."""
        return self.on_since is not None and self.off_since is None

    @property
    def reason(self) -> str:
        """Return the `held_reason` of the signatures that this rule held."""
        return f"rule:{self.id}"

    @property
    def lines(self) -> tuple[str, ...]:
        """Return the lines of the pattern."""
        return tuple(self.pattern.splitlines())


VERBS = ("approve", "reject", "show", "hide", "name", "private")
STATES = ("running", "done", "undoing", "undone")
IN_WORK = text("state in ('running', 'undoing')")


class BulkDecision(Base):
    """One organizer's decision about everything in a cause that matches a filter.

    The worker carries it out in batches. Decisions about names from a table are about chosen ones.
    They are carried out at once, and only the worker undoes them. `search` is the filter (see
    `Search.from_json`). Its searched words are deleted once all is done. It covers the signatures
    up to `upto_id` that matched at `previewed_at`, which were `total`. `decided_at` is written into
    each signature that it changes. `cursor` is the last signature that was processed. `changed`
    signatures were changed, and undoing restored `restored` of them.
    """

    __tablename__ = "bulk_decision"
    __table_args__ = (
        one_of("verb", VERBS),
        one_of("state", STATES),
        Index("ix_bulk_decision_cause_id", "cause_id", "id"),
        Index("ix_bulk_decision_in_work", "id", sqlite_where=IN_WORK, postgresql_where=IN_WORK),
        # The activity log refers to decisions by id, so an id must never be used again.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    organizer_id: Mapped[int] = mapped_column(ForeignKey("organizer.id"))
    cause_id: Mapped[int] = mapped_column(ForeignKey("cause.id", ondelete="CASCADE"))
    verb: Mapped[str] = mapped_column(String(8))
    search: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(String(300), default="")
    state: Mapped[str] = mapped_column(String(8), default="running")
    upto_id: Mapped[int] = mapped_column(BigInteger)
    previewed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("organizer.id"))
    total: Mapped[int] = mapped_column(Integer)
    cursor: Mapped[int] = mapped_column(BigInteger, default=0)
    changed: Mapped[int] = mapped_column(Integer, default=0)
    restored: Mapped[int] = mapped_column(Integer, default=0)

    organizer: Mapped[Organizer] = relationship(foreign_keys=organizer_id)

    @property
    def is_in_work(self) -> bool:
        """Return whether the worker has to carry it out or undo it."""
        return self.state in ("running", "undoing")

    @property
    def percent(self) -> int:
        """Return how much of the work is done, in percent."""
        done, total = (
            (self.restored, self.changed) if self.state == "undoing" else (self.changed, self.total)
        )
        return min(100, 100 * done // total) if total else 0


class BulkItem(Base):
    """The state of a signature before a BulkDecision changed it.

    `signature_id` is no foreign key, so that deleting a signature never waits for this table.
    """

    __tablename__ = "bulk_item"

    bulk_id: Mapped[int] = mapped_column(
        ForeignKey("bulk_decision.id", ondelete="CASCADE"), primary_key=True
    )
    signature_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    state: Mapped[str] = mapped_column(String(12))
    held_reason: Mapped[str] = mapped_column(String(40))
    reviewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rejected_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    comment_shown: Mapped[bool] = mapped_column(Boolean)
    comment_read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    name_display: Mapped[str] = mapped_column(String(8))
    name_display_requested: Mapped[str] = mapped_column(String(8))
