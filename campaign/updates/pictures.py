"""The picture of an update and its focal point."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b

from campaign.db.versioned import check_part
from campaign.extensions import db, load_for_update
from campaign.publishing.cropping import cut
from campaign.publishing.pictures import Picture
from campaign.updates.models import Update, UpdatePicture

WIDE = (1200, 630)


def wide_cut(update: Update, picture: Picture | None, focus: tuple[int, int]) -> bytes:
    """Return the wide crop of a new Picture, or of the Update's own if `picture` is None.

    Call it before a transaction that others wait for, because cropping is slow.
    """
    return cut((picture or update.picture).data, WIDE, focus)


def set_update_picture(
    *,
    update_id: int,
    now: datetime,
    version: int | None = None,
    picture: Picture | None = None,
    focus: tuple[int, int] = (50, 50),
    alts: Mapping[str, str] | None = None,
    wide: bytes | None = None,
) -> Update:
    """Set the picture, or only another `focus` of the present one if `picture` is None.

    `focus` is the focal point, in hundredths from the left and from the top. `alts` maps a language
    to the alternative text. `wide` is its `wide_cut`, if that is made already. `version` is that of
    the part `picture` that the form showed, None without a form. Raise EditConflict.
    """
    row = load_for_update(Update, update_id)
    check_part(row, "picture", version)
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


def remove_update_picture(*, update_id: int, version: int | None, now: datetime) -> Update:
    """Remove the picture. Raise EditConflict."""
    row = load_for_update(Update, update_id)
    check_part(row, "picture", version)
    row.picture = None
    row.changed_at = now
    db.session.flush()
    return row
