"""Register for an event, confirm it, and change or cancel it by the link in the email.

Nothing here tells the caller whether an address had registered before. Only the email says so.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from campaign.errors import CampaignError
from campaign.events.codes import new_code
from campaign.events.models import Event, Registration
from campaign.events.seats import SEAT, drop_hold, fill_seats, fits, hold, seat
from campaign.extensions import db, load_for_update, note_ended
from campaign.mail.operations import enqueue
from campaign.security.digests import keyed_digest
from campaign.security.secret_key import secret_key

CONFIRM = "registration_confirm"
CONFIRMATION = "registration_confirmation"
REPEAT = "registration_repeat"
CANCELLED = "registration_cancelled"
MAX_EMAILS = 5
# Pressing a button twice counts once.
MIN_EMAIL_INTERVAL = timedelta(seconds=50)
OWN = ("name", "seats", "answers")
CONTENT_PURPOSE = "what a registration says"


class RegistrationClosed(CampaignError):
    """The event takes no registrations: it has begun, was cancelled, or needs none."""

    status = 410


class TooFewSeats(CampaignError):
    """More seats were asked for than are free."""

    status = 409


class NoSuchRegistration(CampaignError):
    """The registration behind the link no longer exists."""

    status = 404


class RegistrationChanged(CampaignError):
    """The registration is no longer what the person saw on the page."""

    status = 409


def register(
    event_id: int, *, now: datetime, lang: str, held_reason: str = "", **columns: Any
) -> Registration:
    """Save a registration, hold its seats for an hour and email the confirm button.

    `columns` are the columns name, email, email_digest, seats, answers and notice_id. With a
    `held_reason`, no seat is held and an organizer reviews the registration once it is confirmed.

    Until it is confirmed, newer form data replaces the old, and the page with the button shows it.
    Someone who is on the list already keeps what they have. Return the row. Raise
    RegistrationClosed.
    """
    event = load_for_update(Event, event_id)
    if not event.takes_registrations(now):
        raise RegistrationClosed(event.slug)
    # People on the waiting list come before anyone new.
    fill_seats(event, now=now)
    existing = db.session.scalar(
        select(Registration).where(
            Registration.event_id == event.id, Registration.email_digest == columns["email_digest"]
        )
    )
    registration = existing or Registration(event_id=event.id, code=new_code(), state="cancelled")
    is_new = registration.state == "cancelled"
    if is_new or registration.state == "unconfirmed":
        reason = held_reason or registration.held_reason or ""
        _write(
            registration, {**columns, "lang": lang, "held_reason": reason, "state": "unconfirmed"}
        )
        registration.cancelled_at = registration.checked_in_at = None
    if is_new:
        registration.created_at = now
    db.session.flush()
    if not held_reason:
        hold(event, registration, columns["seats"], now=now)
    kind = CONFIRM if registration.state == "unconfirmed" else REPEAT
    if existing is None:
        registration.mailed_at = now
        enqueue(kind=kind, subject_id=registration.id, lang=lang)
    else:
        _mail_again(registration, kind, lang, now)
    return registration


def content_fingerprint(registration: Registration) -> str:
    """Return a fingerprint of what the registration says.

    When someone presses the button, it shows whether they saw the present content.
    """
    content = repr((registration.name, registration.seats, sorted(registration.answers.items())))
    return keyed_digest(secret_key(), CONTENT_PURPOSE, f"{registration.id}:{content}").hex()[:16]


def confirm_registration(registration_id: int, *, fingerprint: str, now: datetime) -> Registration:
    """Confirm a registration: it gets its seats, or a place on the waiting list.

    An email says which. Confirming twice changes nothing. `fingerprint` is what
    `content_fingerprint` returned for the page that the person saw. Raise RegistrationChanged,
    RegistrationClosed and NoSuchRegistration.
    """
    event, registration = _own(registration_id)
    if registration.state != "unconfirmed":
        return registration
    if not event.keeps_registrations(now):
        raise RegistrationClosed(event.slug)
    if fingerprint != content_fingerprint(registration):
        raise RegistrationChanged(registration_id)
    fill_seats(event, now=now)
    _settle(event, registration, now)
    return registration


def change_registration(registration_id: int, *, now: datetime, **changes: Any) -> Registration:
    """Save the new name, number of seats and answers. Freed seats go to the waiting list.

    Raise TooFewSeats, RegistrationClosed and NoSuchRegistration.
    """
    event, registration = _own(registration_id)
    if not event.keeps_registrations(now) or registration.state in ("cancelled", "unconfirmed"):
        raise RegistrationClosed(event.slug)
    more = changes.get("seats", registration.seats) - registration.seats
    if (
        registration.state == "registered"
        and more > 0
        and not fits(event, more, now, besides=registration.id)
    ):
        raise TooFewSeats(event.slug)
    _write(registration, {name: changes[name] for name in OWN if name in changes})
    fill_seats(event, now=now)
    return registration


def cancel_registration(registration_id: int, *, now: datetime) -> Registration:
    """Cancel a registration. Its seats go to the waiting list. Repeating it changes nothing.

    Raise RegistrationClosed once the event has begun, and NoSuchRegistration.
    """
    event, registration = _own(registration_id)
    if registration.state == "cancelled":
        return registration
    if now >= event.starts_at:
        raise RegistrationClosed(event.slug)
    was_confirmed = registration.state != "unconfirmed"
    _cancel(event, registration, now)
    if was_confirmed:
        enqueue(kind=CANCELLED, subject_id=registration.id, lang=registration.lang)
    return registration


def cancel_restored(registration_id: int, *, now: datetime) -> bool:
    """Cancel a registration that a backup brought back and return whether it was not cancelled.

    Its person was told when they cancelled it. The event may have begun since.
    """
    event, registration = _own(registration_id)
    if registration.state == "cancelled":
        return False
    _cancel(event, registration, now)
    return True


def erase_registration(registration_id: int, *, now: datetime) -> None:
    """Erase a registration at once. Its seats go to the waiting list, and no email says so.

    If the person came, the event still counts them. Raise NoSuchRegistration.
    """
    event, registration = _own(registration_id)
    note_ended("registration.erased", registration.id, registration.created_at)
    if registration.checked_in_at is not None:
        event.attendance = (event.attendance or 0) + registration.seats
    db.session.delete(registration)
    db.session.flush()
    fill_seats(event, now=now)


def _cancel(event: Event, registration: Registration, now: datetime) -> None:
    if registration.state == "registered":
        registration.sequence += 1
    registration.state = "cancelled"
    registration.cancelled_at = now
    registration.waits_since = None
    # Registering again gives the row a new time of creation, so nothing need be noted then.
    note_ended("registration.cancelled", registration.id, registration.created_at)
    drop_hold(registration)
    db.session.flush()
    fill_seats(event, now=now)


def admit(registration_id: int, *, now: datetime) -> Registration:
    """Approve a registration that was held for review.

    It gets its seats or a place on the waiting list, and an email says which.
    """
    event, registration = _own(registration_id)
    if registration.state == "held":
        registration.held_reason = ""
        _settle(event, registration, now)
    return registration


def give_seat(registration_id: int, *, now: datetime) -> Registration:
    """Give seats to a waiting or unconfirmed registration, ahead of the waiting list.

    An email says so. Raise TooFewSeats.
    """
    event, registration = _own(registration_id)
    if registration.state in ("waiting", "unconfirmed"):
        kind = SEAT if registration.state == "waiting" else CONFIRMATION
        if not fits(event, registration.seats, now, besides=registration.id):
            raise TooFewSeats(event.slug)
        seat(event, registration, now=now)
        enqueue(kind=kind, subject_id=registration.id, lang=registration.lang)
    return registration


def _settle(event: Event, registration: Registration, now: datetime) -> None:
    """Give a confirmed registration its seats, or let it wait or be reviewed. Email the result.

    The waiting list is for registrations that no longer fit. The review is for those with a
    `held_reason`.
    """
    if registration.held_reason:
        drop_hold(registration)
        registration.state = "held"
        db.session.flush()
    else:
        seat(event, registration, now=now)
    registration.mailed_at = now
    enqueue(kind=CONFIRMATION, subject_id=registration.id, lang=registration.lang)


def _own(registration_id: int) -> tuple[Event, Registration]:
    """Return the locked event, and its registration as it is under that lock."""
    event_id = db.session.scalar(
        select(Registration.event_id).where(Registration.id == registration_id)
    )
    if event_id is None:
        raise NoSuchRegistration(registration_id)
    event = load_for_update(Event, event_id)
    registration = db.session.get(Registration, registration_id, populate_existing=True)
    if registration is None:
        raise NoSuchRegistration(registration_id)
    return event, registration


def _write(registration: Registration, columns: dict[str, Any]) -> None:
    for name, value in columns.items():
        setattr(registration, name, value)
    db.session.add(registration)


def _mail_again(registration: Registration, kind: str, lang: str, now: datetime) -> None:
    """Enqueue one more email, at most MAX_EMAILS in all and never two within MIN_EMAIL_INTERVAL."""
    if registration.mail_count < MAX_EMAILS and registration.mailed_at <= now - MIN_EMAIL_INTERVAL:
        registration.mail_count += 1
        registration.mailed_at = now
        enqueue(kind=kind, subject_id=registration.id, lang=lang)
    db.session.flush()
