"""Check-in at the door, by registration code, and seats for people who come without one."""

import secrets
from datetime import datetime

from sqlalchemy import select

from campaign.errors import CampaignError
from campaign.events.codes import new_code
from campaign.events.models import Event, Registration
from campaign.events.registering import CONFIRMATION, TooFewSeats
from campaign.events.seats import fits, give
from campaign.extensions import db, load_for_update
from campaign.mail.operations import enqueue
from campaign.text.typed_codes import read_code

DIGEST_BYTES = 32


class CodeUnknown(CampaignError):
    """No registration of this event has this code."""

    status = 404


class NoSeat(CampaignError):
    """The code has no seat: unconfirmed, on the waiting list, held for review, or cancelled."""

    status = 409


class AlreadyRegistered(CampaignError):
    """A registration with this email address exists already."""

    status = 409


def check_in(event_id: int, *, code: str, now: datetime) -> Registration:
    """Record that the person with `code` came, and return the registration.

    A second scan keeps the first time. Raise CodeUnknown and NoSeat.
    """
    registration = _by_code(event_id, code)
    if registration.state != "registered":
        raise NoSeat(registration.state)
    if registration.checked_in_at is None:
        registration.checked_in_at = now
        db.session.flush()
    return registration


def undo_check_in(event_id: int, *, code: str) -> Registration:
    """Undo a check-in and return the registration. Raise CodeUnknown."""
    registration = _by_code(event_id, code)
    registration.checked_in_at = None
    db.session.flush()
    return registration


def check_in_without_seat(event_id: int, *, code: str, now: datetime) -> Registration:
    """Check in someone who has no seat yet, and return the registration.

    Capacity is not checked, because the people at the door see whether there is room. Raise
    CodeUnknown.
    """
    event = load_for_update(Event, event_id)
    registration = _by_code(event.id, code)
    if registration.state != "registered":
        give(event, registration, now)
    registration.checked_in_at = registration.checked_in_at or now
    db.session.flush()
    return registration


def add_by_hand(
    event_id: int,
    *,
    name: str,
    seats: int,
    lang: str,
    now: datetime,
    address: tuple[str, bytes] | None = None,
    comes_in: bool = False,
    anyway: bool = False,
) -> Registration:
    """Give a seat to someone who asked in another way than by the form.

    `address` is a pair (email address, its digest) if they want the email with their code. With
    `comes_in` they are at the door and get checked in.

    Return the registration. Raise AlreadyRegistered, and TooFewSeats if the event is full, unless
    `anyway`.
    """
    event = load_for_update(Event, event_id)
    if not anyway and not fits(event, seats, now):
        raise TooFewSeats(event.slug)
    # Without an email address nothing is sent. A random digest keeps the row unique.
    email, digest = address or ("", secrets.token_bytes(DIGEST_BYTES))
    same_address = Registration.event_id == event.id, Registration.email_digest == digest
    if db.session.scalar(select(Registration.id).where(*same_address)):
        raise AlreadyRegistered(event.slug)
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


def _by_code(event_id: int, code: str) -> Registration:
    registration = db.session.scalar(
        select(Registration)
        .where(Registration.event_id == event_id, Registration.code == read_code(code))
        .with_for_update()
    )
    if registration is None:
        raise CodeUnknown(event_id)
    return registration
