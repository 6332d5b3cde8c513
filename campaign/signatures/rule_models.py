"""Rules that hold signatures for review."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from campaign.extensions import RowId, db, one_of
from campaign.process.clock import UtcDateTime, utcnow

KINDS = ("network", "mail_domain", "country", "rate", "words")


class Rule(db.Model):
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
        return self.on_since is not None and self.off_since is None

    @property
    def reason(self) -> str:
        """Return the `held_reason` of the signatures that this rule held."""
        return f"rule:{self.id}"

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(self.pattern.splitlines())
