"""Tables shared by everything that is published: causes, petitions, events and updates.

A row belongs to the row `owner_id` of the model whose `kind` it names, such as `petition`.
"""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    and_,
)
from sqlalchemy.orm import Mapped, declared_attr, foreign, mapped_column, relationship

from campaign.db.versioned import VersionedParts
from campaign.extensions import Base, RowId
from campaign.i18n.fallbacks import best_text
from campaign.process.clock import UtcDateTime


class FormerSlug(Base):
    """A slug that its owner had. It redirects, and no other row of that kind may use it."""

    __tablename__ = "former_slug"
    __table_args__ = (Index("ix_former_slug_owner", "kind", "owner_id"),)

    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), primary_key=True)
    owner_id: Mapped[int] = mapped_column(RowId)


class Picture(Base):
    """The picture of its owner. It is in the database so that backups include it.

    `data` is the whole picture and `small` a version for phones, if that saves anything. Both are
    WebP. `wide` is a JPEG for lists and link previews, cropped around the focal point, for kinds
    that show it there.

    `focal_x` and `focal_y` are hundredths of width and height: the point that stays visible when
    the picture is cropped. `digest` identifies the picture and this point. `alts` maps a language
    to the alternative text.
    """

    __tablename__ = "picture"
    __table_args__ = (
        CheckConstraint("focal_x between 0 and 100 and focal_y between 0 and 100", name="focal"),
    )

    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    owner_id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(16))
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    focal_x: Mapped[int] = mapped_column(SmallInteger, default=50)
    focal_y: Mapped[int] = mapped_column(SmallInteger, default=50)
    alts: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    small: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    wide: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)

    def alt(self, lang: str, original_lang: str) -> str:
        """Return the alternative text in `lang`, or else in the owner's original language."""
        return best_text(self.alts, lang, original_lang)


class Publishable:
    """Mixin of the models that are published. `publishing/life_cycle.py` changes their state.

    `kind` names the model in shared tables. A draft with `publish_at` is published automatically at
    that time.
    """

    kind: ClassVar[str]

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(12), default="draft")
    publish_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def is_archived(self) -> bool:
        """Whether the row is in no list, while its page stays."""
        return self.state == "archived"

    def touch(self, now: datetime) -> None:
        """Note that what readers see changes now, if the model records that."""


class Archivable(Publishable):
    """Mixin of the models that can be archived from any state, and return to that state."""

    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def is_archived(self) -> bool:
        """Whether the row is in no list, while its page stays."""
        return self.archived_at is not None


class Pictured(Publishable, VersionedParts):
    """Mixin of the models that have a picture. `publishing/pictures.py` changes it."""

    @declared_attr
    @classmethod
    def picture(cls) -> Mapped[Picture | None]:
        """Relate the row to its picture, if it has one."""
        owner: Any = cls
        return relationship(
            Picture,
            primaryjoin=lambda: and_(
                foreign(Picture.owner_id) == owner.id, Picture.kind == owner.kind
            ),
            viewonly=True,
            uselist=False,
        )
