"""Emails to everyone registered for an event: write, preview, test, send and stop."""

from functools import partial
from typing import Any

from flask import abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from limits import RateLimitItemPerHour
from werkzeug.wrappers import Response as BaseResponse

from campaign.events.messages import operations
from campaign.events.messages.emails import sample
from campaign.events.messages.models import EventMessage
from campaign.events.messages.queries import (
    message_of,
    messages_of,
    readers_by_lang,
    sent_since,
)
from campaign.events.models import Event
from campaign.http.responses import framed
from campaign.i18n.fallbacks import nearest
from campaign.mail.bulk.sending import AlreadyBegun, BulkEmailOver
from campaign.organize.core.access import allowed, fresh
from campaign.organize.core.audit import AuditEvent, act
from campaign.organize.core.edit_conflicts import Editor, save
from campaign.organize.core.email_tests import send_test_email
from campaign.organize.core.fields import sent_version
from campaign.organize.core.identity import organizer
from campaign.organize.core.scope import load_event
from campaign.organize.events.forms import (
    AUDIENCE_LABELS,
    MAX_MESSAGE_LENGTH,
    MAX_SUBJECT_LENGTH,
    MessageForm,
    offered_audiences,
)
from campaign.organize.events.routes import blueprint
from campaign.process.clock import utcnow
from campaign.security.rate_limits import limiter
from campaign.text.markdown import to_html

TESTS_OF_ORGANIZER = RateLimitItemPerHour(20)


@blueprint.get("/<slug>/messages")
@allowed("registrations.email", load_event)
def messages(event: Event) -> ResponseReturnValue:
    rows = messages_of(event.id)
    return render_template(
        "organize/events/messages.html",
        event=event,
        title=event.text(g.lang).title,
        rows=[
            (row, operations.message_sender.report(row) if row.started_at else None) for row in rows
        ],
        audience_labels=AUDIENCE_LABELS,
        max_messages=operations.MAX_MESSAGES,
        left=operations.MAX_MESSAGES - sent_since(event.id),
        is_open=operations.can_be_emailed(event, utcnow()),
    )


@blueprint.get("/<slug>/messages/new")
@allowed("registrations.email", load_event)
def new_message(event: Event) -> ResponseReturnValue:
    if not _can_begin(event):
        return _back_to_list(event)
    return _writing_page(event, None, MessageForm.for_event(event)(formdata=None))


@blueprint.post("/<slug>/messages/new")
@allowed("registrations.email", load_event)
def create_message(event: Event) -> ResponseReturnValue:
    form = _offered(event, None, MessageForm.for_event(event)())
    if not form.validate_texts():
        return _writing_page(event, None, form, 422)
    try:
        made = act(
            AuditEvent(
                "event_messages.create",
                on=lambda message: ("event_message", message.id),
                cause_id=event.cause_id,
            ),
            operations.write_message,
            event_id=event.id,
            audience=form.audience.data,
            texts=form.texts(),
            now=utcnow(),
        )
    except (operations.MessageClosed, operations.TooManyMessages) as error:
        flash(_refusal(event, error), "danger")
        return _back_to_list(event)
    return redirect(_address_of(event, made.id), 303)


@blueprint.get("/<slug>/messages/<int:message_id>")
@allowed("registrations.email", load_event)
def message(event: Event, message_id: int) -> ResponseReturnValue:
    return _message_page(event, _own(event, message_id))


@blueprint.get("/<slug>/messages/<int:message_id>/text")
@allowed("registrations.email", load_event)
def message_text(event: Event, message_id: int) -> ResponseReturnValue:
    row = _own(event, message_id)
    if row.state != "draft":
        return redirect(_address_of(event, row.id), 303)
    return _writing_page(event, row, MessageForm.of(row))


