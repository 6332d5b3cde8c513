"""Tables of a petition: its state, text versions, targets, tally and deliveries."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    false,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.causes.models import Cause
from campaign.extensions import AnyRow, Base, RowId, one_of
from campaign.i18n.fallbacks import best_lang, best_text
from campaign.process.clock import UtcDateTime, utcnow
from campaign.publishing.models import Archivable, Pictured
from campaign.publishing.texts import text_for
from campaign.site.languages import default_lang
from campaign.targets.models import TargetProfile

# Half a year is enough to deliver the signatures and to answer questions about them.
DEFAULT_RETENTION_DAYS = 180
# Long after the end of a petition, nobody waits for an answer any longer.
ANSWERS_COME = timedelta(days=730)
# Mail programs on phones cut a subject much earlier. Emails stay short enough to be read.
MAX_SUBJECT_LENGTH = 100
MAX_SENTENCE_LENGTH = 300
MAX_THANKS_LENGTH = 1000
DELIVERED_NAMES = ("shown", "full")
DELIVERED_DETAILS = ("country", "postal_code", "shown_comment", "day")
RESULTS = ("won", "partly_won", "no_answer")


def phase_of(petition: "Petition | AnyRow", now: datetime) -> str:
    """Return what supporters find at `now`: `open`, `not_yet` or `closed`.

    `petition` is a Petition or a row with its state and dates.
    """
    if petition.state == "closed" or (petition.closes_at and now >= petition.closes_at):
        return "closed"
    return "not_yet" if petition.opens_at and now < petition.opens_at else "open"


class Petition(Archivable, Pictured, Base):
    """An action of a cause: a text addressed to targets that supporters sign, or another kind.

    `action_kind` names one of the kinds in `kinds`. All kinds are published, signed, confirmed,
    reviewed, counted and erased alike, so all are rows of this table. With `has_butterflies`, each
    counted signature is a butterfly of the cause.

    Dates: the first supporter could sign at `opened_at`. From then on the text changes only by a
    new version. `closed_at` is when an organizer closed the petition. `publish_at` is when a draft
    is published automatically. An archived petition (`archived_at`) keeps its page but is in no
    list. `opens_at` and `closes_at` were entered in `time_zone`.

    Edited in parts: `text`, `settings`, `goal`, `picture`, `delivery`, `thresholds`, `retention`,
    `sharing`, `embedding`, `result` and `wording`.

    Form: `required_fields` names the form fields, beyond given name and email, that must be filled
    in. `questions` are the petition's own fields. `confirmation` is `email` (always by the link) or
    `email_or_witness` (at a table, a witness is enough). With `neutral_emails`, neither subject nor
    sender of an email reveals that someone signed. With `offers_answers`, the form asks who wants
    to be told of answers. With `sends_thanks`, people get an email with their number after they
    confirmed and were counted.

    Retention: personal data is erased `retention_days` after the end, or kept if that is None.
    `retention_notified_at` is when owners were told about it. `retention_done_at` is when it was
    done.

    Delivery: `deliver_places` maps a language to where the signatures are delivered.
    `delivered_names` and `delivered_details` say what targets see of a signature. Names are whole,
    or only what each supporter allows to be shown. The details are some of DELIVERED_DETAILS.

    What came of it is the `result`, one of RESULTS or "" while nobody knows, since the day
    `result_on`. Organizers set it, last at `result_changed_at`. No answer sets it automatically.

    Its thresholds are the counts at which it delivers again. With `shows_thresholds`, its page
    announces the next one.

    The count of a quiet petition (`is_quiet`) moves only in groups. Nobody is told who brought
    whom.
    """

    __tablename__ = "petition"
    kind = "petition"
    __table_args__ = (
        CheckConstraint("state in ('draft', 'published', 'closed')", name="state"),
        CheckConstraint("confirmation in ('email', 'email_or_witness')", name="confirmation"),
        CheckConstraint("goal >= 0", name="goal"),
        CheckConstraint("retention_days is null or retention_days > 0", name="retention_days"),
        one_of("delivered_names", DELIVERED_NAMES),
        one_of("result", ("", *RESULTS)),
        CheckConstraint(
            "closes_at is null or opens_at is null or closes_at > opens_at", name="times"
        ),
        Index("uq_petition_slug", "slug", unique=True),
        Index("ix_petition_cause_id", "cause_id"),
    )

    cause_id: Mapped[int] = mapped_column(ForeignKey("cause.id"))
    action_kind: Mapped[str] = mapped_column(
        String(12), default="petition", server_default="petition"
    )
    has_butterflies: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    position: Mapped[int] = mapped_column(Integer, default=0)
    goal: Mapped[int] = mapped_column(Integer, default=0)
    opens_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    time_zone: Mapped[str] = mapped_column(String(40), default="")
    deliver_on: Mapped[date | None] = mapped_column(Date)
    deliver_places: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    required_fields: Mapped[list[str]] = mapped_column(JSON, default=list)
    questions: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    confirmation: Mapped[str] = mapped_column(String(20), default="email")
    two_per_address: Mapped[bool] = mapped_column(Boolean, default=False)
    neutral_emails: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    offers_answers: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    sends_thanks: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    original_lang: Mapped[str] = mapped_column(String(35), default=default_lang)
    is_quiet: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    retention_days: Mapped[int | None] = mapped_column(Integer, default=DEFAULT_RETENTION_DAYS)
    retention_notified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    retention_done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    delivered_names: Mapped[str] = mapped_column(String(8), default="shown", server_default="shown")
    delivered_details: Mapped[list[str]] = mapped_column(
        JSON, default=lambda: ["country"], server_default='["country"]'
    )
    result: Mapped[str] = mapped_column(String(12), default="", server_default="")
    result_on: Mapped[date | None] = mapped_column(Date)
    result_changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    shows_thresholds: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)

    cause: Mapped[Cause] = relationship()
    targets: Mapped[list["Target"]] = relationship(
        order_by="Target.position", cascade="all, delete-orphan"
    )
    versions: Mapped[list["PetitionVersion"]] = relationship(
        order_by="PetitionVersion.number", cascade="all, delete-orphan"
    )
    wordings: Mapped[list["PetitionWording"]] = relationship(
        order_by="PetitionWording.lang", cascade="all, delete-orphan"
    )

    @property
    def current_version(self) -> "PetitionVersion":
        """Return the newest version."""
        return self.versions[-1]

    def phase(self, now: datetime) -> str:
        """Return what supporters find at `now`, as `phase_of` does."""
        return phase_of(self, now)

    def has_opened(self, now: datetime) -> bool:
        """Return whether supporters may have signed. From then on, what they read is kept."""
        return self.opened_at is not None and self.opened_at <= now

    @property
    def ends_at(self) -> datetime | None:
        """The end of the petition: its set date, or an earlier closing by an organizer.

        None if no end is recorded.
        """
        if self.state == "closed":
            return min(filter(None, (self.closes_at, self.closed_at))) if self.closed_at else None
        return self.closes_at

    def may_be_answered(self, now: datetime) -> bool:
        """Return whether people can still ask to be told of answers."""
        return self.offers_answers and (self.ends_at is None or now < self.ends_at + ANSWERS_COME)

    def deliver_place(self, lang: str) -> str:
        """Return the place of delivery in `lang`, or in the first language that has one."""
        return best_text(self.deliver_places, lang)


class PetitionVersion(Base):
    """What supporters agree to at one time.

    Signatures point at the version they were made under, so a version never changes once it can be
    signed. Beside its texts, a version keeps what the petition said then. `targets` is a list of
    {language: name} and `questions` are the petition's own. `delivered_names` and
    `delivered_details` say what is delivered of each signature.
    """

    __tablename__ = "petition_version"
    __table_args__ = (
        UniqueConstraint("petition_id", "number"),
        one_of("delivered_names", DELIVERED_NAMES),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    petition_id: Mapped[int] = mapped_column(ForeignKey("petition.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    targets: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list, server_default="[]")
    questions: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, server_default="[]")
    delivered_names: Mapped[str] = mapped_column(String(8), default="shown", server_default="shown")
    delivered_details: Mapped[list[str]] = mapped_column(
        JSON, default=lambda: ["country"], server_default='["country"]'
    )

    texts: Mapped[list["PetitionText"]] = relationship(
        order_by="PetitionText.lang", cascade="all, delete-orphan"
    )

    def text(self, lang: str, original: str) -> "PetitionText":
        """Return the text that a reader of `lang` gets: the nearest, or else the original."""
        return text_for(self.texts, lang, original)


class PetitionText(Base):
    """One version in one language. The body is Markdown.

    `kind_texts` are the texts that only the kind of this action has, by name.
    """

    __tablename__ = "petition_text"

    version_id: Mapped[int] = mapped_column(
        ForeignKey("petition_version.id", ondelete="CASCADE"), primary_key=True
    )
    lang: Mapped[str] = mapped_column(String(35), primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(Text)
    published_by: Mapped[str] = mapped_column(String(200), default="")
    body: Mapped[str] = mapped_column(Text)
    kind_texts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")


def _own_text(length: int) -> Mapped[str]:
    return mapped_column(String(length), default="", server_default="")


class PetitionWording(Base):
    """What organizers say in their own words around signing, in one language. All is plain text.

    Where a text is empty, the product's own sentence is used. `wording` says where each one is
    shown, and which placeholders it may have.
    """

    __tablename__ = "petition_wording"

    petition_id: Mapped[int] = mapped_column(
        ForeignKey("petition.id", ondelete="CASCADE"), primary_key=True
    )
    lang: Mapped[str] = mapped_column(String(35), primary_key=True)
    confirm_subject: Mapped[str] = _own_text(MAX_SUBJECT_LENGTH)
    confirm_opening: Mapped[str] = _own_text(MAX_SENTENCE_LENGTH)
    reminder_subject: Mapped[str] = _own_text(MAX_SUBJECT_LENGTH)
    reminder_opening: Mapped[str] = _own_text(MAX_SENTENCE_LENGTH)
    thanks_subject: Mapped[str] = _own_text(MAX_SUBJECT_LENGTH)
    thanks_text: Mapped[str] = _own_text(MAX_THANKS_LENGTH)
    news_addition: Mapped[str] = _own_text(MAX_SENTENCE_LENGTH)
    after_signing: Mapped[str] = _own_text(MAX_SENTENCE_LENGTH)
    after_confirming: Mapped[str] = _own_text(MAX_SENTENCE_LENGTH)


class Target(Base):
    """A person or body that a petition asks to act. `names` maps a language to its name or office.

    `profile_id` is what the organisation knows of it, if it was chosen from the list of targets.
    """

    __tablename__ = "target"
    __table_args__ = (UniqueConstraint("petition_id", "position"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    petition_id: Mapped[int] = mapped_column(ForeignKey("petition.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    names: Mapped[dict[str, str]] = mapped_column(JSON)
    profile_id: Mapped[int | None] = mapped_column(
        ForeignKey("target_profile.id", ondelete="SET NULL")
    )

    profile: Mapped[TargetProfile | None] = relationship()

    def name(self, lang: str) -> str:
        """Return the name as `name_in` does."""
        return self.name_and_lang(lang)[0]

    def name_and_lang(self, lang: str) -> tuple[str, str]:
        """Return (name, language) as `name_in` does."""
        return name_in(self.names, lang)


def name_in(names: dict[str, str], lang: str) -> tuple[str, str]:
    """Return (name, language) from a target's `names`: what a reader of `lang` gets."""
    filled = [tag for tag, name in names.items() if name]
    chosen = best_lang(filled, lang) or next(iter(names))
    return names[chosen], chosen


