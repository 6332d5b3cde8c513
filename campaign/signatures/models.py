"""Signatures, the limits of their texts, and the ledger of every change to a tally."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
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
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from campaign.extensions import Base, RowId, one_of
from campaign.notices.models import NOT_RECORDED
from campaign.process.clock import UtcDateTime, utcnow
from campaign.text.initials import initials

MAX_NAME_LENGTH = 80
MAX_COMMENT_LENGTH = 500
MAX_POSTAL_CODE_LENGTH = 16
MAX_ANSWER_LENGTH = 500
MAX_PROMPT_LENGTH = 2000


STATES = ("pending", "confirmed", "counted", "held", "withdrawn", "erased")
# These count, or will once they have their number.
VALID_STATES = ("confirmed", "counted")
# An email does not reveal whether a signature is held for review.
EMAILED_STATES = (*VALID_STATES, "held")
EVIDENCE = ("email", "in_person", "paper", "api")
NAME_DISPLAYS = ("full", "initials", "counted")

# A partial index serves only queries that repeat its condition exactly, so both take it from here.
TO_HATCH = text("state = 'confirmed' and waits_until is null")
IN_GROUP = text("state = 'confirmed' and waits_until is not null")
TO_RELEASE = text("state not in ('counted', 'confirmed', 'erased') and hatched_at is not null")
PENDING = text("state = 'pending'")
HELD_UNCONFIRMED = text("state = 'held' and confirmed_at is null and evidence = 'email'")
WITHDRAWN = text("state = 'withdrawn'")
ERASED_COUNTED = text("state = 'erased' and hatched_at is not null")
SHOWN = text("state = 'counted' and number is not null and name_display in ('full', 'initials')")
HELD = text("state = 'held'")
TO_REVIEW = text("state = 'held' and rejected_at is null")
NAME_DISPLAY_REQUESTED = text("name_display_requested != ''")
ASKS_FOR_ANSWERS = text("tell_answer")
APPROVED_ASKING = text("tell_answer and reviewed_at is not null")
REFERRED = text("referrer_id is not null")
SOURCED = text("source != ''")
NEW_FORM = text("signature_id is null")
LINKED_FORM = text("signature_id is not null")
UNREAD = text(
    "state = 'counted' and comment != '' and not comment_shown and comment_read_at is null"
)
REJECTED = text("state = 'held' and rejected_at is not null")
ERASED = text("state = 'erased'")
COMMENT_SHOWN = text("state = 'counted' and comment_shown")
COMMENT_HIDDEN = text(
    "state = 'counted' and comment != '' and not comment_shown and comment_read_at is not null"
)


class Signature(Base):
    """One supporter's name under one petition.

    A signature is in the tally of its petition if and only if it has `hatched_at`. It is in that of
    its cause, as a butterfly, if and only if it also has a `number`. Signatures of an action
    without butterflies never have one. A withdrawn one keeps both until the runner has removed it
    from tally and ledger. `position_at_address` is 1, or 2 for the second of two people who share
    an email address.

    Digests are keyed: `email_digest` of the canonical email address, `person_digest` of canonical
    name and postal code, and `address_digest` of the IP address.

    A signature from a table names kiosk, shift and event. A held one with `rejected_at` was
    rejected by an organizer. One with `reviewed_at` was approved, and no rule holds it again.
    `held_at` is set if a signature was held later than it was signed.

    `referrer_id` is the id of the signature whose link brought this supporter. It is no foreign
    key, because a stale link must not prevent signing. `source` is the code of a campaign.

    A confirmed one with `waits_until` is counted with its group (see `groups`).
    `name_display_requested` is the display asked for at a table, until the supporter or an
    organizer confirms it. Until then `name_display` is more private.

    `kind_data` is what the kind of its action needs beside the answers, such as the chosen targets
    of a letter.

    With `subscribe`, the person asked for news, and with `tell_answer` for one email about each
    answer or result.

    If one person had signed with two addresses and they became one, `merged_into_id` is the
    signature that stays. So links to stop emails in emails about this one keep working.

    `notice_id` is the privacy notice that it was given under. `consent_at` is when its supporter
    agreed to that, if a partner said so. Otherwise that is `created_at`.
    """

    __tablename__ = "signature"
    __table_args__ = (
        one_of("state", STATES),
        one_of("evidence", EVIDENCE),
        one_of("name_display", NAME_DISPLAYS),
        CheckConstraint("state != 'counted' or hatched_at is not null", name="counted_is_hatched"),
        CheckConstraint("number is null or hatched_at is not null", name="numbered_is_hatched"),
        CheckConstraint("number is null or number > 0", name="number"),
        CheckConstraint("position_at_address in (1, 2)", name="position_at_address"),
        CheckConstraint("state = 'erased' or given_name is not null", name="given_name"),
        CheckConstraint(
            "evidence != 'email' or email_digest is not null or state = 'erased'", name="email"
        ),
        # The digest comes first, because the index also serves queries for everything a person
        # signed.
        Index(
            "uq_signature_address",
            "email_digest",
            "petition_id",
            "position_at_address",
            unique=True,
        ),
        Index(
            "uq_signature_person",
            "petition_id",
            "person_digest",
            unique=True,
            sqlite_where=text("email_digest is null"),
            postgresql_where=text("email_digest is null"),
        ),
        Index("uq_signature_number", "cause_id", "number", unique=True),
        Index("ix_signature_person", "petition_id", "person_digest"),
        Index("ix_signature_petition", "petition_id", "id"),
        Index("ix_signature_address_digest", "address_digest", "created_at"),
        # Additional columns let the index alone answer a query, because reading millions of
        # scattered rows is slow.
        *(
            Index(name, *columns, sqlite_where=where, postgresql_where=where)
            for name, columns, where in (
                ("ix_signature_to_hatch", ("id",), TO_HATCH),
                ("ix_signature_in_batch", ("waits_until",), IN_GROUP),
                ("ix_signature_to_release", ("id",), TO_RELEASE),
                ("ix_signature_pending", ("created_at", "petition_id"), PENDING),
                ("ix_signature_held_unconfirmed", ("created_at",), HELD_UNCONFIRMED),
                ("ix_signature_withdrawn", ("withdrawn_at", "petition_id"), WITHDRAWN),
                ("ix_signature_erased_counted", ("petition_id",), ERASED_COUNTED),
                ("ix_signature_shown", ("petition_id", "number"), SHOWN),
                ("ix_signature_held", ("petition_id", "id", "rejected_at"), HELD),
                (
                    "ix_signature_to_review",
                    ("petition_id", "id", "held_reason", "rejected_at"),
                    TO_REVIEW,
                ),
                ("ix_signature_source", ("source", "created_at"), SOURCED),
                ("ix_signature_unread", ("petition_id", "id"), UNREAD),
                ("ix_signature_rejected", ("petition_id", "id"), REJECTED),
                ("ix_signature_erased", ("petition_id", "id"), ERASED),
                ("ix_signature_comment_shown", ("petition_id", "id"), COMMENT_SHOWN),
                ("ix_signature_comment_hidden", ("petition_id", "id"), COMMENT_HIDDEN),
                ("ix_signature_tell_answer", ("petition_id", "id"), ASKS_FOR_ANSWERS),
                (
                    "ix_signature_approved_asking",
                    ("petition_id", "reviewed_at"),
                    APPROVED_ASKING,
                ),
                ("ix_signature_referrer_id", ("referrer_id",), REFERRED),
                ("ix_signature_name_display_requested", ("event_id", "id"), NAME_DISPLAY_REQUESTED),
            )
        ),
        # Links, queued emails and logs contain ids, so the id of a deleted row must never be used
        # again.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    petition_id: Mapped[int] = mapped_column(ForeignKey("petition.id"))
    cause_id: Mapped[int] = mapped_column(ForeignKey("cause.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("petition_version.id"))
    notice_id: Mapped[int] = mapped_column(
        ForeignKey("notice.id"), default=NOT_RECORDED, server_default=str(NOT_RECORDED)
    )
    state: Mapped[str] = mapped_column(String(12), default="pending")
    evidence: Mapped[str] = mapped_column(String(12), default="email")
    number: Mapped[int | None] = mapped_column(Integer)
    position_at_address: Mapped[int] = mapped_column(SmallInteger, default=1)
    lang: Mapped[str] = mapped_column(String(35))
    given_name: Mapped[str | None] = mapped_column(String(80))
    family_name: Mapped[str | None] = mapped_column(String(80))
    email: Mapped[str | None] = mapped_column(String(320))
    email_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    person_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    address_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    country: Mapped[str] = mapped_column(String(2), default="")
    postal_code: Mapped[str] = mapped_column(String(16), default="")
    comment: Mapped[str] = mapped_column(Text, default="")
    comment_shown: Mapped[bool] = mapped_column(Boolean, default=False)
    comment_read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    kind_data: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    name_display: Mapped[str] = mapped_column(String(8), default="counted")
    name_display_requested: Mapped[str] = mapped_column(String(8), default="", server_default="")
    subscribe: Mapped[bool] = mapped_column(Boolean, default=False)
    tell_answer: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    held_reason: Mapped[str] = mapped_column(String(40), default="")
    held_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reviewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rejected_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mail_count: Mapped[int] = mapped_column(SmallInteger, default=0)
    mailed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reminders: Mapped[int] = mapped_column(SmallInteger, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    waits_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    hatched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    referrer_id: Mapped[int | None] = mapped_column(BigInteger)
    source: Mapped[str] = mapped_column(String(40), default="", server_default="")
    kiosk_id: Mapped[int | None] = mapped_column(ForeignKey("kiosk.id"))
    shift_id: Mapped[int | None] = mapped_column(ForeignKey("kiosk_shift.id"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    consent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    merged_into_id: Mapped[int | None] = mapped_column(RowId)

    @property
    def requested_name(self) -> str:
        """Return the name as it was asked to be shown at the table."""
        return shown_name(self.name_display_requested, self.given_name, self.family_name)

    @property
    def full_name(self) -> str:
        """Return the whole name."""
        return shown_name("full", self.given_name, self.family_name)

    @property
    def shown_name(self) -> str:
        """Return the name as it is shown."""
        return shown_name(self.name_display, self.given_name, self.family_name)

    @property
    def is_confirmed(self) -> bool:
        """Return whether its supporter has confirmed it, and it is neither withdrawn nor erased."""
        return self.confirmed_at is not None and self.state not in ("withdrawn", "erased")

    @property
    def shared_comment(self) -> str:
        """Return the comment that others may read, or an empty text."""
        return shared_comment(self.name_display, self.comment, self.comment_shown)


def shown_name(display: str, given_name: str | None, family_name: str | None) -> str:
    """Return a name as its supporter chose: in full, as initials, or empty."""
    if display == "full":
        return " ".join(part for part in (given_name, family_name) if part)
    return initials(given_name, family_name or "") if display == "initials" else ""


def shared_comment(display: str, comment: str, is_approved: bool) -> str:
    """Return the comment that others may read, or an empty text.

    A comment is shown only after it is approved, and only beside a name or initials that its author
    shows. Public pages, the API, exports and deliveries all call this.
    """
    return comment if is_approved and display in ("full", "initials") else ""


class RepeatSigning(Base):
    """A form sent with an email address that had already signed the petition.

    The worker looks at each new one within a second. If the signature is already confirmed, the row
    is deleted. Otherwise the form waits for its own confirmation. Then `signature_id` names the
    signature, and `mailed_at` is when its email was last queued. `form_data` are the columns of the
    signature that the form would make. They are emptied when any form of the signature is
    confirmed. `used_at` marks that form. `address_digest` has its own column, because it is deleted
    earlier.
    """

    __tablename__ = "repeat_signing"
    __table_args__ = (
        Index("ix_repeat_signing_new", "id", sqlite_where=NEW_FORM, postgresql_where=NEW_FORM),
        Index(
            "ix_repeat_signing_signature_id",
            "signature_id",
            sqlite_where=LINKED_FORM,
            postgresql_where=LINKED_FORM,
        ),
        Index(
            "ix_repeat_signing_created_at",
            "created_at",
            sqlite_where=LINKED_FORM,
            postgresql_where=LINKED_FORM,
        ),
        # Links and queued emails hold the id of a form, so an id must never be given to another
        # one.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    petition_id: Mapped[int] = mapped_column(ForeignKey("petition.id", ondelete="CASCADE"))
    form_data: Mapped[dict[str, Any]] = mapped_column(JSON)
    notice_id: Mapped[int] = mapped_column(
        ForeignKey("notice.id"), default=NOT_RECORDED, server_default=str(NOT_RECORDED)
    )
    address_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    signature_id: Mapped[int | None] = mapped_column(ForeignKey("signature.id", ondelete="CASCADE"))
    mailed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class OwnLinkRequest(Base):
    """A request for the link to "What I signed", whether or not its address signed anything.

    `email_digest` is the digest of the canonical address, `exact_digest` that of the address as it
    was entered. It is deleted after a day.
    """

    __tablename__ = "own_link_request"
    __table_args__ = (
        Index("ix_own_link_request_email_digest", "email_digest", "created_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    email_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    exact_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)


class HeldCorrection(Base):
    """A correction of a public signature that a rule held.

    Nothing of it is shown until an organizer has reviewed it. `changes` are the corrected columns,
    `reason` is that of the rule.
    """

    __tablename__ = "held_correction"

    signature_id: Mapped[int] = mapped_column(
        ForeignKey("signature.id", ondelete="CASCADE"), primary_key=True
    )
    changes: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)


class LedgerEntry(Base):
    """The changes to a petition's tally within one hour, for one reason and one kind of evidence.

    The sum of `change` over a petition is its tally. Only the runner writes entries, in the
    transaction that changes the tally.
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (
        one_of("reason", ("hatched", "withdrawn", "held")),
        one_of("evidence", EVIDENCE),
    )

    petition_id: Mapped[int] = mapped_column(ForeignKey("petition.id"), primary_key=True)
    hour: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    reason: Mapped[str] = mapped_column(String(12), primary_key=True)
    evidence: Mapped[str] = mapped_column(String(12), primary_key=True)
    change: Mapped[int] = mapped_column(Integer)
