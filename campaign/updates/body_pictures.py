"""Pictures within the text of an update: the Markdown `![](picture:1)` stands for the first."""

from flask import current_app
from sqlalchemy import select

from campaign.errors import CampaignError
from campaign.extensions import db
from campaign.text.markdown import Pictured, picture_names
from campaign.updates.models import UpdateBodyPicture
from campaign.updates.operations import UpdateEditConflict, update_to_change

# More are an album, and no letter.
MAX_PICTURES = 20


class TooManyPictures(CampaignError):
    """The update has as many pictures as one may have."""

    status = 409


class PictureInText(CampaignError):
    """The picture cannot go while the text in the languages `langs` shows it."""

    status = 409

    def __init__(self, langs):
        super().__init__(", ".join(langs))
        self.langs = langs


def pictures_of(update, lang, *, is_whole=False):
    """Return the Pictured that the text of an Update may show in `lang`; with `is_whole` their addresses are whole ones."""
    return tuple(
        _pictured(each, lang, update.original_lang, is_whole) for each in update.body_pictures
    )


def unknown_names(update, text):
    """Return what `text` names as a picture and the Update does not have, such as `picture:9` or an address elsewhere."""
    known = {each.name for each in update.body_pictures}
    return [name for name in dict.fromkeys(picture_names(text)) if name not in known]


def langs_showing(row, picture):
    """Return the languages in which the text of an Update shows one of its pictures."""
    return [text.lang for text in row.texts if picture.name in picture_names(text.body)]


def body_picture(update, number):
    """Return the picture of an Update with this number, or None."""
    return next((each for each in update.body_pictures if each.number == number), None)


def alts_mark(picture):
    """Return what tells whether the words of a picture are still as an editor saw them."""
    return "-".join(f"{lang}:{words}" for lang, words in sorted(picture.alts.items()))


def add_body_picture(*, update_id, picture, alts, now):
    """Give the text one Picture more; `alts` maps a language to what is seen. Raises TooManyPictures.

    Returns it; one that the update has already is returned with these words, so a button pressed twice adds one.
    """
    row = update_to_change(update_id)
    known = next((each for each in row.body_pictures if each.digest == picture.digest), None)
    if known:
        known.alts = alts
        return _changed(row, known, now)
    if len(row.body_pictures) >= MAX_PICTURES:
        raise TooManyPictures(row.slug)
    made = UpdateBodyPicture(
        number=max((each.number for each in row.body_pictures), default=0) + 1,
        **vars(picture),
        alts=alts,
    )
    row.body_pictures.append(made)
    return _changed(row, made, now)


def change_alts(*, update_id, number, mark, alts, now):
    """Say anew what is seen on a picture. Raises UpdateEditConflict where somebody else did, or took it away."""
    row = update_to_change(update_id)
    picture = body_picture(row, number)
    if picture is None or mark != alts_mark(picture):
        raise UpdateEditConflict(f"picture {number} of update {update_id}")
    picture.alts = alts
    return _changed(row, picture, now)


def remove_body_picture(*, update_id, number, now):
    """Take a picture away that no text shows; one that is gone stays gone. Raises PictureInText."""
    row = update_to_change(update_id)
    picture = body_picture(row, number)
    if picture is None:
        return None
    if langs := langs_showing(row, picture):
        raise PictureInText(langs)
    row.body_pictures.remove(picture)
    return _changed(row, picture, now)


def body_picture_bytes(digest, *, is_small=False):
    """Return the bytes of a picture in whichever update, or None. The digest is known only to whoever was shown a page with it."""
    found = (
        select(UpdateBodyPicture.data, UpdateBodyPicture.small)
        .where(UpdateBodyPicture.digest == digest)
        .limit(1)
    )
    row = db.session.execute(found).first()
    return row and ((row.small if is_small else None) or row.data)


def _pictured(picture, lang, original_lang, is_whole):
    site = current_app.config["PUBLIC_URL"] if is_whole else ""
    path = current_app.url_map.bind("").build("updates.body_picture", {"digest": picture.digest})
    alt = picture.alts.get(lang) or picture.alts.get(original_lang, "")
    small = f"{site}{path}?size=small" if picture.has_small else ""
    return Pictured(picture.number, site + path, picture.width, picture.height, alt, small)


def _changed(row, picture, now):
    row.changed_at = now
    db.session.flush()
    return picture
