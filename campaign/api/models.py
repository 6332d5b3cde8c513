"""API keys, with which partners send signatures."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from campaign.extensions import Base, RowId
from campaign.process.clock import UtcDateTime, utcnow

MAX_NAME_LENGTH = 80


class ApiKey(Base):
    """A partner's key to the petitions of one cause. Only its digest is stored.

    Supporters need not confirm signatures from a trusted partner: the partner vouches for them, and
    we tell the supporters by email. `source` is stored with each signature that the key brings.
    `used_at` is when the key was last used, to the hour. `revoked_at` ends the key permanently.

    `distrusted_at` is set when too many of the addresses it sent had signed before. From then on,
    supporters must confirm, as for a key that is not trusted.
    """

    __tablename__ = "api_key"
    __table_args__ = (
        Index("uq_api_key_digest", "digest", unique=True),
        Index("ix_api_key_cause_id", "cause_id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    cause_id: Mapped[int] = mapped_column(ForeignKey("cause.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(MAX_NAME_LENGTH))
    source: Mapped[str] = mapped_column(String(40))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    is_trusted: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    distrusted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ApiPost(Base):
    """A signature received with a key, and whether its address had already signed.

    It does not identify the signature.
    """

    __tablename__ = "api_post"
    __table_args__ = (Index("ix_api_post_key_id", "key_id", "at"), Index("ix_api_post_at", "at"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    key_id: Mapped[int] = mapped_column(ForeignKey("api_key.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    is_repeat: Mapped[bool] = mapped_column(Boolean)
