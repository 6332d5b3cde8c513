"""Pictures within the text of an update. The Markdown `![](picture:1)` shows the first one."""

from datetime import datetime

from flask import current_app
from sqlalchemy import select

from campaign.db.versioned import check_part
from campaign.errors import CampaignError, EditConflict
from campaign.extensions import db, load_for_update
from campaign.i18n.fallbacks import best_text
from campaign.publishing.picture_upload import CleanPicture
from campaign.text.markdown import TextPicture, picture_names
from campaign.updates.models import Update, UpdateBodyPicture

# More pictures would make an album, not an email.
MAX_PICTURES = 20


class TooManyPictures(CampaignError):
    """The update has the maximum number of pictures."""

    status = 409


class PictureInText(CampaignError):
    """The picture cannot be removed while the text in the languages `langs` shows it."""

    status = 409

    def __init__(self, langs: list[str]) -> None:
        super().__init__(", ".join(langs))
        self.langs = langs


def pictures_of(update: Update, lang: str, *, is_absolute: bool = False) -> tuple[TextPicture, ...]:
    """Return the TextPictures that the text of an Update may show in `lang`.

    With `is_absolute` their URLs are absolute.
    """
    return tuple(
        _pictured(picture, lang, update.original_lang, is_absolute)
        for picture in update.body_pictures
    )


def unknown_names(update: Update, text: str) -> list[str]:
    """Return the picture names in `text` that the Update does not have.

    Examples: `picture:9`, or the URL of a picture elsewhere.
    """
    known = {picture.name for picture in update.body_pictures}
    return [name for name in dict.fromkeys(picture_names(text)) if name not in known]


def langs_showing(row: Update, picture: UpdateBodyPicture) -> list[str]:
    """Return the languages in which the text of an Update shows one of its pictures."""
    return [text.lang for text in row.texts if picture.name in picture_names(text.body)]


def body_picture(update: Update, number: int) -> UpdateBodyPicture | None:
    """Return the picture of an Update with this number, or None."""
    return next((picture for picture in update.body_pictures if picture.number == number), None)


def part_of(number: int) -> str:
    """Return the part of an Update that the picture with this number is."""
    return f"picture-{number}"


def add_body_picture(
    *, update_id: int, picture: CleanPicture, alts: dict[str, str], now: datetime
) -> UpdateBodyPicture:
    """Add a picture to the text and return it. Raise TooManyPictures.

    `alts` maps a language to the alternative text. A picture that the update has already only gets
    the new `alts`, so pressing the button twice adds one.
    """
    row = load_for_update(Update, update_id)
    existing = next((item for item in row.body_pictures if item.digest == picture.digest), None)
    if existing:
        existing.alts = alts
        check_part(row, part_of(existing.number), None)
        return _changed(row, existing, now)
    if len(row.body_pictures) >= MAX_PICTURES:
        raise TooManyPictures(row.slug)
    added = UpdateBodyPicture(
        number=max((item.number for item in row.body_pictures), default=0) + 1,
        **vars(picture),
        alts=alts,
    )
    row.body_pictures.append(added)
    return _changed(row, added, now)


def change_alts(
    *, update_id: int, number: int, version: int | None, alts: dict[str, str], now: datetime
) -> UpdateBodyPicture:
    """Change the alternative texts of a picture.

    Raise EditConflict if another editor changed them or removed the picture.
    """
    row = load_for_update(Update, update_id)
    picture = body_picture(row, number)
    if picture is None:
        raise EditConflict(f"picture {number} of update {update_id} is gone")
    check_part(row, part_of(number), version)
    picture.alts = alts
    return _changed(row, picture, now)


def remove_body_picture(*, update_id: int, number: int, now: datetime) -> UpdateBodyPicture | None:
    """Remove a picture that no text shows, and return it, or None if it is gone already.

    Raise PictureInText.
    """
    row = load_for_update(Update, update_id)
    picture = body_picture(row, number)
    if picture is None:
        return None
    if langs := langs_showing(row, picture):
        raise PictureInText(langs)
    row.body_pictures.remove(picture)
    return _changed(row, picture, now)


def body_picture_bytes(digest: str, *, is_small: bool = False) -> bytes | None:
    """Return the bytes of a picture of any update, or None.

    Only people who were shown a page with the picture know its digest.
    """
    query = (
        select(UpdateBodyPicture.data, UpdateBodyPicture.small)
        .where(UpdateBodyPicture.digest == digest)
        .limit(1)
    )
    row = db.session.execute(query).first()
    return row and ((row.small if is_small else None) or row.data)


def _pictured(
    picture: UpdateBodyPicture, lang: str, original_lang: str, is_absolute: bool
) -> TextPicture:
    site = current_app.config["PUBLIC_URL"] if is_absolute else ""
    path = current_app.url_map.bind("").build("updates.body_picture", {"digest": picture.digest})
    alt = best_text(picture.alts, lang, original_lang)
    small = f"{site}{path}?size=small" if picture.has_small else ""
    return TextPicture(picture.number, site + path, picture.width, picture.height, alt, small)


def _changed(row: Update, picture: UpdateBodyPicture, now: datetime) -> UpdateBodyPicture:
    row.changed_at = now
    db.session.flush()
    return picture
