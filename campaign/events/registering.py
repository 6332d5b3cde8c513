"""Registering for an event, and what the owner of a registration may do with it by the link in their mail.

Nothing here tells the caller whether an address had registered before; its owner hears of it by mail.
"""

from datetime import timedelta

from sqlalchemy import select

from campaign.errors import CampaignError
from campaign.events.codes import new_code
from campaign.events.models import Registration
from campaign.events.operations import locked
from campaign.events.seats import SEAT, fill_seats, fits, seat
from campaign.extensions import db
from campaign.mail.operations import owe

CONFIRMATION = "registration_confirmation"
REPEAT = "registration_repeat"
CANCELLED = "registration_cancelled"
MOST_MAILS = 5
# Two presses of one button are one wish.
QUIET = timedelta(seconds=50)
OWN = ("name", "seats", "answers")


class RegistrationClosed(CampaignError):
    """The event takes no registrations: it has begun, was cancelled, or needs none."""

    status = 410


class TooFewSeats(CampaignError):
    """More seats are wanted than are free."""

    status = 409


class NoSuchRegistration(CampaignError):
    """The link opens nothing any more."""

    status = 404


def register(event_id, *, now, lang, held_reason="", **typed):
    """Give somebody their seats, or a place on the waiting list, and owe the mail that says which; return the row.

    `typed` are the columns name, email, email_digest, seats and answers. With a `held_reason` the registration is set
    aside and takes no seat. Raises RegistrationClosed.
    """
    event = locked(event_id)
    if not event.takes_registrations(now):
        raise RegistrationClosed(event.slug)
    known = db.session.scalar(
        select(Registration).where(
            Registration.event_id == event.id, Registration.email_digest == typed["email_digest"]
        )
    )
    if known and known.state != "cancelled":
        _mail_again(known, lang, now)
        return known
    registration = known or Registration(event_id=event.id, code=new_code(), state="waiting")
    _write(registration, {**typed, "lang": lang, "held_reason": held_reason or registration.held_reason or ""})
    registration.cancelled_at = registration.checked_in_at = None
    if registration.held_reason:
        registration.state = "held"
        db.session.flush()
    else:
        seat(event, registration, now=now)
    registration.mailed_at = now
    owe(kind=CONFIRMATION, subject_id=registration.id, lang=lang)
    return registration


def change_registration(registration_id, *, now, **typed):
    """Take the owner's new name, number of seats and answers; fewer seats free the others for those who wait.

    Raises TooFewSeats, RegistrationClosed and NoSuchRegistration.
    """
    event, registration = _own(registration_id)
    if not event.keeps_registrations(now) or registration.state == "cancelled":
        raise RegistrationClosed(event.slug)
    more = typed.get("seats", registration.seats) - registration.seats
    if registration.state == "registered" and more > 0 and not fits(event, more):
        raise TooFewSeats(event.slug)
    _write(registration, {name: typed[name] for name in OWN if name in typed})
    fill_seats(event, now=now)
    return registration


def cancel_registration(registration_id, *, now):
    """Give the seats back; the next who waits gets them. Twice changes nothing.

    Raises RegistrationClosed once the event has begun, and NoSuchRegistration.
    """
    event, registration = _own(registration_id)
    if registration.state == "cancelled":
        return registration
    if now >= event.starts_at:
        raise RegistrationClosed(event.slug)
    if registration.state == "registered":
        registration.sequence += 1
    registration.state = "cancelled"
    registration.cancelled_at = now
    registration.waits_since = None
    db.session.flush()
    owe(kind=CANCELLED, subject_id=registration.id, lang=registration.lang)
    fill_seats(event, now=now)
    return registration


def admit(registration_id, *, now):
    """Let a registration pass that was set aside: it gets its seats or waits, and its owner hears of it."""
    event, registration = _own(registration_id)
    if registration.state == "held":
        registration.held_reason = ""
        seat(event, registration, now=now)
        owe(kind=CONFIRMATION, subject_id=registration.id, lang=registration.lang)
    return registration


def give_seat(registration_id, *, now):
    """Give seats to somebody who waits, before those who wait longer; they hear of it. Raises TooFewSeats."""
    event, registration = _own(registration_id)
    if registration.state == "waiting":
        if not fits(event, registration.seats):
            raise TooFewSeats(event.slug)
        seat(event, registration, now=now)
        owe(kind=SEAT, subject_id=registration.id, lang=registration.lang)
    return registration


def _own(registration_id):
    """Return the event, locked, and its registration as it is under that lock."""
    event_id = db.session.scalar(select(Registration.event_id).where(Registration.id == registration_id))
    if event_id is None:
        raise NoSuchRegistration(registration_id)
    event = locked(event_id)
    registration = db.session.get(Registration, registration_id, populate_existing=True)
    if registration is None:
        raise NoSuchRegistration(registration_id)
    return event, registration


def _write(registration, columns):
    for name, value in columns.items():
        setattr(registration, name, value)
    db.session.add(registration)


def _mail_again(registration, lang, now):
    """Owe the owner one more mail about what stands, at most MOST_MAILS in all and not two within QUIET."""
    if registration.mail_count < MOST_MAILS and registration.mailed_at <= now - QUIET:
        registration.mail_count += 1
        registration.mailed_at = now
        owe(kind=REPEAT, subject_id=registration.id, lang=lang)
    db.session.flush()
