"""The table of site features that are switched off."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from campaign.extensions import Base, RowId
from campaign.process.clock import UtcDateTime

SWITCHES = (
    "signing",
    "registrations",
    "subscriptions",
    "mailings",
    "letters",
    "api",
    "uploads",
    "hatching",
)
# These cannot be switched off for one organisation, because all use the same API and uploads.
SITE_SWITCHES = frozenset({"api", "uploads"})
MAX_REASON_LENGTH = 500
MAX_MESSAGE_LENGTH = 500


class Switch(Base):
    """A site feature that is switched off. A feature without a row is on.

    Without an organisation, it is off for the whole site. It comes on automatically at `off_until`.
    If that is None, an organizer must switch it on. Organizers read the `reason`, and everyone
    reads `messages`, which maps languages to texts. Without an organizer, a command switched it
    off.
    """

    __tablename__ = "switch"
    __table_args__ = (
        Index("uq_switch_name", "name", func.coalesce(text("organisation_id"), 0), unique=True),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    name: Mapped[str] = mapped_column(String(20))
    organisation_id: Mapped[int | None] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE")
    )
    organizer_id: Mapped[int | None] = mapped_column(
        ForeignKey("organizer.id", ondelete="SET NULL")
    )
    off_since: Mapped[datetime] = mapped_column(UtcDateTime)
    off_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(MAX_REASON_LENGTH), default="")
    messages: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