class PetitionTally(Base):
    """The number of hatched signatures of a petition. Only the hatching runner writes it."""

    __tablename__ = "petition_tally"
    __table_args__ = (CheckConstraint("count >= 0", name="count"),)

    petition_id: Mapped[int] = mapped_column(
        ForeignKey("petition.id", ondelete="CASCADE"), primary_key=True
    )
    count: Mapped[int] = mapped_column(Integer, default=0)


class Delivery(Base):
    """The receipt of a target: who received how many signatures on which `day`. All is public."""

    __tablename__ = "delivery"
    __table_args__ = (
        CheckConstraint("signatures > 0", name="signatures"),
        Index("ix_delivery_petition_id", "petition_id", "day"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    petition_id: Mapped[int] = mapped_column(ForeignKey("petition.id", ondelete="CASCADE"))
    day: Mapped[date] = mapped_column(Date)
    received_by: Mapped[str] = mapped_column(String(200))
    signatures: Mapped[int] = mapped_column(Integer)
    note: Mapped[str] = mapped_column(String(1000), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)


class DeliveryThreshold(Base):
    """A count at which a petition delivers again, with a `note` for its organizers.

    `reached_at` is when the worker saw that the count had reached it. `done_at` is when an
    organizer marked it as done.
    """

    __tablename__ = "delivery_threshold"
    __table_args__ = (
        CheckConstraint("count > 0", name="count"),
        UniqueConstraint("petition_id", "count"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    petition_id: Mapped[int] = mapped_column(ForeignKey("petition.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    count: Mapped[int] = mapped_column(Integer)
    note: Mapped[str] = mapped_column(String(300), default="")
    reached_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
