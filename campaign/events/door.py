"""At the door: who came, by the code of their registration."""

from sqlalchemy import select

from campaign.errors import CampaignError
from campaign.events.codes import read_code
from campaign.events.models import Registration
from campaign.extensions import db


class CodeUnknown(CampaignError):
    """No registration of this event has this code."""

    status = 404


class NoSeat(CampaignError):
    """The code is that of somebody who waits, was set aside, or has cancelled."""

    status = 409


def check_in(event_id, *, code, now):
    """Note that the owner of `code` came, and return the registration; a second scan keeps the first hour.

    Raises CodeUnknown and NoSeat.
    """
    registration = _by_code(event_id, code)
    if registration.state != "registered":
        raise NoSeat(registration.state)
    if registration.checked_in_at is None:
        registration.checked_in_at = now
        db.session.flush()
    return registration


def undo_check_in(event_id, *, code):
    """Take a check-in back, and return the registration. Raises CodeUnknown."""
    registration = _by_code(event_id, code)
    registration.checked_in_at = None
    db.session.flush()
    return registration


def _by_code(event_id, code):
    registration = db.session.scalar(
        select(Registration)
        .where(Registration.event_id == event_id, Registration.code == read_code(code))
        .with_for_update()
    )
    if registration is None:
        raise CodeUnknown(event_id)
    return registration
