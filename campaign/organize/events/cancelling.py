"""Cancel an event and tell those who are registered why."""

from flask import flash, g, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from campaign.events.models import Event
from campaign.events.operations import cancel
from campaign.events.registration_search import numbers_of
from campaign.organize.access import allowed
from campaign.organize.audited_write import act
from campaign.organize.events.forms import texts_of
from campaign.organize.events.routes import back_to, blueprint, fact_of, load_event
from campaign.organize.events.state_forms import CancelForm
from campaign.process.clock import utcnow


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
    flash(
        _("Cancelled. The event page says so, and we email everyone who is registered."), "success"
    )
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
