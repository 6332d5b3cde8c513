"""The picture of a petition: set it, describe it, remove it and show it."""

from sqlalchemy import func, select
from sqlalchemy.orm import undefer

from campaign.causes.models import Cause
from campaign.db.versioned import check_part
from campaign.extensions import db, load_for_update
from campaign.petitions.models import Petition, PetitionPicture
from campaign.publishing.pictures import Picture, ShownPicture

CENTRE = (50, 50)


def change_picture(
    *,
    petition_id: int,
    picture: Picture | None,
    alts: dict[str, str],
    version: int | None,
    focal: tuple[int, int] = CENTRE,
) -> Petition:
    """Set the picture, or change only the description of the present one if `picture` is None.

    `alts` maps a language to the alternative text. `focal` is the point that stays visible, in
    hundredths of width and height. `version` is that of the part `picture` that the form showed.
    Raise EditConflict.
    """
    petition = load_for_update(Petition, petition_id)
    check_part(petition, "picture", version)
    kept = db.session.get(PetitionPicture, petition_id, populate_existing=True)
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


def remove_picture(*, petition_id: int, version: int | None) -> None:
    """Delete the picture, if there is one. Raise EditConflict."""
    check_part(load_for_update(Petition, petition_id), "picture", version)
    picture = db.session.get(PetitionPicture, petition_id)
    if picture:
        db.session.delete(picture)
        db.session.flush()


def picture_bytes(petition_id: int) -> bytes | None:
    """Return the bytes of a petition's picture, or None. The petition may be in any state."""
    picture = db.session.scalar(
        select(PetitionPicture)
        .where(PetitionPicture.petition_id == petition_id)
        .options(undefer(PetitionPicture.data))
    )
    return picture.data if picture else None


def public_bytes(slug: str, digest: str, *, is_small: bool = False) -> bytes | None:
    """Return the bytes of the picture of the public petition at `slug`.

    Return None if the picture with this digest has been replaced or removed.
    """
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


def shown_picture(picture: PetitionPicture | None, lang: str, original: str) -> ShownPicture | None:
    """Return the ShownPicture of a PetitionPicture, or None.

    Its alternative text is in `lang`, or else in the petition's original language.
    """
    if picture is None:
        return None
    alt = picture.alts.get(lang) or picture.alts.get(original, "")
    return ShownPicture(
        picture.digest, picture.width, picture.height, alt, picture.focal_x, picture.focal_y
    )