@blueprint.post("/<slug>/messages/<int:message_id>/text")
@allowed("registrations.email", load_event)
def save_message(event: Event, message_id: int) -> ResponseReturnValue:
    row = _own(event, message_id)
    form = _offered(event, row, MessageForm.for_event(event, row)())
    if not form.validate_texts():
        return _writing_page(event, row, form, 422)
    editor = Editor(
        form,
        partial(message_of, event.id, row.id),
        lambda present: _offered(event, present, MessageForm.of(present)),
        partial(_writing_page, event),
    )
    try:
        save(
            editor,
            _event_of("event_messages.edit", row),
            operations.change_message,
            message_id=row.id,
            audience=form.audience.data,
            texts=form.texts(),
        )
    except AlreadyBegun:
        flash(_("This email was already sent, so nothing was changed."), "danger")
    else:
        flash(_("Saved."), "success")
    return redirect(_address_of(event, row.id), 303)


@blueprint.get("/<slug>/messages/<int:message_id>/as-email/<lang_code>")
@allowed("registrations.email", load_event)
def message_as_email(event: Event, message_id: int, lang_code: str) -> ResponseReturnValue:
    """Return the email as email programs show it, for the frame in the page."""
    row = _own(event, message_id)
    if lang_code not in row.texts:
        abort(404)
    return framed(sample(row, lang_code).html, target="_blank")


@blueprint.post("/<slug>/messages/<int:message_id>/test/<lang_code>")
@allowed("registrations.email", load_event)
def test_message(event: Event, message_id: int, lang_code: str) -> ResponseReturnValue:
    """Send the email only to this organizer."""
    row = _own(event, message_id)
    lang = lang_code if lang_code in row.texts else row.lang_for(g.lang)
    if not limiter().hit(TESTS_OF_ORGANIZER, "event_message_test", str(organizer().id)):
        flash(_("You sent many test emails. Wait an hour, then try again."), "danger")
        return redirect(_address_of(event, row.id), 303)
    send_test_email(operations.send_test, message_id=row.id, lang=lang)
    return redirect(_address_of(event, row.id), 303)


@blueprint.post("/<slug>/messages/<int:message_id>/send")
@allowed("registrations.email", load_event)
@fresh
def send_message(event: Event, message_id: int) -> ResponseReturnValue:
    row = _own(event, message_id)
    try:
        act(
            _event_of("event_messages.send", row),
            operations.send_message,
            message_id=row.id,
            version=sent_version(),
            now=utcnow(),
        )
    except AlreadyBegun:
        # The button was pressed twice. Nobody gets the email twice.
        return redirect(_address_of(event, row.id), 303)
    except (
        operations.MessageClosed,
        operations.MessageUnderWay,
        operations.TooManyMessages,
        operations.NoReaders,
    ) as error:
        flash(_refusal(event, error), "danger")
    else:
        flash(_("The email is on its way. You can stop it here."), "success")
    return redirect(_address_of(event, row.id), 303)


@blueprint.post("/<slug>/messages/<int:message_id>/stop")
@allowed("registrations.email", load_event)
def stop_message(event: Event, message_id: int) -> ResponseReturnValue:
    row = _own(event, message_id)
    try:
        if row.state != "sending":
            raise BulkEmailOver(f"it is {row.state}")
        act(
            _event_of("event_messages.stop", row),
            operations.message_sender.stop,
            row_id=row.id,
            now=utcnow(),
        )
        flash(_("Stopped. We cannot take back emails that were already sent."), "success")
    except BulkEmailOver:
        flash(_("The email was already sent, so nothing was changed."), "waiting")
    return redirect(_address_of(event, row.id), 303)


@blueprint.post("/<slug>/messages/<int:message_id>/delete")
@allowed("registrations.email", load_event)
def delete_message(event: Event, message_id: int) -> ResponseReturnValue:
    row = _own(event, message_id)
    try:
        act(_event_of("event_messages.delete", row), operations.delete_message, message_id=row.id)
    except AlreadyBegun:
        flash(_("This email was already sent, so nothing was changed."), "danger")
        return redirect(_address_of(event, row.id), 303)
    flash(_("Draft deleted."), "success")
    return _back_to_list(event)


