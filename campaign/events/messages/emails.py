"""The email that carries a message of the organizers to the people registered for an event.

Its text is written when it is sent. If the person is no longer among its readers by then, or the
message was stopped, the email is dropped.
"""

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

from campaign.events.codes import CODE_LENGTH
from campaign.events.emails import context_of
from campaign.events.messages.models import EventMessage
from campaign.events.messages.operations import EMAIL, TEST, can_be_emailed, message_sender
from campaign.events.messages.queries import registrations_with_ids
from campaign.events.models import Event, Registration
from campaign.events.queries import event_by_id
from campaign.events.tokens import token_for
from campaign.extensions import db
from campaign.http.urls import absolute_url
from campaign.mail.bulk.models import BulkReceipt
from campaign.mail.bulk.rendering import BulkRenderer, ReadersOfPass, once_per_pass
from campaign.mail.composition import Message, RenderedEmail, render
from campaign.mail.models import OutboxRow
from campaign.mail.renderers import register
from campaign.mail.writing.inline_styles import with_inline_styles
from campaign.organisations.email_tests import compose_test, subject_of_test
from campaign.organisations.emails import email_identity
from campaign.process.clock import utcnow
from campaign.text.markdown import to_html, to_text
from campaign.text.typed_codes import spaced

# Who is in which audience, by the state of a registration.
STATES = {
    "registered": ("registered",),
    "waiting": ("waiting",),
    "everyone": ("registered", "waiting"),
    "came": ("registered",),
}


def init_app(app: Flask) -> None:
    """Register the renderers of messages to registered people."""
    register(
        app,
        EMAIL,
        message_renderer.render,
        _l("Email to people registered for an event"),
        load=message_renderer.load,
    )
    register(app, TEST, _render_test, _l("Test email about an event"))


def sample(message: EventMessage, lang: str) -> RenderedEmail:
    """Return the RenderedEmail of a message as readers in `lang` will get it.

    The link to the reader's own registration opens the page of the event instead.
    """
    event = message.event
    reader = Registration(
        seats=1,
        state="waiting" if message.audience == "waiting" else "registered",
        code="0" * CODE_LENGTH,
    )
    event_url = absolute_url("events.show", lang, slug=event.slug)
    return _wording(message, event, reader, lang, mine_url=event_url)


def _wording(
    message: EventMessage, event: Event, reader: Registration, lang: str, *, mine_url: str
) -> RenderedEmail:
    text_lang = message.lang_for(lang)
    text = message.texts[text_lang]
    is_off, is_over = event.state == "cancelled", utcnow() >= event.ends_at
    # After the event, nobody needs a calendar entry, an entry code or directions.
    details: dict[str, Any] = {"state": "", "online_url": ""} if is_over else {}
    calendar_url = (
        "" if is_off or is_over else absolute_url("events.calendar", lang, slug=event.slug)
    )
    identity = email_identity(event.cause.organisation_id, lang)
    return render(
        "event_message",
        lang,
        personal={"mine_url": mine_url, "code": spaced(reader.code)},
        **context_of(event, reader, lang, identity) | details,
        message_subject=text["subject"],
        body=with_inline_styles(to_html(text["body"])),
        plain_body=to_text(text["body"], shows_links=True),
        body_lang=text_lang,
        is_off=is_off,
        is_over=is_over,
        calendar_url=calendar_url,
    )


def _compose(message: EventMessage, reader: Registration, receipt: BulkReceipt) -> Message | None:
    """Return the email to one person, or None if they must no longer get it."""
    if reader.email_digest != receipt.email_digest:
        # Their new address has its own receipt.
        return None
    event = once_per_pass("event", message.event_id, lambda: event_by_id(message.event_id))
    if event is None or not reader.email or reader.state not in STATES[message.audience]:
        return None
    if message.audience == "came" and reader.checked_in_at is None:
        return None
    if not can_be_emailed(event, utcnow()):
        return None
    mine_url = absolute_url("events.registration", reader.lang, token=token_for(reader))
    return Message(
        to=reader.email,
        to_name=reader.name,
        digest=reader.email_digest,
        lang=reader.lang,
        sender=email_identity(event.cause.organisation_id, reader.lang).sender,
        **_wording(message, event, reader, reader.lang, mine_url=mine_url)._asdict(),
    )


message_renderer = BulkRenderer(
    message_sender,
    readers=ReadersOfPass("registrations", registrations_with_ids),
    compose=_compose,
)


def _render_test(row: OutboxRow) -> Message | None:
    """Return a test email to an organizer, or None if they or the message are gone."""
    message_id = subject_of_test(row.subject_id)
    message = db.session.get(EventMessage, message_id) if message_id else None
    if message is None:
        return None
    return compose_test(
        row.subject_id,
        sample(message, row.lang),
        lang=row.lang,
        organisation_id=message.event.cause.organisation_id,
    )
