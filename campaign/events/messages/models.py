"""Tables of the emails that organizers write to the people registered for an event."""

from datetime import datetime
from typing import cast

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.db.versioned import Versioned
from campaign.events.models import Event
from campaign.extensions import Base, RowId
from campaign.i18n.fallbacks import best_lang
from campaign.mail.bulk.models import BulkEmail, BulkReceipt
from campaign.process.clock import UtcDateTime, utcnow


class EventMessage(Versioned, BulkEmail, Base):
    """An email to the people registered for an event, first as a draft.

    `audience` says who gets it: `registered` people, those `waiting`, `everyone` (both), or those
    who `came`. `texts` maps a language to its `subject` and `body` (Markdown).

    Its readers are registrations that were made before `started_at`.
    """

    __tablename__ = "event_message"
    __table_args__ = (
        CheckConstraint("state in ('draft', 'sending', 'stopped', 'done')", name="state"),
        CheckConstraint(
            "audience in ('registered', 'waiting', 'everyone', 'came')", name="audience"
        ),
        Index("ix_event_message_event_id", "event_id", "id"),
    )

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(12), default="draft")
    audience: Mapped[str] = mapped_column(String(12), default="registered")
    texts: Mapped[dict[str, dict[str, str]]] = mapped_column(JSON, default=dict)
    original_lang: Mapped[str] = mapped_column(String(35))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    event: Mapped[Event] = relationship()

    def lang_for(self, lang: str) -> str:
        """Return the language of the text that a reader of `lang` gets."""
        return cast(str, best_lang(self.texts, lang, self.original_lang))

    def subject(self, lang: str) -> str:
        """Return the subject that a reader of `lang` gets."""
        return self.texts[self.lang_for(lang)]["subject"]


class EventMessageReceipt(BulkReceipt, Base):
    """An email of a message to one registered person. The reader is a registration."""

    __tablename__ = "event_message_receipt"
    __table_args__ = (
        Index(
            "uq_event_message_receipt_registration", "message_id", "registration_id", unique=True
        ),
        Index("uq_event_message_receipt_address", "message_id", "email_digest", unique=True),
        {"sqlite_autoincrement": True},
    )

    bulk_email_id: Mapped[int] = mapped_column(
        "message_id", ForeignKey("event_message.id", ondelete="CASCADE")
    )
    reader_id: Mapped[int] = mapped_column("registration_id", RowId)
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime)