def _own(event: Event, message_id: int) -> EventMessage:
    return message_of(event.id, message_id) or abort(404)


def _event_of(action: str, row: EventMessage) -> AuditEvent:
    return AuditEvent(action, on=("event_message", row.id), cause_id=row.event.cause_id)


def _can_begin(event: Event) -> bool:
    """Return whether a message can be written. If not, flash why."""
    error: Exception | None = None
    if not operations.can_be_emailed(event, utcnow()):
        error = operations.MessageClosed()
    elif sent_since(event.id) >= operations.MAX_MESSAGES:
        error = operations.TooManyMessages()
    if error is not None:
        flash(_refusal(event, error), "danger")
    return error is None


def _refusal(event: Event, error: Exception) -> str:
    if isinstance(error, operations.MessageClosed):
        if event.state == "draft":
            return _("Publish the event first. Then you can email the people who register.")
        return _(
            "You can no longer email people about this event, because its registrations were deleted."
        )
    if isinstance(error, operations.MessageUnderWay):
        return _("We are sending another email about this event. Wait until we have finished.")
    if isinstance(error, operations.NoReaders):
        return _("Nobody would get this email. Choose other people.")
    return _(
        "You can send at most %(max)s emails about one event, and %(daily)s in 24 hours. Put the rest on the event page.",
        max=operations.MAX_MESSAGES,
        daily=operations.MAX_IN_A_DAY,
    )


def _address_of(event: Event, message_id: int) -> str:
    return url_for("organize.events.message", slug=event.slug, message_id=message_id)


def _back_to_list(event: Event) -> BaseResponse:
    return redirect(url_for("organize.events.messages", slug=event.slug), 303)


def _offered(event: Event, row: EventMessage | None, form: MessageForm) -> MessageForm:
    """Offer the audiences that make sense now, and that of the draft. Return the form."""
    has_waiting = bool(readers_by_lang(event.id, "waiting"))
    chosen = row.audience if row else "registered"
    audiences = offered_audiences(event, has_waiting=has_waiting, now=utcnow(), chosen=chosen)
    return form.offer(audiences)


def _writing_page(
    event: Event, row: EventMessage | None, form: MessageForm, status: int = 200
) -> tuple[str, int]:
    form = _offered(event, row, form)
    counts = {
        choice.value: sum(readers_by_lang(event.id, choice.value).values())
        for choice in form.audience.choices
    }
    return render_template(
        "organize/events/message_text.html",
        event=event,
        title=event.text(g.lang).title,
        message=row,
        form=form,
        hints={name: _people(count) for name, count in counts.items()},
        bodies={
            lang: to_html((form[f"body_{lang}"].data or "")[:MAX_MESSAGE_LENGTH])
            for lang in form.languages
        },
        max_subject=MAX_SUBJECT_LENGTH,
        max_body=MAX_MESSAGE_LENGTH,
    ), status


def _people(count: int) -> str:
    return ngettext("1 person", "%(num)s people", count)


def _message_page(event: Event, row: EventMessage, status: int = 200) -> tuple[str, int]:
    readers = readers_by_lang(event.id, row.audience)
    return render_template(
        "organize/events/message.html",
        event=event,
        title=event.text(g.lang).title,
        message=row,
        report=operations.message_sender.report(row) if row.started_at else None,
        audience_label=AUDIENCE_LABELS[row.audience],
        readers=[_reader_row(row, lang, many) for lang, many in readers.items()],
        total=sum(readers.values()),
        samples=[(lang, sample(row, lang)) for lang in row.texts],
    ), status


def _reader_row(row: EventMessage, lang: str, many: int) -> dict[str, Any]:
    """Return a line of the table that says which people get which text."""
    text_lang = row.lang_for(lang)
    is_missing = nearest(row.texts, lang) is None
    return {"lang": lang, "many": many, "text_lang": text_lang, "is_missing": is_missing}
