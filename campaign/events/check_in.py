"""At the door: who came, by the code of their registration; and who comes without one."""

import secrets

from sqlalchemy import select

from campaign.errors import CampaignError
from campaign.events.codes import new_code, read_code
from campaign.events.models import Registration
from campaign.events.operations import locked
from campaign.events.registering import CONFIRMATION, TooFewSeats
from campaign.events.seats import fits, give
from campaign.extensions import db
from campaign.mail.operations import enqueue

DIGEST_BYTES = 32


class CodeUnknown(CampaignError):
    """No registration of this event has this code."""

    status = 404


class NoSeat(CampaignError):
    """The code belongs to someone who has not confirmed, waits, is held for review, or has cancelled."""

    status = 409


class AddressKnown(CampaignError):
    """Somebody with this address is on the list already."""

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


def let_in(event_id, *, code, now):
    """Check in someone who has no seat yet. The people at the door see whether there is room.

    Return the registration. Raises CodeUnknown.
    """
    event = locked(event_id)
    registration = _by_code(event.id, code)
    if registration.state != "registered":
        give(event, registration, now)
    registration.checked_in_at = registration.checked_in_at or now
    db.session.flush()
    return registration


def add_by_hand(event_id, *, name, seats, lang, now, address=None, comes_in=False, anyway=False):
    """Give a seat to somebody who asks otherwise than by the form, and return the registration.

    `address` is a pair (address, its digest) where they want the letter with their code. With `comes_in` they stand at the door
    and are checked in. Raises TooFewSeats where the room is full, unless `anyway`; and AddressKnown.
    """
    event = locked(event_id)
    if not anyway and not fits(event, seats, now):
        raise TooFewSeats(event.slug)
    # Without an address there is nobody to write to, and nobody to be confused with.
    email, digest = address or ("", secrets.token_bytes(DIGEST_BYTES))
    known = Registration.event_id == event.id, Registration.email_digest == digest
    if db.session.scalar(select(Registration.id).where(*known)):
        raise AddressKnown(event.slug)
    registration = Registration(
        event_id=event.id,
        name=name,
        email=email,
        email_digest=digest,
        seats=seats,
        lang=lang,
        code=new_code(),
    )
    give(event, registration, now)
    registration.mailed_at, registration.checked_in_at = now, now if comes_in else None
    db.session.add(registration)
    db.session.flush()
    if email:
        enqueue(kind=CONFIRMATION, subject_id=registration.id, lang=lang)
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
