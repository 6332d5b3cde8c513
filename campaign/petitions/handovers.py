"""Handing signatures over: what of them a target gets to see, and the receipts of targets."""

from sqlalchemy import delete, select

from campaign.extensions import db
from campaign.petitions.editing import EditConflict
from campaign.petitions.models import HANDED_DETAILS, Handover
from campaign.petitions.operations import petition_to_change
from campaign.petitions.versions import keep_version


def mark_of(petition):
    """Return what tells whether what is handed over is still as an editor saw it."""
    return "-".join((petition.handed_names, *petition.handed_details))


def change_handing(*, petition_id, names, details, now, mark=None):
    """Let targets get to see `names` (of HANDED_NAMES) and `details` (some of HANDED_DETAILS) of each signature.

    Once it has opened this makes a new version: of those who signed before, no more is delivered than they were told.
    `mark` is what `mark_of` told the editor, None where nobody had a page before their eyes. Raises EditConflict.
    """
    petition = petition_to_change(petition_id)
    if mark is not None and mark != mark_of(petition):
        raise EditConflict(f"what is handed over of {petition.slug}")
    petition.handed_names = names
    petition.handed_details = [name for name in HANDED_DETAILS if name in details]
    keep_version(petition, now)
    db.session.flush()
    return petition


def record_handover(*, petition_id, day, received_by, signatures, note):
    """Note that somebody received the signatures; return the Handover."""
    handover = Handover(
        petition_id=petition_id, day=day, received_by=received_by, signatures=signatures, note=note
    )
    db.session.add(handover)
    db.session.flush()
    return handover


def remove_handover(*, petition_id, handover_id):
    """Take the note of a hand-over back; return whether there was one."""
    own = delete(Handover).where(Handover.id == handover_id, Handover.petition_id == petition_id)
    return db.session.execute(own).rowcount == 1


def handovers_of(petition_id):
    """Return the Handovers of a petition, the newest first."""
    query = (
        select(Handover)
        .where(Handover.petition_id == petition_id)
        .order_by(Handover.day.desc(), Handover.id.desc())
    )
    return db.session.scalars(query).all()
