"""The picture of an update and its focal point."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any

from campaign.extensions import db
from campaign.publishing.cropping import cut
from campaign.publishing.pictures import Picture
from campaign.updates.models import Update, UpdatePicture
from campaign.updates.operations import UpdateEditConflict, update_to_change

WIDE = (1200, 630)


def mark_of(update: Update) -> str:
    """Return a mark that changes whenever the picture of an Update or its description changes."""
    digest = update.picture.digest if update.picture else ""
    return "-".join((digest, *(f"{text.lang}:{text.picture_alt}" for text in update.texts)))


def change_update_picture(*, update_id: int, mark: str, **named: Any) -> Update:
    """Set the picture as `set_update_picture` does. Raise UpdateEditConflict."""
    if mark != mark_of(update_to_change(update_id)):
        raise UpdateEditConflict(f"the picture of update {update_id}")
    return set_update_picture(update_id=update_id, **named)


def wide_cut(update: Update, picture: Picture | None, focus: tuple[int, int]) -> bytes:
    """Return the wide crop of a new Picture, or of the Update's own if `picture` is None.

    Call it before a transaction that others wait for, because cropping is slow.
    """
    return cut((picture or update.picture).data, WIDE, focus)


def set_update_picture(
    *,
    update_id: int,
    now: datetime,
    picture: Picture | None = None,
    focus: tuple[int, int] = (50, 50),
    alts: Mapping[str, str] | None = None,
    wide: bytes | None = None,
) -> Update:
    """Set the picture, or only another `focus` of the present one if `picture` is None.

    `focus` is the focal point, in hundredths from the left and from the top. `alts` maps a language
    to the alternative text. `wide` is its `wide_cut`, if that is made already.
    """
    row = update_to_change(update_id)
    shown = picture or row.picture
    whole = shown.data
    columns = {
        "digest": blake2b(whole + bytes(focus), digest_size=10).hexdigest(),
        "width": shown.width,
        "height": shown.height,
        "focus_x": focus[0],
        "focus_y": focus[1],
        "data": whole,
        "wide": wide or wide_cut(row, picture, focus),
    }
    if row.picture is None:
        row.picture = UpdatePicture(**columns)
    else:
        for name, value in columns.items():
            setattr(row.picture, name, value)
    for text in row.texts:
        text.picture_alt = (alts or {}).get(text.lang, text.picture_alt)
    row.changed_at = now
    db.session.flush()
    return row


def remove_update_picture(*, update_id: int, now: datetime) -> Update:
    """Remove the picture."""
    row = update_to_change(update_id)
    row.picture = None
    row.changed_at = now
    db.session.flush()
    return row
