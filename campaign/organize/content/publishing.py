"""The states of causes, petitions, events and updates: publish, schedule, close, archive.

Some pages need more than a button: what a petition lacks, how an update is emailed, why an event is
cancelled. They are in the packages of their subjects.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse

from campaign.events.life_cycle import EventOver, event_life_cycle
from campaign.organize.causes.routes import blueprint as causes_blueprint
from campaign.organize.causes.routes import render_cause
from campaign.organize.core.access import allowed
from campaign.organize.core.audit import AuditEvent, act
from campaign.organize.core.drafts import LaterForm
from campaign.organize.core.scope import load_cause, load_event, load_petition, load_update
from campaign.organize.core.time_fields import flash_ambiguous_times
from campaign.organize.events.forms import LaterForm as EventLaterForm
from campaign.organize.events.routes import blueprint as events_blueprint
from campaign.organize.events.routes import render_event
from campaign.organize.petitions.routes import blueprint as petitions_blueprint
from campaign.organize.petitions.routes import publish_page
from campaign.organize.updates.routes import blueprint as updates_blueprint
from campaign.petitions.life_cycles import CauseClosed, cause_life_cycle, petition_life_cycle
from campaign.process.clock import utcnow
from campaign.publishing.life_cycle import LifeCycle, NotPublishable
from campaign.updates.life_cycle import update_life_cycle

# Operation: (path below the row, endpoint, verb in the activity log).
VIEWS = {
    "publish": ("publish", "publish", "publish"),
    "schedule": ("publish-later", "publish_later", "schedule"),
    "unschedule": ("publish-not", "cancel_schedule", "schedule"),
    "close": ("close", "close", "close"),
    "reopen": ("reopen", "reopen", "reopen"),
    "archive": ("archive", "archive", "archive"),
    "restore": ("restore", "restore", "restore"),
    "withdraw": ("withdraw", "withdraw", "withdraw"),
}
# What is said after an operation, unless the kind says it differently.
DONE = {
    "publish": _l("Published. It is now online."),
    "schedule": _l("It goes online at the time that you chose."),
    "unschedule": _l("It stays a draft until you publish it."),
    "archive": _l("Archived. It no longer appears in any list."),
    "restore": _l("Restored. It is in the lists again."),
}


class PublishingViews:
    """The views that change the state of the rows of one kind.

    `action` is what an organizer must be allowed to do. `load` returns the row at a slug, or None.
    `done` maps operations to what is said afterwards, where that is not in DONE.
    """

    def __init__(
        self,
        *,
        life_cycle: LifeCycle[Any],
        action: str,
        blueprint: Blueprint,
        load: Callable[[str], Any],
        done: Mapping[str, Any],
    ) -> None:
        self._life_cycle, self._action, self._load = life_cycle, action, load
        self._blueprint, self._done = blueprint, {**DONE, **done}

    def register(self) -> None:
        """Add a view for each operation of the kind to its blueprint."""
        guard = allowed(self._action, self._load)
        for operation in self._life_cycle.operations:
            path, endpoint, verb = VIEWS[operation]
            view = (
                self.schedule if operation == "schedule" else partial(self.change, operation, verb)
            )
            self._blueprint.add_url_rule(f"/<slug>/{path}", endpoint, guard(view), methods=["POST"])

    def change(self, operation: str, verb: str, row: Any) -> ResponseReturnValue:
        """Do an operation that needs nothing but the row."""
        try:
            self._act(operation, verb, row)
        except NotPublishable as error:
            return self.refuse(row, error)
        flash(self.done(operation, row), "success")
        return _back(row)

    def schedule(self, row: Any) -> ResponseReturnValue:
        """Schedule a draft to be published automatically."""
        form = self.later_form(row)
        if not form.validate():
            return self.render_page(row, form)
        try:
            self._act("schedule", "schedule", row, at=form.moment, zone=form.zone)
        except NotPublishable as error:
            return self.refuse(row, error)
        flash(self.done("schedule", row), "success")
        flash_ambiguous_times((form.publish_at.data,), form.zone)
        return _back(row)

    def later_form(self, row: Any) -> Any:
        """Return the form that schedules, as it was sent."""
        return LaterForm()

    def render_page(self, row: Any, form: Any) -> ResponseReturnValue:
        """Return the page of the form that schedules, with what is wrong in it."""
        raise NotImplementedError

    def refuse(self, row: Any, error: NotPublishable) -> ResponseReturnValue:
        """Answer that the row cannot be published."""
        raise error

    def done(self, operation: str, row: Any) -> Any:
        """Return what is said after an operation."""
        return self._done[operation]

    def _act(self, operation: str, verb: str, row: Any, **named: Any) -> None:
        audit_event = AuditEvent(
            self._life_cycle.action(verb),
            on=(row.kind, row.id),
            cause_id=self._life_cycle.cause_id_of(row),
        )
        act(audit_event, getattr(self._life_cycle, operation), row_id=row.id, now=utcnow(), **named)


class CauseViews(PublishingViews):
    """The states of a cause."""

    def render_page(self, row: Any, form: Any) -> ResponseReturnValue:
        return render_cause(row, form, 422)


class PetitionViews(PublishingViews):
    """The states of a petition."""

    def render_page(self, row: Any, form: Any) -> ResponseReturnValue:
        return publish_page(row, 422, form)

    def refuse(self, row: Any, error: NotPublishable) -> ResponseReturnValue:
        if isinstance(error, CauseClosed):
            flash(_("The cause is closed. Reopen it first."), "danger")
            return _back(row)
        return publish_page(self._load(row.slug), 409)

    def done(self, operation: str, row: Any) -> Any:
        if operation == "publish" and row.cause.state == "draft":
            return _("Published, but its cause is still a draft. Publish the cause to show both.")
        return super().done(operation, row)


class EventViews(PublishingViews):
    """The states of an event, besides cancelling it."""

    def later_form(self, row: Any) -> Any:
        return EventLaterForm(row)

    def render_page(self, row: Any, form: Any) -> ResponseReturnValue:
        return render_event(row, form, 422)

    def refuse(self, row: Any, error: NotPublishable) -> ResponseReturnValue:
        flash(
            _("You cannot reopen a cancelled event. To announce another one, make a copy.")
            if isinstance(error, EventOver)
            else _("You cannot publish the event yet. Add a place or an online link."),
            "danger",
        )
        return _back(row)


def _back(row: Any) -> BaseResponse:
    return redirect(url_for(f"organize.{row.kind}s.show", slug=row.slug), 303)


KINDS = (
    CauseViews(
        life_cycle=cause_life_cycle,
        action="causes.publish",
        blueprint=causes_blueprint,
        load=load_cause,
        done={
            "close": _l(
                "The cause and its petitions are closed. People who already signed can still confirm."
            ),
            "reopen": _l("The cause is open again, with the petitions that closed with it."),
            "archive": _l(
                "Archived. The cause is no longer in any list, and its petitions are closed."
            ),
        },
    ),
    PetitionViews(
        life_cycle=petition_life_cycle,
        action="petitions.publish",
        blueprint=petitions_blueprint,
        load=load_petition,
        done={
            "publish": _l("Published. Everyone can see it now."),
            "close": _l("Closed. People who already signed can still confirm."),
            "reopen": _l("It is collecting signatures again."),
        },
    ),
    EventViews(
        life_cycle=event_life_cycle,
        action="events.edit",
        blueprint=events_blueprint,
        load=load_event,
        done={
            "close": _l("Registration is closed. People who have a seat keep it."),
            "reopen": _l("Registration is open again."),
        },
    ),
    PublishingViews(
        life_cycle=update_life_cycle,
        action="updates.edit",
        blueprint=updates_blueprint,
        load=load_update,
        done={"withdraw": _l("Unpublished. Only organizers can see this draft now.")},
    ),
)

for views in KINDS:
    views.register()
