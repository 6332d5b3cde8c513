"""Rules by which signatures are set aside for review."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from campaign.db.constraints import one_of
from campaign.extensions import RowId, db
from campaign.process.clock import UtcDateTime, utcnow

KINDS = ("network", "mail_domain", "country", "rate", "words")


class Rule(db.Model):
    """What signatures of a cause, or of one petition of it, are held for.

    `pattern` is by kind: lines of networks, mail domains, country codes or words; of a rate, how many signatures an hour may
    come from one network address. It never changes, so that a held signature's reason stays true. A rule is tried out until
    `on_since` is set, and sets nothing aside any more from `off_since` on.
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
    def is_on(self):
        return self.on_since is not None and self.off_since is None

    @property
    def reason(self):
        """What `held_reason` says of the signatures that this rule set aside."""
        return f"rule:{self.id}"

    @property
    def lines(self):
        return tuple(self.pattern.splitlines())
