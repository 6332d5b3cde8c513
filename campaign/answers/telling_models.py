"""Tables of telling people about an answer or a result: how far it is, and who was told."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.extensions import Base, RowId, one_of
from campaign.petitions.models import RESULTS, Petition
from campaign.process.clock import UtcDateTime

STATES = ("sending", "paused", "stopped", "done")
IS_ABOUT_RESULT = text("answer_id is null")


class Topic(NamedTuple):
    """What people are told about: an answer to a petition, or its `result`, one of RESULTS."""

    petition_id: int
    answer_id: int | None = None
    result: str = ""


class Telling(Base):
    """The emails about one answer, or about one result of a petition.

    There is at most one for each answer, and for each result of a petition, so that nobody is told
    twice. A petition that was partly won and then won has two.

    Its job goes through the signatures of the petition in the order of their ids. They asked to be
    told, and were confirmed when it began. `reached_id` is the last one it handled. `people` is how
    many were to be told when it began, and `emailed` how many emails are queued or sent.

    `counts` is the final report. It is saved because the outbox is swept.
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

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    petition_id: Mapped[int] = mapped_column(ForeignKey("petition.id", ondelete="CASCADE"))
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("answer.id", ondelete="CASCADE"))
    result: Mapped[str] = mapped_column(String(12), default="")
    state: Mapped[str] = mapped_column(String(8), default="sending")
    people: Mapped[int] = mapped_column(Integer)
    emailed: Mapped[int] = mapped_column(Integer, default=0)
    reached_id: Mapped[int] = mapped_column(RowId, default=0)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    petition: Mapped[Petition] = relationship()

    @property
    def topic(self) -> Topic:
        """What people are told about."""
        return Topic(self.petition_id, self.answer_id, self.result)

    @property
    def is_over(self) -> bool:
        """Whether nobody else will be told."""
        return self.state in ("stopped", "done")


class AnswerReceipt(Base):
    """An email about an answer or a result to one person, at most one for each address.

    It is written in the transaction that enqueues the email. It keeps only the id of the signature.
    """

    __tablename__ = "answer_receipt"
    __table_args__ = (
        Index("uq_answer_receipt_address", "telling_id", "email_digest", unique=True),
        # Queued emails contain the id of a row, so ids must never be reused.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    telling_id: Mapped[int] = mapped_column(ForeignKey("answer_telling.id", ondelete="CASCADE"))
    signature_id: Mapped[int] = mapped_column(RowId)
    email_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
