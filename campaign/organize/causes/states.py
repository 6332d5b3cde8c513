"""The states of a cause: preview, publish now or automatically, close, archive."""

from flask import flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign.causes.models import Cause
from campaign.causes.operations import publish_cause, schedule_cause
from campaign.organize.access import allowed
from campaign.organize.audited_write import act
from campaign.organize.causes.routes import (
    back_to,
    blueprint,
    fact_of,
    load_cause,
    preview_page,
    shown,
)
from campaign.organize.clocks import tell_of_hours_twice
from campaign.organize.drafts import speak_as_asked
from campaign.organize.schedule_forms import LaterForm
from campaign.petitions.closing import close_cause, reopen_cause, retire_cause
from campaign.process.clock import utcnow


@blueprint.post("/<slug>/publish")
@allowed("causes.publish", load_cause)
def publish(cause: Cause) -> ResponseReturnValue:
    act(fact_of("causes.publish", cause), publish_cause, cause_id=cause.id)
    flash(_("Published. It stands at its address from now on."), "sure")
    return back_to(cause.slug)


@blueprint.post("/<slug>/publish-later")
@allowed("causes.publish", load_cause)
def publish_later(cause: Cause) -> ResponseReturnValue:
    form = LaterForm()
    if not form.validate():
        return shown(cause, form, 422)
    planned = {"at": form.moment, "zone": form.time_zone.data}
    act(fact_of("causes.schedule", cause), schedule_cause, cause_id=cause.id, **planned)
    flash(_("It goes out by itself then."), "sure")
    tell_of_hours_twice((form.publish_at.data,), form.time_zone.data)
    return back_to(cause.slug)


@blueprint.post("/<slug>/publish-not")
@allowed("causes.publish", load_cause)
def publish_not(cause: Cause) -> ResponseReturnValue:
    """Cancel the scheduled publication."""
    act(fact_of("causes.schedule", cause), schedule_cause, cause_id=cause.id, at=None)
    flash(_("It stays a draft until you publish it."), "sure")
    return back_to(cause.slug)


@blueprint.post("/<slug>/close")
@allowed("causes.publish", load_cause)
def close(cause: Cause) -> ResponseReturnValue:
    act(fact_of("causes.close", cause), close_cause, cause_id=cause.id, now=utcnow())
    flash(
        _("Closed, and its petitions with it. Whoever signed before that can still confirm."),
        "sure",
    )
    return back_to(cause.slug)


@blueprint.post("/<slug>/reopen")
@allowed("causes.publish", load_cause)
def reopen(cause: Cause) -> ResponseReturnValue:
    act(fact_of("causes.reopen", cause), reopen_cause, cause_id=cause.id)
    flash(_("Open again, and with it the petitions that were closed with it."), "sure")
    return back_to(cause.slug)


@blueprint.post("/<slug>/archive")
@allowed("causes.publish", load_cause)
def archive(cause: Cause) -> ResponseReturnValue:
    act(fact_of("causes.archive", cause), retire_cause, cause_id=cause.id, now=utcnow())
    flash(_("Archived. It stands in no list any more, and its petitions are closed."), "sure")
    return back_to(cause.slug)


@blueprint.get("/<slug>/preview")
@allowed("causes.see", load_cause)
def preview(cause: Cause) -> ResponseReturnValue:
    """Show the public page as it will be, for organizers only, in the language of `?lang=`."""
    speak_as_asked()
    return preview_page(cause)
