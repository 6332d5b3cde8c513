"""Handing signatures over: what of them a target gets to see, and the receipts of targets."""

from sqlalchemy import delete, select

from campaign.extensions import db
from campaign.petitions.models import HANDED_DETAILS, Handover, Petition


def change_handing(*, petition_id, names, details):
    """Let targets get to see `names` (of HANDED_NAMES) and `details` (some of HANDED_DETAILS) of each signature."""
    petition = db.session.get(Petition, petition_id, populate_existing=True)
    petition.handed_names = names
    petition.handed_details = [name for name in HANDED_DETAILS if name in details]
    db.session.flush()
    return petition


def tells_more(petition, names, details):
    """Return whether targets would get to see more than supporters have been told so far."""
    return (names == "full" and petition.handed_names != "full") or bool(set(details) - set(petition.handed_details))


def record_handover(*, petition_id, day, received_by, signatures, note):
    """Note that somebody received the signatures; return the Handover."""
    handover = Handover(petition_id=petition_id, day=day, received_by=received_by, signatures=signatures, note=note)
    db.session.add(handover)
    db.session.flush()
    return handover


def remove_handover(*, petition_id, handover_id):
    """Take the note of a hand-over back; return whether there was one."""
    own = delete(Handover).where(Handover.id == handover_id, Handover.petition_id == petition_id)
    return db.session.execute(own).rowcount == 1


def handovers_of(petition_id):
    """Return the Handovers of a petition, the newest first."""
    query = select(Handover).where(Handover.petition_id == petition_id).order_by(Handover.day.desc(), Handover.id.desc())
    return db.session.scalars(query).all()
