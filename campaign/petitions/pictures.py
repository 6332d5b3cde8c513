"""The picture of a petition: set, described, taken away, and shown."""

from sqlalchemy import func, select
from sqlalchemy.orm import undefer

from campaign.causes.models import Cause
from campaign.extensions import db
from campaign.petitions.editing import EditConflict
from campaign.petitions.models import Petition, PetitionPicture
from campaign.petitions.operations import petition_to_change
from campaign.publishing.pictures import ShownPicture

CENTRE = (50, 50)


def change_picture(*, petition_id, picture, alts, mark, focal=CENTRE):
    """Set the `picture` (a Picture), or where it is None only what is said of the present one.

    `alts` maps a language to what is seen, `focal` is the point that stays in sight, in hundredths; `mark` is what `mark_of` told
    the editor. Raises EditConflict.
    """
    petition = petition_to_change(petition_id)
    kept = db.session.get(PetitionPicture, petition_id, populate_existing=True)
    if mark != mark_of(kept):
        raise EditConflict(f"the picture of {petition.slug}")
    if kept is None:
        kept = PetitionPicture(petition_id=petition_id)
    if picture:
        for name, value in vars(picture).items():
            setattr(kept, name, value)
    kept.focal_x, kept.focal_y = focal
    kept.alts = {lang: words for lang, words in alts.items() if words}
    db.session.add(kept)
    db.session.flush()
    return petition


def remove_picture(*, petition_id):
    """Take the picture away; without one nothing changes."""
    picture = db.session.get(PetitionPicture, petition_id)
    if picture:
        db.session.delete(picture)
        db.session.flush()


def mark_of(picture):
    """Return what tells whether a PetitionPicture, or None, is still as an editor saw it."""
    if picture is None:
        return ""
    return "-".join(
        map(str, (picture.digest, picture.focal_x, picture.focal_y, *sorted(picture.alts.items())))
    )


def picture_bytes(petition_id):
    """Return the bytes of a petition's picture in whatever state, or None."""
    picture = db.session.scalar(
        select(PetitionPicture)
        .where(PetitionPicture.petition_id == petition_id)
        .options(undefer(PetitionPicture.data))
    )
    return picture.data if picture else None


def public_bytes(slug, digest, *, is_small=False):
    """Return the bytes of the picture of the public petition at `slug`, or None where it has another by now."""
    data = (
        func.coalesce(PetitionPicture.small, PetitionPicture.data)
        if is_small
        else PetitionPicture.data
    )
    return db.session.scalar(
        select(data)
        .join(Petition, Petition.id == PetitionPicture.petition_id)
        .join(Cause, Cause.id == Petition.cause_id)
        .where(
            Petition.slug == slug,
            PetitionPicture.digest == digest,
            Petition.state != "draft",
            Cause.state != "draft",
        )
    )


def shown_picture(picture, lang, original):
    """Return the ShownPicture of a PetitionPicture, or None, with its words in `lang` or in the petition's first language."""
    if picture is None:
        return None
    alt = picture.alts.get(lang) or picture.alts.get(original, "")
    return ShownPicture(
        picture.digest, picture.width, picture.height, alt, picture.focal_x, picture.focal_y
    )
