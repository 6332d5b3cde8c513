"""Tables of letters: how an action delivers them, each letter, and what was sent together."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from campaign.extensions import Base, RowId, one_of
from campaign.process.clock import UtcDateTime, utcnow

# The name of this kind of action.
LETTER = "letter"
# By the supporter, by us one by one, by us many in one email, and printed and handed over.
DELIVERY_METHODS = ("self", "individual", "gathered", "in_person")
# The methods by which this site sends letters itself.
SENT_BY_US = ("individual", "gathered")
PERIODS = ("day", "week")
SELECTIONS = ("list", "area")
STATES = ("waiting", "queued", "sent", "bounced", "stopped", "done")
# Why a letter was not delivered. Its writer stopped the `withdrawn` ones. A target that was
# removed, or is not in office, is `removed`, and `closed` says that the action ended before
# confirming. A server that put an email off for days is `unreachable`.
REASONS = (
    "no_address",
    "removed",
    "own_address",
    "bounced",
    "unreachable",
    "refused",
    "closed",
    "withdrawn",
)
DEFAULT_MAX_PER_HOUR = 30
# The statuses of an email address that letters may be sent to.
WRITABLE = ("unknown", "good")
# The letters that we are to send and that have not been queued yet.
LETTERS_WAIT = text("state = 'waiting' and way in ('individual', 'gathered')")


class LetterSettings(Base):
    """How an action delivers its letters.

    `delivery_method` is one of DELIVERY_METHODS. Gathered letters leave once a `period`. Supporters
    choose their targets from the whole list, or (`selection` is `area`) among those of the area of
    their postal code. At most `max_per_hour` letters an hour are sent to one target.
    """

    __tablename__ = "letter_settings"
    __table_args__ = (
        one_of("way", DELIVERY_METHODS),
        one_of("period", PERIODS),
        one_of("selection", SELECTIONS),
        CheckConstraint("max_per_hour > 0", name="max_per_hour"),
    )

    petition_id: Mapped[int] = mapped_column(
        ForeignKey("petition.id", ondelete="CASCADE"), primary_key=True
    )
    delivery_method: Mapped[str] = mapped_column("way", String(12), default="self")
    period: Mapped[str] = mapped_column(String(4), default="week")
    selection: Mapped[str] = mapped_column(String(4), default="list")
    max_per_hour: Mapped[int] = mapped_column(Integer, default=DEFAULT_MAX_PER_HOUR)
    offers_reply: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())


class LetterBatch(Base):
    """Letters to one target that leave in one email to `address`, with a PDF of them.

    `document` is that PDF, from when it is made until the email is sent. `email_id` is the email's
    row in the outbox.
    """

    __tablename__ = "letter_batch"
    __table_args__ = (
        Index("ix_letter_batch_petition_id", "petition_id", "profile_id", "created_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    petition_id: Mapped[int] = mapped_column(ForeignKey("petition.id", ondelete="CASCADE"))
    profile_id: Mapped[int | None] = mapped_column(
        ForeignKey("target_profile.id", ondelete="SET NULL")
    )
    lang: Mapped[str] = mapped_column(String(35))
    address: Mapped[str] = mapped_column(String(254))
    document: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    email_id: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    bounced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Letter(Base):
    """What one supporter writes to one target, once the response is counted.

    `delivery_method` is how this letter is delivered: one that hardly differs from the template is
    gathered where personal ones are sent individually. `personal_percent` is the share of own text.
    `body` is the plain text. It is emptied 60 days after delivery, at `erased_at`. `address` is the
    email address that it is sent to, chosen when it is queued. A letter that leaves alone has
    `queued_at` and `email_id`, its row in the outbox. The email may not leave before `not_before`,
    and leaves only while the letter's signature is counted. A target may answer to the supporter
    only if `shares_address`. One that was not delivered has a `reason`, one of REASONS. The others
    have none. `bounced_at` or `stopped_at` says when that was known.
    """

    __tablename__ = "letter"
    __table_args__ = (
        one_of("way", DELIVERY_METHODS),
        one_of("state", STATES),
        one_of("reason", ("", *REASONS)),
        UniqueConstraint("signature_id", "profile_id"),
        # This index alone answers what waits for each target and action, and in which order.
        Index("ix_letter_state", "state", "way", "profile_id", "petition_id", "id", "not_before"),
        Index("ix_letter_petition_id", "petition_id", "state"),
        Index("ix_letter_profile_id", "profile_id", "sent_at"),
        Index("ix_letter_queued_at", "queued_at", "profile_id", "petition_id"),
        Index("ix_letter_batch_id", "batch_id"),
        # Links, queued emails and return addresses contain ids, so an id must never be used again.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    signature_id: Mapped[int] = mapped_column(ForeignKey("signature.id", ondelete="CASCADE"))
    petition_id: Mapped[int] = mapped_column(ForeignKey("petition.id", ondelete="CASCADE"))
    profile_id: Mapped[int | None] = mapped_column(
        ForeignKey("target_profile.id", ondelete="SET NULL")
    )
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("letter_batch.id", ondelete="SET NULL"))
    delivery_method: Mapped[str] = mapped_column("way", String(12))
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    reason: Mapped[str] = mapped_column(String(12), default="", server_default="")
    lang: Mapped[str] = mapped_column(String(35))
    target_name: Mapped[str] = mapped_column(String(200), default="")
    subject: Mapped[str] = mapped_column(String(200), default="")
    body: Mapped[str] = mapped_column(Text, default="")
    personal_percent: Mapped[int] = mapped_column(SmallInteger, default=0)
    shares_address: Mapped[bool] = mapped_column(Boolean, default=False)
    address: Mapped[str] = mapped_column(String(254), default="")
    email_id: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    not_before: Mapped[datetime | None] = mapped_column(UtcDateTime)
    queued_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    bounced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LetterRefusal(Base):
    """An address of a target that asked for no more letters, for all actions of the site."""

    __tablename__ = "letter_refusal"

    address_digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
