"""Write an email to the people registered for an event, send it and stop it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from campaign.accounts.audit import Actor
from campaign.db.versioned import check_version
from campaign.errors import CampaignError
from campaign.events.messages.models import EventMessage
from campaign.events.messages.queries import is_sending, readers_by_lang, sent_since
from campaign.events.models import Event
from campaign.extensions import db, load_for_update, note_ended
from campaign.jobs.operations import enqueue as enqueue_job
from campaign.organisations.test_emails import enqueue_test
from campaign.site.settings import site_settings

JOB = "event_message"
TEST = "event_message_test"
# More would no longer be about the event, and people would stop reading them.
MAX_MESSAGES = 5
MAX_IN_A_DAY = 2
DAY = timedelta(days=1)


class MessageClosed(CampaignError):
    """The event is a draft, or so long over that its registrations are erased."""

    status = 409


class MessageSent(CampaignError):
    """The message is not a draft any more, so it can be neither changed nor sent."""

    status = 409


class MessageUnderWay(CampaignError):
    """Another message of the event is going out."""

    status = 409


class TooManyMessages(CampaignError):
    """The event has had as many messages as it may, or as many as in one day."""

    status = 409


class NoReaders(CampaignError):
    """Nobody would get the message."""

    status = 409


def can_be_emailed(event: Event, now: datetime) -> bool:
    """Return whether organizers may email the people registered for this event now.

    They may until the registrations are erased, some days after the event.
    """
    days = timedelta(days=site_settings().registration_days)
    return event.state != "draft" and now < event.ends_at + days


def write_message(
    *, event_id: int, audience: str, texts: Mapping[str, Mapping[str, str]], now: datetime
) -> EventMessage:
    """Save a draft. `texts` maps a language to `subject` and `body`.

    Raise MessageClosed and TooManyMessages.
    """
    event = load_for_update(Event, event_id)
    if not can_be_emailed(event, now):
        raise MessageClosed(event.slug)
    if sent_since(event_id) >= MAX_MESSAGES:
        raise TooManyMessages(event.slug)
    row = EventMessage(
        event_id=event_id,
        audience=audience,
        texts={lang: dict(text) for lang, text in texts.items()},
        original_lang=event.original_lang,
        created_at=now,
    )
    db.session.add(row)
    db.session.flush()
    return row


def change_message(
    *,
    message_id: int,
    version: int | str | None,
    audience: str,
    texts: Mapping[str, Mapping[str, str]],
) -> EventMessage:
    """Change a draft. Raise MessageSent and EditConflict."""
    row = _load_draft(message_id)
    check_version(row, version)
    row.audience = audience
    row.texts = {lang: dict(text) for lang, text in texts.items()}
    db.session.flush()
    return row


def delete_message(*, message_id: int) -> None:
    """Delete a draft. Raise MessageSent."""
    db.session.delete(_load_draft(message_id))
    db.session.flush()


def send_message(*, message_id: int, version: int | str | None, now: datetime) -> EventMessage:
    """Begin to send a draft, as it was at this version.

    Raise MessageSent, MessageClosed, TooManyMessages, MessageUnderWay, NoReaders and EditConflict.
    """
    event_id = load_for_update(EventMessage, message_id).event_id
    # Two messages of one event are sent one after the other, so that both see the limits.
    event = load_for_update(Event, event_id)
    row = _load_draft(message_id)
    check_version(row, version)
    if not can_be_emailed(event, now):
        raise MessageClosed(event.slug)
    if sent_since(event_id) >= MAX_MESSAGES or sent_since(event_id, now - DAY) >= MAX_IN_A_DAY:
        raise TooManyMessages(event.slug)
    if is_sending(event_id):
        raise MessageUnderWay(event.slug)
    if not readers_by_lang(event_id, row.audience):
        raise NoReaders(event.slug)
    row.state, row.started_at = "sending", now
    db.session.flush()
    enqueue_job(JOB, row.id, run_at=now)
    return row


def stop_message(*, message_id: int, now: datetime) -> EventMessage:
    """Stop a message that is going out. Emails that are queued but not sent yet stay unsent.

    A message that is over stays as it is.
    """
    row = load_for_update(EventMessage, message_id)
    if row.state == "sending":
        end_message(row, "stopped", now=now)
    return row


def end_message(message: EventMessage, state: str, *, now: datetime) -> None:
    """End a message that is going out. `state` is "done" or "stopped"."""
    message.state, message.finished_at = state, now
    note_ended("event_message.ended", message.id, message.created_at)
    db.session.flush()


def send_test(*, actor: Actor, message_id: int, organizer_id: int, lang: str) -> None:
    """Enqueue a test email of the message in `lang` to one organizer."""
    row = load_for_update(EventMessage, message_id)
    enqueue_test(
        actor,
        "event_messages.test",
        kind=TEST,
        subject=("event_message", message_id),
        cause_id=row.event.cause_id,
        organizer_id=organizer_id,
        lang=lang,
    )


def _load_draft(message_id: int) -> EventMessage:
    row = load_for_update(EventMessage, message_id)
    if row.state != "draft":
        raise MessageSent(f"the message is {row.state}")
    return row
