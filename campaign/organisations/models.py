"""Tables of an organisation: its legal details, its looks, its texts and its images."""

from datetime import datetime

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.db.versioned import VersionedParts
from campaign.extensions import Base, RowId, one_of
from campaign.i18n.fallbacks import best_of
from campaign.process.clock import UtcDateTime, utcnow

# What the margin of pages shows: a plain line, or the spots of a butterfly's wing.
PATTERNS = ("plain", "spots")
IMAGE_PURPOSES = ("logo", "mark")


class Organisation(VersionedParts, Base):
    """Who runs causes. The host (`is_host`) is the one that the site itself belongs to.

    `accent` is a colour such as "#a3471a", or empty for the default. `pattern` is the pattern of
    the margin. `profiles` are URLs of its pages elsewhere. `sender_name`, `sender_address` and
    `reply_to` are used in its emails. An empty `sender_name` means its name, and of the others the
    site's. Edited in parts: `identity`, `look`, `legal` and `sender`.
    """

    __tablename__ = "organisation"
    kind = "organisation"
    __table_args__ = (
        one_of("pattern", PATTERNS),
        CheckConstraint("accent = '' or length(accent) = 7", name="accent"),
        Index("uq_organisation_slug", "slug", unique=True),
        Index(
            "uq_organisation_host",
            "is_host",
            unique=True,
            sqlite_where=text("is_host"),
            postgresql_where=text("is_host"),
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(80))
    is_host: Mapped[bool] = mapped_column(Boolean, default=False)
    legal_name: Mapped[str] = mapped_column(String(200), default="")
    legal_form: Mapped[str] = mapped_column(String(80), default="")
    register_number: Mapped[str] = mapped_column(String(80), default="")
    postal_address: Mapped[str] = mapped_column(Text, default="")
    country: Mapped[str] = mapped_column(String(2), default="")
    telephone: Mapped[str] = mapped_column(String(40), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    website: Mapped[str] = mapped_column(String(500), default="")
    data_protection_contact: Mapped[str] = mapped_column(Text, default="")
    representative: Mapped[str] = mapped_column(Text, default="")
    supervisory_authority: Mapped[str] = mapped_column(Text, default="")
    accent: Mapped[str] = mapped_column(String(7), default="")
    pattern: Mapped[str] = mapped_column(String(12), default="plain")
    profiles: Mapped[list[str]] = mapped_column(JSON, default=list)
    sender_name: Mapped[str] = mapped_column(String(80), default="")
    sender_address: Mapped[str] = mapped_column(String(254), default="")
    reply_to: Mapped[str] = mapped_column(String(254), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)

    texts: Mapped[list["OrganisationText"]] = relationship(
        order_by="OrganisationText.lang", cascade="all, delete-orphan"
    )
    images: Mapped[list["OrganisationImage"]] = relationship(cascade="all, delete-orphan")

    @property
    def state(self) -> str:
        """An organisation is always public, so its former addresses redirect."""
        return "published"

    def text(self, lang: str) -> "OrganisationText | None":
        """Return the text in `lang`, or in the nearest language there is, or None."""
        return best_of({text.lang: text for text in self.texts}, lang)


class OrganisationText(Base):
    """An organisation in one language. `imprint` and `privacy_text` are Markdown."""

    __tablename__ = "organisation_text"

    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    lang: Mapped[str] = mapped_column(String(35), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(Text, default="")
    home_text: Mapped[str] = mapped_column(Text, default="")
    footer_text: Mapped[str] = mapped_column(Text, default="")
    imprint: Mapped[str] = mapped_column(Text, default="")
    privacy_text: Mapped[str] = mapped_column(Text, default="")


class OrganisationImage(Base):
    """The logo or the mark of an organisation, safe to show.

    `media_type` is image/svg+xml, image/png or image/webp. `width` and `height` are in pixels, of
    an SVG in its own units. `digest` is part of its URL.
    """

    __tablename__ = "organisation_image"
    __table_args__ = (one_of("purpose", IMAGE_PURPOSES),)

    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    purpose: Mapped[str] = mapped_column(String(4), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(20))
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(String(16))
