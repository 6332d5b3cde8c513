"""Tables of an event: its times, texts, petitions and registrations."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.causes.models import Cause
from campaign.extensions import Base, RowId
from campaign.notices.models import NOT_RECORDED
from campaign.process.clock import UtcDateTime, utcnow
from campaign.publishing.models import Archivable, Pictured
from campaign.publishing.texts import text_for
from campaign.site.languages import default_lang

# A partial index serves only queries that repeat its exact condition, so both use these constants.
WAITING = text("state = 'waiting'")
CANCELLED = text("state = 'cancelled'")
UNCONFIRMED = text("state = 'unconfirmed'")
ON_HOLD = text("hold_until is not null")
# Ten rows on a phone. More would no longer be seen as single butterflies.
MAX_REMEMBERED = 220


class Event(Archivable, Pictured, Base):
    """A gathering of a cause.

    Times: `starts_local` and `ends_local` in the IANA `zone` are what was announced. The instants
    `starts_at` and `ends_at` follow from them, and move if a government changes its clocks.

    Registration: `registration` is `none` (no need to register), `optional` (registering helps) or
    `required`. `registration_closed` ends it before the event begins. Without a `capacity` there
    are seats for everyone. `questions` are in the format of a petition's.

    Content: `online_for` says who sees `online_url`: `everyone` or `registered`. `people` are dicts
    of `name`, `role` (`speaker` or `host`) and `words` by language. `languages` are codes such as
    `es`, or names. `remembered` is how many people it remembers: its page shows one butterfly at
    rest for each.

    State: a draft is published automatically at `publish_at`. An archived event (`archived_at`)
    keeps its page but is in no list. `sequence` counts the changes that calendars must learn about.
    `attendance` is how many people came whose registrations are erased. None means that no
    registration of the event is.

    Edited in parts: `words`, `hours`, `place`, `coming`, `programme`, `people`, `about`, `address`
    and `picture`.
    """

    __tablename__ = "event"
    kind = "event"
    __table_args__ = (
        CheckConstraint("state in ('draft', 'published', 'cancelled')", name="state"),
        CheckConstraint("registration in ('none', 'optional', 'required')", name="registration"),
        CheckConstraint("online_for in ('everyone', 'registered')", name="online_for"),
        CheckConstraint("ends_at > starts_at", name="times"),
        CheckConstraint("capacity is null or capacity > 0", name="capacity"),
        CheckConstraint("most_seats between 1 and 20", name="most_seats"),
        CheckConstraint(f"remembered between 0 and {MAX_REMEMBERED}", name="remembered"),
        Index("uq_event_slug", "slug", unique=True),
        Index("ix_event_cause_id", "cause_id", "starts_at"),
        Index("ix_event_ends_at", "ends_at"),
        Index("ix_event_town", "town", "starts_at"),
    )

    cause_id: Mapped[int] = mapped_column(ForeignKey("cause.id"))
    remembered: Mapped[int] = mapped_column(SmallInteger, default=0)
    zone: Mapped[str] = mapped_column(String(64))
    starts_local: Mapped[datetime] = mapped_column(DateTime)
    ends_local: Mapped[datetime] = mapped_column(DateTime)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    town: Mapped[str] = mapped_column(String(80), default="")
    country: Mapped[str] = mapped_column(String(2), default="")
    latitude: Mapped[float | None] = mapped_column(Float)
    longitude: Mapped[float | None] = mapped_column(Float)
    online_url: Mapped[str] = mapped_column(String(500), default="")
    online_for: Mapped[str] = mapped_column(String(12), default="everyone")
    is_free: Mapped[bool] = mapped_column(Boolean, default=True)
    registration: Mapped[str] = mapped_column(String(12), default="none")
    capacity: Mapped[int | None] = mapped_column(Integer)
    most_seats: Mapped[int] = mapped_column(SmallInteger, default=4)
    questions: Mapped[list[Any]] = mapped_column(JSON, default=list)
    people: Mapped[list[Any]] = mapped_column(JSON, default=list)
    languages: Mapped[list[Any]] = mapped_column(JSON, default=list)
    original_lang: Mapped[str] = mapped_column(String(35), default=default_lang)
    sequence: Mapped[int] = mapped_column(Integer, default=0)
    attendance: Mapped[int | None] = mapped_column(Integer)
    registration_closed: Mapped[bool] = mapped_column(
        Boolean, default=False, server_default=false()
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)

    cause: Mapped[Cause] = relationship()
    texts: Mapped[list["EventText"]] = relationship(
        order_by="EventText.lang", cascade="all, delete-orphan"
    )
    petitions: Mapped[list["EventPetition"]] = relationship(
        order_by="EventPetition.position", cascade="all, delete-orphan"
    )

    def text(self, lang: str) -> "EventText":
        """Return the text that a reader of `lang` gets: the nearest, or else the original."""
        return text_for(self.texts, lang, self.original_lang)

    def touch(self, now: datetime) -> None:
        self.changed_at = now

    @property
    def is_shut(self) -> bool:
        """Whether registration was closed, by an organizer or because the cause is archived."""
        return self.registration_closed or self.cause.state == "archived"

    def takes_registrations(self, now: datetime) -> bool:
        """Return whether anyone can register now."""
        return self.keeps_registrations(now) and not self.is_shut

    def keeps_registrations(self, now: datetime) -> bool:
        """Return whether registered people may still change their registration."""
        return self.state == "published" and self.registration != "none" and now < self.starts_at


class EventText(Base):
    """An event in one language.

    `body` is Markdown. `programme` is a list of [time such as 18:30, text]. `price` says what the
    event costs if it is not free. `notice` says why it was cancelled.
    """

    __tablename__ = "event_text"

    event_id: Mapped[int] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), primary_key=True
    )
    lang: Mapped[str] = mapped_column(String(35), primary_key=True)
    kind: Mapped[str] = mapped_column(String(80), default="")
    title: Mapped[str] = mapped_column(String(200))
    place: Mapped[str] = mapped_column(String(200), default="")
    address: Mapped[str] = mapped_column(String(300), default="")
    body: Mapped[str] = mapped_column(Text, default="")
    programme: Mapped[list[Any]] = mapped_column(JSON, default=list)
    access: Mapped[str] = mapped_column(Text, default="")
    price: Mapped[str] = mapped_column(String(200), default="")
    notice: Mapped[str] = mapped_column(Text, default="")


class EventPetition(Base):
    """A petition that can be signed at an event, or that the event is about."""

    __tablename__ = "event_petition"
    __table_args__ = (Index("ix_event_petition_petition_id", "petition_id"),)

    event_id: Mapped[int] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), primary_key=True
    )
    petition_id: Mapped[int] = mapped_column(
        ForeignKey("petition.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(Integer, default=0)


class Registration(Base):
    """One person's seats at an event, or their place on the waiting list.

    States: `unconfirmed` waits for the button in its email. `held` was set aside as likely abuse
    and has no seat. `waits_since` decides who is next on the waiting list.

    Holds: `hold_seats` seats are kept for the registration until `hold_until`. If someone with a
    seat registers again, they get such a hold too. Otherwise the number of seats left would reveal
    who had registered.

    `code` is read at the door. `reminder_count` counts the reminders that were sent, or whose time
    had passed when the seat was given. `sequence` counts the changes that the person's calendar
    must learn about, on top of the event's own. It is zero until a calendar knows about a seat.
    """

    __tablename__ = "registration"
    __table_args__ = (
        CheckConstraint(
            "state in ('unconfirmed', 'registered', 'waiting', 'held', 'cancelled')", name="state"
        ),
        CheckConstraint("seats > 0", name="seats"),
        UniqueConstraint("event_id", "email_digest"),
        UniqueConstraint("event_id", "code"),
        Index("ix_registration_state", "event_id", "state", "id"),
        Index(
            "ix_registration_waiting",
            "event_id",
            "waits_since",
            "id",
            sqlite_where=WAITING,
            postgresql_where=WAITING,
        ),
        Index(
            "ix_registration_cancelled",
            "cancelled_at",
            sqlite_where=CANCELLED,
            postgresql_where=CANCELLED,
        ),
        Index(
            "ix_registration_unconfirmed",
            "created_at",
            sqlite_where=UNCONFIRMED,
            postgresql_where=UNCONFIRMED,
        ),
        Index(
            "ix_registration_on_hold", "hold_until", sqlite_where=ON_HOLD, postgresql_where=ON_HOLD
        ),
        # Links in emails contain the row's id, so the id of an erased row must never be reused.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(12))
    held_reason: Mapped[str] = mapped_column(String(40), default="")
    name: Mapped[str] = mapped_column(String(80))
    email: Mapped[str] = mapped_column(String(320))
    email_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    seats: Mapped[int] = mapped_column(SmallInteger, default=1)
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    lang: Mapped[str] = mapped_column(String(35))
    notice_id: Mapped[int] = mapped_column(
        ForeignKey("notice.id"), default=NOT_RECORDED, server_default=str(NOT_RECORDED)
    )
    code: Mapped[str] = mapped_column(String(12))
    sequence: Mapped[int] = mapped_column(Integer, default=0)
    reminder_count: Mapped[int] = mapped_column(SmallInteger, default=0)
    mail_count: Mapped[int] = mapped_column(SmallInteger, default=1)
    mailed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    waits_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    hold_seats: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    hold_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    checked_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
