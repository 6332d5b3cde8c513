"""Tables of the answers of targets: texts, documents, and the links to answer through."""

from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.db.versioned import Versioned
from campaign.extensions import Base, RowId, one_of
from campaign.i18n.fallbacks import best_of
from campaign.petitions.models import Petition, Target
from campaign.process.clock import UtcDateTime, utcnow
from campaign.site.languages import default_lang

# From the best for the petition to the worst. Without an outcome, the target only answered.
OUTCOMES = ("done", "promised", "partly", "refused")
STATES = ("draft", "waiting", "published", "withdrawn", "rejected")
PDF, WEBP = "application/pdf", "image/webp"
MEDIA_TYPES = (PDF, WEBP)


class Answer(Versioned, Base):
    """What a target of a petition answered on a `day`.

    The target is one of the petition's, or a person or office that only `answered_by` names.
    `target_names` are the names of the target, which stay when it is removed from the petition.
    `texts` maps a language to Markdown, and `original_lang` is the language of the answer itself.

    A draft is an organizer's. An answer that is `written_by_target` waits until an organizer
    publishes or rejects it. Only published answers are public. `uuid` identifies an answer
    permanently in feeds. `changed_at` is when its content last changed.
    """

    __tablename__ = "answer"
    __table_args__ = (
        one_of("outcome", ("", *OUTCOMES)),
        one_of("state", STATES),
        CheckConstraint("state != 'published' or published_at is not null", name="published_at"),
        Index("ix_answer_petition_id", "petition_id", "state"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    uuid: Mapped[str] = mapped_column(String(36), default=lambda: str(uuid4()))
    petition_id: Mapped[int] = mapped_column(ForeignKey("petition.id", ondelete="CASCADE"))
    target_id: Mapped[int | None] = mapped_column(ForeignKey("target.id", ondelete="SET NULL"))
    target_names: Mapped[dict[str, str]] = mapped_column(JSON, default=dict, server_default="{}")
    answered_by: Mapped[str] = mapped_column(String(200), default="")
    day: Mapped[date] = mapped_column(Date)
    outcome: Mapped[str] = mapped_column(String(8), default="")
    original_lang: Mapped[str] = mapped_column(String(35), default=default_lang)
    texts: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    state: Mapped[str] = mapped_column(String(10), default="draft")
    written_by_target: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)

    petition: Mapped[Petition] = relationship()
    target: Mapped[Target | None] = relationship()
    document: Mapped["AnswerDocument | None"] = relationship(cascade="all, delete-orphan")

    @property
    def cause_id(self) -> int:
        """The cause of its petition."""
        return self.petition.cause_id

    def text_and_lang(self, lang: str) -> tuple[str, str]:
        """Return (text, language): what a reader of `lang` gets, or else the original."""
        best = best_of(
            {tag: (text, tag) for tag, text in self.texts.items() if text},
            lang,
            self.original_lang,
        )
        return best or ("", self.original_lang)


class AnswerDocument(Base):
    """The document of an answer: a PDF, or a picture that was made safe to show.

    It is in the database so that backups include it. `digest` names the content. Only a picture has
    `width` and `height`.
    """

    __tablename__ = "answer_document"
    __table_args__ = (one_of("media_type", MEDIA_TYPES),)

    answer_id: Mapped[int] = mapped_column(
        ForeignKey("answer.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    media_type: Mapped[str] = mapped_column(String(20))
    digest: Mapped[str] = mapped_column(String(16))
    size: Mapped[int] = mapped_column(Integer)
    width: Mapped[int | None] = mapped_column(Integer)
    height: Mapped[int | None] = mapped_column(Integer)
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)

    @property
    def is_pdf(self) -> bool:
        """Whether it is a PDF rather than a picture."""
        return self.media_type == PDF


class AnswerLink(Base):
    """A link through which one target of a petition may answer once, in the language `lang`.

    It works until the end of `last_day`, until the target has answered, or until an organizer ends
    it. `answer_id` is the answer that came through it.
    """

    __tablename__ = "answer_link"
    __table_args__ = (Index("ix_answer_link_petition_id", "petition_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    petition_id: Mapped[int] = mapped_column(ForeignKey("petition.id", ondelete="CASCADE"))
    target_id: Mapped[int] = mapped_column(ForeignKey("target.id", ondelete="CASCADE"))
    lang: Mapped[str] = mapped_column(String(35))
    last_day: Mapped[date] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("answer.id", ondelete="SET NULL"))

    petition: Mapped[Petition] = relationship()
    target: Mapped[Target] = relationship()
