"""Write an email to the people registered for an event, and send it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Select

from campaign.accounts.audit import WORKER, Actor, record_audit_event
from campaign.causes.models import Cause
from campaign.db.versioned import check_version
from campaign.errors import CampaignError
from campaign.events.messages.models import EventMessage, EventMessageReceipt
from campaign.events.messages.queries import (
    is_sending,
    next_readers,
    readers_by_lang,
    sent_since,
)
from campaign.events.models import Event
from campaign.extensions import db, load_for_update, note_ended
from campaign.jobs.operations import enqueue as enqueue_job
from campaign.mail.bulk.sending import AlreadyBegun, BatchResult, BulkSender
from campaign.organisations.email_tests import enqueue_test
from campaign.site.settings import site_settings

JOB = "event_message"
EMAIL = "event_message"
TEST = "event_message_test"
# More would no longer be about the event, and people would stop reading them.
MAX_MESSAGES = 5
MAX_IN_A_DAY = 2
DAY = timedelta(days=1)


class MessageClosed(CampaignError):
    """The event is a draft, or so long over that its registrations are erased."""

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


class MessageSender(BulkSender[EventMessage]):
    """Emails the people registered for an event."""

    model, receipts, job = EventMessage, EventMessageReceipt, JOB

    def email_kind(self, row: EventMessage) -> str:
        return EMAIL

    def cause_of(self, row: EventMessage) -> Cause:
        return row.event.cause

    def subject_of(self, row: EventMessage) -> tuple[str, int]:
        return "event_message", row.id

    def done_action(self, row: EventMessage) -> str:
        return "event_messages.done"

    def next_readers(self, row: EventMessage) -> Select[int, str, bytes | None]:
        return next_readers(row)

    def obstacle(self, row: EventMessage, now: datetime) -> BatchResult | None:
        """End it when the registrations are due to be erased."""
        if can_be_emailed(row.event, now):
            return None
        self.finish(row, "stopped", now=now)
        return BatchResult(0, None)

    def receipt_values(self, now: datetime) -> dict[str, Any]:
        return {"queued_at": now}

    def note_ended(self, row: EventMessage) -> None:
        note_ended("event_message.ended", row.id, row.created_at)


message_sender = MessageSender(record_audit_event=partial(record_audit_event, WORKER))


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
    """Change a draft. Raise AlreadyBegun and EditConflict."""
    row = _load_draft(message_id)
    check_version(row, version)
    row.audience = audience
    row.texts = {lang: dict(text) for lang, text in texts.items()}
    db.session.flush()
    return row


def delete_message(*, message_id: int) -> None:
    """Delete a draft. Raise AlreadyBegun."""
    db.session.delete(_load_draft(message_id))
    db.session.flush()


def send_message(*, message_id: int, version: int | str | None, now: datetime) -> EventMessage:
    """Begin to send a draft, as it was at this version.

    Raise AlreadyBegun, MessageClosed, TooManyMessages, MessageUnderWay, NoReaders and EditConflict.
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
        raise AlreadyBegun(f"the message is {row.state}")
    return row
