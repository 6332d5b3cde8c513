"""Create events to test with, and register for them."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from campaign.events.life_cycle import event_life_cycle
from campaign.events.models import Event, Registration
from campaign.events.operations import Hours, create_event
from campaign.events.registering import confirm_registration, content_fingerprint, register
from campaign.events.tokens import token_for
from campaign.extensions import db, write
from campaign.process.clock import utcnow
from campaign.signatures import tokens
from tests.factories.causes import make_cause

ZONE = "America/Toronto"
AMALIA = {"name": "Amalia Rosales", "email": "amalia@rosales.example", "seats": "1"}


def make_event(
    slug="talk",
    *,
    cause_id=None,
    title="How a family searches",
    days=7,
    texts=None,
    draft=False,
    **settings,
):
    """Create an event that begins in `days` and lasts 90 minutes, committed.

    It is published unless it is a draft.
    """
    starts = utcnow().astimezone(ZoneInfo(ZONE)).replace(tzinfo=None, microsecond=0) + timedelta(
        days=days
    )
    hours = settings.pop("hours", None) or Hours(starts, starts + timedelta(minutes=90), ZONE)
    text = {
        "title": title,
        "kind": "Talk",
        "place": "Larch Library",
        "body": "An *evening* of questions.",
    }
    texts = texts or {"en": text, "es": {**text, "kind": "Charla", "title": f"{title} (es)"}}
    settings = {"town": "Ottawa", "registration": "required", **settings}
    cause_id = cause_id or make_cause().id
    event = write(create_event, cause_id=cause_id, slug=slug, hours=hours, texts=texts, **settings)
    return event if draft else write(event_life_cycle.publish, row_id=event.id, now=utcnow())


def ask_to_come(event, name="amalia", *, seats=1, now=None, **more):
    """Register as the operation does, committed and unconfirmed, and return the id."""
    email = f"{name}@rosales.example"
    columns = {
        "name": name.title(),
        "email": email,
        "email_digest": tokens.email_digest(email),
        "answers": {},
    }
    more = {"lang": "en", **more}
    return write(register, event.id, now=now or utcnow(), seats=seats, **columns, **more).id


def confirm(registration_id, *, now=None):
    """Press the button in the email, committed, and return the id."""
    fingerprint = content_fingerprint(registration(registration_id))
    return write(
        confirm_registration, registration_id, fingerprint=fingerprint, now=now or utcnow()
    ).id


def come(event, name="amalia", *, now=None, **more):
    """Register and confirm, committed, and return the id."""
    return confirm(ask_to_come(event, name, now=now, **more), now=now)


def post_registration(
    client, event, form_data=AMALIA, *, lang="en", address="127.0.0.1", **options
):
    path = f"/{lang}/events/{event.slug}/registrations"
    return client.post(path, data=form_data, environ_overrides={"REMOTE_ADDR": address}, **options)


def registration(registration_id):
    """Return the registration as it is in the database now, or None."""
    db.session.rollback()
    return db.session.get(Registration, registration_id, populate_existing=True)


def registrations():
    """Return all registrations as they are in the database now, oldest first."""
    db.session.rollback()
    query = select(Registration).order_by(Registration.id).execution_options(populate_existing=True)
    return db.session.scalars(query).all()


def states():
    return [registration.state for registration in registrations()]


def event_now(event):
    db.session.rollback()
    return db.session.get(Event, event.id, populate_existing=True)


def move(event, *, starts_at):
    """Set the times directly, as time passing would. The event lasts an hour."""
    values = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=1)}
    write(lambda: db.session.execute(update(Event).where(Event.id == event.id).values(**values)))


def link(registration_id, lang="en"):
    return f"/{lang}/registrations/{token_for(registration(registration_id))}"
