"""The emails that events cause.

Each text is written when the email is sent. The email is dropped if it no longer applies.
"""

from collections.abc import Collection, Iterator
from functools import partial
from typing import Any, cast

from flask import Flask

from campaign.events.calendar import invitation
from campaign.events.codes import code_png
from campaign.events.hours import full_day, hours, zone_name
from campaign.events.models import Event, Registration
from campaign.events.operations import CALLED_OFF, CHANGED
from campaign.events.places import full_place, map_url
from campaign.events.queries import event_by_id, registration_by_id
from campaign.events.registering import CANCELLED, CONFIRM, CONFIRMATION, REPEAT
from campaign.events.reminders import DAY_REMINDER, HOURS_REMINDER
from campaign.events.seats import SEAT
from campaign.events.tokens import token_for
from campaign.http.urls import absolute_url
from campaign.mail.composition import Attachment, Message, render
from campaign.mail.models import OutboxMessage
from campaign.mail.renderers import register
from campaign.organisations.emails import EmailIdentity, email_identity
from campaign.process.clock import utcnow
from campaign.site.settings import site_settings
from campaign.text.markdown import to_text
from campaign.text.typed_codes import spaced
from campaign.text.whitespace import in_one_line

# Folders of `templates/emails/` by state: with a seat, on the waiting list, held for review.
BY_STATE = {
    "registered": "registration_confirmation",
    "waiting": "registration_waiting",
    "held": "registration_held",
}


def init_app(app: Flask) -> None:
    """Register the renderers of the emails that events enqueue."""
    register(
        app, CONFIRM, partial(_compose, "registration_confirm", ("unconfirmed",)), is_bound=True
    )
    register(
        app, CONFIRMATION, partial(_compose, None, ("registered", "waiting", "held")), is_bound=True
    )
    register(
        app,
        REPEAT,
        partial(_compose, "registration_repeat", ("registered", "waiting", "held")),
        is_bound=True,
    )
    register(app, SEAT, partial(_compose, "registration_seat", ("registered",)))
    register(app, CANCELLED, partial(_compose, "registration_cancelled", ("cancelled",)))
    register(app, CHANGED, partial(_compose, "event_changed", ("registered", "waiting")))
    register(app, CALLED_OFF, partial(_compose, "event_cancelled", ("registered", "waiting")))
    register(app, DAY_REMINDER, partial(_compose, "registration_reminder_day", ("registered",)))
    register(app, HOURS_REMINDER, partial(_compose, "registration_reminder_hours", ("registered",)))


def _compose(
    template: str | None, apt_states: Collection[str], message: OutboxMessage
) -> Message | None:
    """Return the Message for a queued email, or None if it no longer applies."""
    registration = registration_by_id(message.subject_id)
    if registration is None or not registration.email or registration.state not in apt_states:
        return None
    event = cast(Event, event_by_id(registration.event_id))
    if not _is_apt(message.kind, event):
        return None
    identity = email_identity(event.cause.organisation_id, message.lang)
    wording = render(
        template or BY_STATE[registration.state],
        message.lang,
        personal={
            "person": registration.name,
            "mine_url": absolute_url(
                "events.registration", message.lang, token=token_for(registration)
            ),
            "code": spaced(registration.code),
        },
        **context_of(event, registration, message.lang, identity),
    )
    return Message(
        to=registration.email,
        to_name=registration.name,
        digest=registration.email_digest,
        lang=message.lang,
        sender=identity.sender,
        attachments=tuple(_attachments(event, registration)),
        **wording._asdict(),
    )


def _is_apt(kind: str, event: Event) -> bool:
    """Return whether an email of this kind still makes sense.

    For a cancelled event we send only cancellations. Requests to confirm and reminders are sent
    only until the event begins. Once it is over we send nothing.
    """
    if utcnow() >= event.ends_at:
        return False
    if kind in (CONFIRM, DAY_REMINDER, HOURS_REMINDER) and utcnow() >= event.starts_at:
        return False
    return event.state == ("cancelled" if kind == CALLED_OFF else "published") or kind == CANCELLED


def _attachments(event: Event, registration: Registration) -> Iterator[Attachment]:
    if not registration.sequence or registration.state not in ("registered", "cancelled"):
        return
    is_over = registration.state == "cancelled" or event.state == "cancelled"
    file = invitation(event, registration, cancelled=is_over)
    parameters = {"charset": "utf-8", "method": file.method}
    yield Attachment("event.ics", "text", "calendar", file.text.encode(), parameters)
    if registration.state == "registered" and not is_over:
        yield Attachment("code.png", "image", "png", code_png(registration.code))


def context_of(
    event: Event, registration: Registration, lang: str, identity: EmailIdentity
) -> dict[str, Any]:
    """Return what emails about an event show of it, and of a registration."""
    text = event.text(lang)
    return {
        "seats": registration.seats,
        "registration_days": site_settings().registration_days,
        "erase_days": site_settings().erase_pending_days,
        "state": registration.state,
        "has_hold": registration.hold_until is not None and registration.hold_until > utcnow(),
        "has_capacity": event.capacity is not None,
        "event_title": text.title,
        "event_url": absolute_url("events.show", lang, slug=event.slug),
        "day": full_day(event.starts_local, lang),
        "hours": hours(event.starts_local, event.ends_local, lang),
        "zone": zone_name(event.zone, event.starts_at, lang),
        "place": full_place(event, text),
        "map_url": map_url(event, text),
        "online_url": event.online_url if registration.state == "registered" else "",
        "notice": text.notice,
        "access": in_one_line(to_text(text.access)),
        "cause_title": event.cause.text(lang).title,
        "identity": identity,
    }
