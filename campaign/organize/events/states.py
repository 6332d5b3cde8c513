"""The states of an event: publish now or automatically, close registration, cancel, archive."""

from flask import flash, g, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from campaign.events import editing
from campaign.events.models import Event
from campaign.events.operations import EventOver, cancel
from campaign.events.registration_search import numbers_of
from campaign.organize.access import allowed
from campaign.organize.audited_write import act
from campaign.organize.clocks import tell_of_hours_twice
from campaign.organize.events.forms import texts_of
from campaign.organize.events.routes import back_to, blueprint, fact_of, load_event, page
from campaign.organize.events.state_forms import CancelForm, LaterForm
from campaign.process.clock import utcnow


@blueprint.post("/<slug>/publish")
@allowed("events.edit", load_event)
def publish(event: Event) -> ResponseReturnValue:
    try:
        act(fact_of("events.publish", event), editing.announce, event_id=event.id, now=utcnow())
    except editing.NotReady:
        flash(_("It cannot go out yet: it has no place, neither on earth nor online."), "grave")
    except EventOver:
        flash(_("It was cancelled, and stays so. Duplicate it to announce another."), "grave")
    else:
        flash(_("Published. It stands at its address from now on."), "sure")
    return back_to(event.slug)


@blueprint.post("/<slug>/publish-later")
@allowed("events.edit", load_event)
def publish_later(event: Event) -> ResponseReturnValue:
    form = LaterForm(event)
    if not form.validate():
        return page(event, form, 422)
    try:
        act(
            fact_of("events.schedule", event), editing.announce_later, event_id=event.id, at=form.at
        )
    except editing.NotReady:
        flash(_("It cannot go out yet: it has no place, neither on earth nor online."), "grave")
    else:
        flash(_("It goes out by itself then."), "sure")
        tell_of_hours_twice((form.publish_at.data,), event.zone)
    return back_to(event.slug)


@blueprint.post("/<slug>/publish-not")
@allowed("events.edit", load_event)
def publish_not(event: Event) -> ResponseReturnValue:
    """Cancel the scheduled publication."""
    act(fact_of("events.schedule", event), editing.announce_later, event_id=event.id, at=None)
    flash(_("It stays a draft until you publish it."), "sure")
    return back_to(event.slug)


@blueprint.post("/<slug>/close")
@allowed("events.edit", load_event)
def close(event: Event) -> ResponseReturnValue:
    act(fact_of("events.close", event), editing.close_registration, event_id=event.id, closed=True)
    flash(_("It takes no more registrations. Whoever has a seat keeps it."), "sure")
    return back_to(event.slug)


@blueprint.post("/<slug>/reopen")
@allowed("events.edit", load_event)
def reopen(event: Event) -> ResponseReturnValue:
    act(
        fact_of("events.reopen", event), editing.close_registration, event_id=event.id, closed=False
    )
    flash(_("It takes registrations again."), "sure")
    return back_to(event.slug)


@blueprint.get("/<slug>/cancel")
@allowed("events.edit", load_event)
def calling_off(event: Event) -> ResponseReturnValue:
    if event.state != "published":
        return back_to(event.slug)
    return _calling_off_page(event, CancelForm(formdata=None, data=texts_of(event, "notice")))


@blueprint.post("/<slug>/cancel")
@allowed("events.edit", load_event)
def call_off(event: Event) -> ResponseReturnValue:
    form = CancelForm()
    if not form.validate():
        return _calling_off_page(event, form, 422)
    notices = form.notices([text.lang for text in event.texts])
    act(fact_of("events.cancel", event), cancel, event_id=event.id, now=utcnow(), notices=notices)
    flash(_("Cancelled. Its page says so, and those who are registered are written to."), "sure")
    return back_to(event.slug)


@blueprint.post("/<slug>/archive")
@allowed("events.edit", load_event)
def archive(event: Event) -> ResponseReturnValue:
    act(fact_of("events.archive", event), editing.archive_event, event_id=event.id, now=utcnow())
    flash(_("Archived. It stands in no list any more."), "sure")
    return back_to(event.slug)


@blueprint.post("/<slug>/restore")
@allowed("events.edit", load_event)
def restore(event: Event) -> ResponseReturnValue:
    act(fact_of("events.restore", event), editing.restore_event, event_id=event.id)
    flash(_("Out of the archive again."), "sure")
    return back_to(event.slug)


def _calling_off_page(event: Event, form: FlaskForm, status: int = 200) -> tuple[str, int]:
    return render_template(
        "organize/events/cancel.html",
        event=event,
        title=event.text(g.lang).title,
        form=form,
        numbers=numbers_of(event),
        written=[text.lang for text in event.texts],
    ), status
