"""Tables of the privacy notices that were shown, and of the consents that were given."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.extensions import Base, RowId, one_of
from campaign.process.clock import UtcDateTime, utcnow

# The row "notice not recorded": for data whose notice nobody knows. Nothing is invented.
NOT_RECORDED = 0
DIGEST_LENGTH = 64

SUBJECT_KINDS = ("subscription", "signature")
PURPOSES = ("news", "name", "answer")
CHANNELS = ("web", "kiosk", "paper", "api", "import")


class Notice(Base):
    """One version of a privacy notice, in one language. Its text never changes.

    `digest` is the SHA-256 of the text in hexadecimal. The row NOT_RECORDED has an empty text and
    no organisation. `first_used_at` is when we first recorded it as shown.
    """

    __tablename__ = "notice"
    __table_args__ = (
        Index("uq_notice_digest", "digest", "organisation_id", unique=True),
        Index("ix_notice_organisation_id", "organisation_id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH))
    lang: Mapped[str] = mapped_column(String(35))
    text: Mapped[str] = mapped_column(Text)
    first_used_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)

    @property
    def is_recorded(self) -> bool:
        """Whether it is known which notice was shown."""
        return self.id != NOT_RECORDED


class ConsentText(Base):
    """The text of a consent in one language, as it was shown. It never changes.

    `digest` is the SHA-256 of the text in hexadecimal. `version` is our name of the wording.
    """

    __tablename__ = "consent_text"
    __table_args__ = (Index("uq_consent_text_digest", "digest", unique=True),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH))
    version: Mapped[str] = mapped_column(String(20))
    lang: Mapped[str] = mapped_column(String(35))
    text: Mapped[str] = mapped_column(Text)


class Consent(Base):
    """A person's consent to one purpose: which text, when, through which channel.

    The person is known only by the row that `subject_kind` and `subject_id` name. After that row is
    emptied, the consent says that someone agreed, but not who.
    """

    __tablename__ = "consent"
    __table_args__ = (
        one_of("subject_kind", SUBJECT_KINDS),
        one_of("purpose", PURPOSES),
        one_of("channel", CHANNELS),
        Index("ix_consent_subject", "subject_kind", "subject_id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    subject_kind: Mapped[str] = mapped_column(String(12))
    subject_id: Mapped[int] = mapped_column(RowId)
    purpose: Mapped[str] = mapped_column(String(8))
    text_id: Mapped[int] = mapped_column(ForeignKey("consent_text.id"))
    channel: Mapped[str] = mapped_column(String(8))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    shown_text: Mapped[ConsentText] = relationship()
