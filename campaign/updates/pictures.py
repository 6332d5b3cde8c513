"""The picture of an update, and the point in it that matters."""

from hashlib import blake2b

from campaign.extensions import db
from campaign.publishing.cropping import cut
from campaign.updates.models import UpdatePicture
from campaign.updates.operations import UpdateEditConflict, update_to_change

WIDE = (1200, 630)


def mark_of(update):
    """Return what tells whether the picture of an Update is still as an editor saw it."""
    digest = update.picture.digest if update.picture else ""
    return "-".join((digest, *(f"{text.lang}:{text.picture_alt}" for text in update.texts)))


def change_update_picture(*, update_id, mark, **named):
    """Set the picture as `set_update_picture` does. Raises UpdateEditConflict."""
    if mark != mark_of(update_to_change(update_id)):
        raise UpdateEditConflict(f"the picture of update {update_id}")
    return set_update_picture(update_id=update_id, **named)


def wide_cut(update, picture, focus):
    """Return the wide picture that goes with an Update's Picture, or with a new one: made before a transaction that others wait for."""
    return cut((picture or update.picture).data, WIDE, focus)


def set_update_picture(*, update_id, now, picture=None, focus=(50, 50), alts=None, wide=None):
    """Give it a Picture, or another `focus` to the one that it has where that is None.

    `focus` is the point that matters, in hundredths from the left and from the top; `alts` maps a language to what is seen; `wide` is
    the `wide_cut` of it, if that is made already.
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


def remove_update_picture(*, update_id, now):
    """Take the picture away."""
    row = update_to_change(update_id)
    row.picture = None
    row.changed_at = now
    db.session.flush()
    return row
