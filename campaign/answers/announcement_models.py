"""Tables of announcements of answers and results: their progress, and who got an email."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.extensions import Base, RowId, one_of
from campaign.mail.bulk.models import BulkEmail, BulkReceipt
from campaign.petitions.models import RESULTS, Petition
from campaign.process.clock import UtcDateTime

STATES = ("sending", "paused", "stopped", "done")
IS_ABOUT_RESULT = text("answer_id is null")


class AnnouncementTopic(NamedTuple):
    """What is announced: an answer to a petition, or its `result`, one of RESULTS."""

    petition_id: int
    answer_id: int | None = None
    result: str = ""


class AnswerAnnouncement(BulkEmail, Base):
    """The emails about one answer, or about one result of a petition.

    There is at most one for each answer, and for each result of a petition, so that nobody gets two
    emails about it. A petition that was partly won and then won has two.

    Its readers are signatures of the petition. They asked for these emails, and were confirmed when
    it began. `people` is how many they were then, and `emailed` how many emails are queued or sent.
    """

    __tablename__ = "answer_telling"
    __table_args__ = (
        one_of("state", STATES),
        CheckConstraint("people >= 0 and emailed >= 0", name="counts"),
        one_of("result", ("", *RESULTS)),
        CheckConstraint("(answer_id is null) = (result != '')", name="topic"),
        Index("uq_answer_telling_answer_id", "answer_id", unique=True),
        Index(
            "uq_answer_telling_result",
            "petition_id",
            "result",
            unique=True,
            sqlite_where=IS_ABOUT_RESULT,
            postgresql_where=IS_ABOUT_RESULT,
        ),
    )

    petition_id: Mapped[int] = mapped_column(ForeignKey("petition.id", ondelete="CASCADE"))
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("answer.id", ondelete="CASCADE"))
    result: Mapped[str] = mapped_column(String(12), default="")
    state: Mapped[str] = mapped_column(String(8), default="sending")
    people: Mapped[int] = mapped_column(Integer)
    emailed: Mapped[int] = mapped_column(Integer, default=0)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)

    petition: Mapped[Petition] = relationship()

    @property
    def topic(self) -> AnnouncementTopic:
        """What is announced."""
        return AnnouncementTopic(self.petition_id, self.answer_id, self.result)


class AnswerReceipt(BulkReceipt, Base):
    """An email about an answer or a result to one person. The reader is a signature."""

    __tablename__ = "answer_receipt"
    __table_args__ = (
        Index("uq_answer_receipt_address", "telling_id", "email_digest", unique=True),
        {"sqlite_autoincrement": True},
    )

    bulk_email_id: Mapped[int] = mapped_column(
        "telling_id", ForeignKey("answer_telling.id", ondelete="CASCADE")
    )
    reader_id: Mapped[int] = mapped_column("signature_id", RowId)
