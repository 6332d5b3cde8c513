"""Tables of an update, the dated news of a cause: its texts, pictures, and petitions."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.causes.models import Cause
from campaign.extensions import Base
from campaign.process.clock import UtcDateTime, utcnow
from campaign.publishing.models import Pictured
from campaign.publishing.picture_upload import SMALL_WIDTH
from campaign.publishing.texts import text_for
from campaign.site.languages import default_lang


class Update(Pictured, Base):
    """A piece of news. It is public once it is `published` and its `publish_at` has passed.

    `publish_at` was entered in the IANA `time_zone`. `uuid` identifies the update permanently in
    feeds, even if its page moves. Edited in parts: `text`, `picture`, and `picture-1` and so on for
    the pictures within the text.
    """

    __tablename__ = "campaign_update"
    kind = "update"
    __table_args__ = (
        CheckConstraint("state in ('draft', 'published')", name="state"),
        CheckConstraint("state = 'draft' or publish_at is not null", name="publish_at"),
        Index("uq_campaign_update_slug", "slug", unique=True),
        Index("ix_campaign_update_cause_id", "cause_id", "publish_at"),
        Index("ix_campaign_update_publish_at", "publish_at"),
    )

    uuid: Mapped[str] = mapped_column(String(36))
    cause_id: Mapped[int] = mapped_column(ForeignKey("cause.id"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id", ondelete="SET NULL"))
    time_zone: Mapped[str] = mapped_column(String(40), default="")
    original_lang: Mapped[str] = mapped_column(String(35), default=default_lang)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)

    cause: Mapped[Cause] = relationship()
    texts: Mapped[list["UpdateText"]] = relationship(
        order_by="UpdateText.lang", cascade="all, delete-orphan"
    )
    petitions: Mapped[list["UpdatePetition"]] = relationship(
        order_by="UpdatePetition.position", cascade="all, delete-orphan"
    )
    body_pictures: Mapped[list["UpdateBodyPicture"]] = relationship(
        order_by="UpdateBodyPicture.number", cascade="all, delete-orphan"
    )

    def touch(self, now: datetime) -> None:
        self.changed_at = now

    def text(self, lang: str) -> "UpdateText":
        """Return the text that a reader of `lang` gets: the nearest, or else the original."""
        return text_for(self.texts, lang, self.original_lang)

    @property
    def written_in(self) -> list[str]:
        """The languages that have a text. The original comes first, even without a text."""
        return [
            self.original_lang,
            *(text.lang for text in self.texts if text.lang != self.original_lang),
        ]

    def phase(self, now: datetime) -> str:
        """Return `draft`, `scheduled` or `public`."""
        if self.state == "draft":
            return "draft"
        return "public" if self.publish_at and self.publish_at <= now else "scheduled"


class UpdateText(Base):
    """An update in one language. `body` is Markdown, `summary` one or two sentences or empty."""

    __tablename__ = "campaign_update_text"

    update_id: Mapped[int] = mapped_column(
        ForeignKey("campaign_update.id", ondelete="CASCADE"), primary_key=True
    )
    lang: Mapped[str] = mapped_column(String(35), primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(Text, default="")
    body: Mapped[str] = mapped_column(Text, default="")


class UpdatePetition(Base):
    """A petition that an update is about. The petition's page shows the update."""

    __tablename__ = "campaign_update_petition"
    __table_args__ = (Index("ix_campaign_update_petition_petition_id", "petition_id"),)

    update_id: Mapped[int] = mapped_column(
        ForeignKey("campaign_update.id", ondelete="CASCADE"), primary_key=True
    )
    petition_id: Mapped[int] = mapped_column(
        ForeignKey("petition.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(Integer, default=0)


class UpdateBodyPicture(Base):
    """A picture within the text of an update, as WebP. The Markdown names it by its `number`.

    `alts` maps a language to the alternative text. `small` is a version for phones, if that saves
    anything. `digest` names the content.
    """

    __tablename__ = "campaign_update_body_picture"
    __table_args__ = (
        UniqueConstraint("update_id", "digest"),
        Index("ix_campaign_update_body_picture_digest", "digest"),
    )

    update_id: Mapped[int] = mapped_column(
        ForeignKey("campaign_update.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(16))
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    alts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    small: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)

    @property
    def name(self) -> str:
        """The name of the picture in the Markdown text."""
        return f"picture:{self.number}"

    @property
    def has_small(self) -> bool:
        """Whether the picture is wide enough to have a smaller version for phones."""
        return self.width > SMALL_WIDTH
