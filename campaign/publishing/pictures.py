"""The picture of something that is published: set it, describe it, remove it and show it."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

from PIL import Image
from sqlalchemy import ColumnElement, func, select

from campaign.db.versioned import check_part
from campaign.extensions import db, load_for_update
from campaign.publishing.models import Picture
from campaign.publishing.picture_upload import SMALL_WIDTH, CleanPicture

# The part of its owner whose version a picture's form shows.
PART = "picture"
# The size of the crop for lists and link previews, in pixels.
WIDE = (1200, 630)
CENTRE = (50, 50)
JPEG_QUALITY = 82
# Columns that a copy takes over.
COPIED_COLUMNS = (
    "digest", "width", "height", "focal_x", "focal_y", "alts", "data", "small", "wide"
)  # fmt: skip


@dataclass(frozen=True)
class ShownPicture:
    """A picture as pages show it, with its alternative text.

    `focal_x` and `focal_y` are percent of its width and height: the point to keep when cropping.
    """

    digest: str
    width: int
    height: int
    alt: str
    focal_x: int
    focal_y: int

    @property
    def has_small(self) -> bool:
        """Whether there is a smaller version for phones."""
        return self.width > SMALL_WIDTH


class Pictures:
    """The pictures of one kind.

    `model` is the Pictured model of that kind, with a `slug` and a `cause`. `is_public` are the
    conditions under which anyone may see a picture. `has_wide` says whether pictures of this kind
    have a wide crop.
    """

    def __init__(
        self,
        *,
        model: Any,
        is_public: tuple[ColumnElement[bool], ...] = (),
        has_wide: bool = False,
    ) -> None:
        self._model, self._is_public, self._has_wide = model, is_public, has_wide

    def change(
        self,
        *,
        owner_id: int,
        picture: CleanPicture | None,
        now: datetime,
        alts: Mapping[str, str] | None = None,
        focal: tuple[int, int] = CENTRE,
        version: int | None = None,
        wide: bytes | None = None,
    ) -> Any:
        """Set the picture, or change only the present one's point and texts if `picture` is None.

        `alts` maps a language to the alternative text. None keeps the texts. `focal` is the focal
        point. `version` is that of the owner's part `picture` that the form showed, None without a
        form. `wide` is the crop that `cropped` made.

        Return the owner. Raise EditConflict.
        """
        owner = load_for_update(self._model, owner_id)
        check_part(owner, PART, version)
        row = self._row(owner_id)
        if row is None:
            row = Picture(kind=self._model.kind, owner_id=owner_id, alts={})
        if picture is not None:
            row.data, row.small = picture.data, picture.small
            row.width, row.height = picture.width, picture.height
        row.focal_x, row.focal_y = focal
        row.digest = blake2b(row.data + bytes(focal), digest_size=8).hexdigest()
        if self._has_wide:
            row.wide = wide or crop(row.data, WIDE, focal)
        if alts is not None:
            row.alts = {lang: text for lang, text in alts.items() if text}
        db.session.add(row)
        return self._changed(owner, now)

    def cropped(
        self, *, owner_id: int, picture: CleanPicture | None, focal: tuple[int, int]
    ) -> bytes | None:
        """Return the wide crop of a new picture, or of the present one if `picture` is None.

        Return None if this kind has none. Call it before a transaction that others wait for,
        because cropping is slow.
        """
        if not self._has_wide:
            return None
        data = picture.data if picture else self.data(owner_id=owner_id)
        return crop(data, WIDE, focal) if data else None

    def remove(self, *, owner_id: int, now: datetime, version: int | None = None) -> None:
        """Delete the picture, if there is one. Raise EditConflict. `version` is as for `change`."""
        owner = load_for_update(self._model, owner_id)
        check_part(owner, PART, version)
        row = self._row(owner_id)
        if row is not None:
            db.session.delete(row)
            self._changed(owner, now)

    def copy(self, *, from_id: int, to_id: int) -> None:
        """Give the picture of one row, if it has one, to another too."""
        row = self._row(from_id)
        if row is not None:
            columns = {name: getattr(row, name) for name in COPIED_COLUMNS}
            db.session.add(Picture(kind=self._model.kind, owner_id=to_id, **columns))
            db.session.flush()

    def data(self, *, owner_id: int) -> bytes | None:
        """Return the bytes of a row's picture, or None. The row may be in any state."""
        return db.session.scalar(
            select(Picture.data).where(
                Picture.kind == self._model.kind, Picture.owner_id == owner_id
            )
        )

    def public_data(self, slug: str, digest: str, *, is_small: bool = False) -> bytes | None:
        """Return the bytes of the picture of the public row at `slug`.

        Return None if the picture with this digest has been replaced or removed.
        """
        data = func.coalesce(Picture.small, Picture.data) if is_small else Picture.data
        return self._public(data, slug, digest)

    def public_wide(
        self, slug: str, digest: str, focal: tuple[int, int] | None = None
    ) -> bytes | None:
        """Return the wide crop as `public_data` does. With `focal`, only around this point."""
        if focal is None:
            return self._public(Picture.wide, slug, digest)
        if not all(0 <= percent <= 100 for percent in focal):
            return None
        at_point = (Picture.focal_x == focal[0], Picture.focal_y == focal[1])
        return self._public(Picture.wide, slug, digest, *at_point)

    def _public(self, column: Any, slug: str, digest: str, *conditions: Any) -> bytes | None:
        data: bytes | None = db.session.scalar(
            select(column)
            .select_from(Picture)
            .join(self._model, self._model.id == Picture.owner_id)
            .join(self._model.cause)
            .where(
                Picture.kind == self._model.kind,
                Picture.digest == digest,
                self._model.slug == slug,
                *self._is_public,
                *conditions,
            )
        )
        return data

    def _row(self, owner_id: int) -> Picture | None:
        return db.session.get(Picture, (self._model.kind, owner_id), populate_existing=True)

    def _changed(self, owner: Any, now: datetime) -> Any:
        owner.touch(now)
        db.session.flush()
        # Nothing else makes the owner read its picture again.
        db.session.expire(owner, ["picture"])
        return owner


def shown_picture(picture: Picture | None, lang: str, original_lang: str) -> ShownPicture | None:
    """Return the ShownPicture of a Picture, or None.

    Its alternative text is in `lang`, or else in the owner's original language.
    """
    if picture is None:
        return None
    return ShownPicture(
        picture.digest,
        picture.width,
        picture.height,
        picture.alt(lang, original_lang),
        picture.focal_x,
        picture.focal_y,
    )


def crop(data: bytes, size: tuple[int, int], focus: tuple[float, float]) -> bytes:
    """Return a JPEG of `size` (width, height) with as much of the picture `data` as fits.

    `focus` is a point in percent of the picture's width and height, from the left and the top. It
    is placed as near to the centre as the picture's edges allow.
    """
    image = Image.open(io.BytesIO(data)).convert("RGBA")
    ground = Image.new("RGBA", image.size, "white")
    flat = Image.alpha_composite(ground, image).convert("RGB")
    scale = min(flat.width / size[0], flat.height / size[1])
    wide, high = size[0] * scale, size[1] * scale
    left = _clamp(flat.width * focus[0] / 100 - wide / 2, flat.width - wide)
    top = _clamp(flat.height * focus[1] / 100 - high / 2, flat.height - high)
    file = io.BytesIO()
    flat.resize(size, Image.Resampling.LANCZOS, (left, top, left + wide, top + high)).save(
        file, "JPEG", quality=JPEG_QUALITY
    )
    return file.getvalue()


def _clamp(start: float, highest: float) -> float:
    return min(max(start, 0), highest)
