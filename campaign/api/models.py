"""Keys by which partners send signatures."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from campaign.extensions import RowId, db
from campaign.process.clock import UtcDateTime, utcnow

MAX_NAME_LENGTH = 80


class ApiKey(db.Model):
    """A partner's key to the petitions of one cause; only its digest is kept.

    Of a partner that is trusted, the owner of a signature need not confirm it: the partner answers for that, and the owner is
    told by mail. `revoked_at` ends it for good. `source` is noted with each signature that it brings. `used_at` is when
    it last opened anything, to the hour. With `doubted_at` too many of its addresses had signed already: from then on the owners
    confirm what it sends, as for a key that is not trusted.
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
    doubted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ApiPost(db.Model):
    """One signature that came by a key, and whether its address had signed before; it does not say which one it was."""

    __tablename__ = "api_post"
    __table_args__ = (Index("ix_api_post_key_id", "key_id", "at"), Index("ix_api_post_at", "at"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    key_id: Mapped[int] = mapped_column(ForeignKey("api_key.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    is_repeat: Mapped[bool] = mapped_column(Boolean)
