"""The share texts that supporters are given, and who was given which."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from campaign.extensions import Base, RowId
from campaign.process.clock import UtcDateTime, utcnow

MAX_TEXT_LENGTH = 240


class ShareText(Base):
    """One share text in one language.

    It never changes: another wording is another row, so that their results can be compared.
    """

    __tablename__ = "share_text"
    __table_args__ = (Index("ix_share_text_petition", "petition_id", "lang"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    petition_id: Mapped[int] = mapped_column(ForeignKey("petition.id", ondelete="CASCADE"))
    lang: Mapped[str] = mapped_column(String(35))
    body: Mapped[str] = mapped_column(String(MAX_TEXT_LENGTH))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ShareAssignment(Base):
    """Which share text a signature's supporter was given.

    `shared_at` is when they first pressed a share button.
    """

    __tablename__ = "share_assignment"
    __table_args__ = (Index("ix_share_assignment_text", "text_id", "assigned_at"),)

    signature_id: Mapped[int] = mapped_column(
        ForeignKey("signature.id", ondelete="CASCADE"), primary_key=True
    )
    text_id: Mapped[int] = mapped_column(ForeignKey("share_text.id", ondelete="CASCADE"))
    assigned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    shared_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
