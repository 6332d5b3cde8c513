"""Events: list, create, show, duplicate, preview, cancel."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse

from campaign.events.calendar import links_to_add
from campaign.events.editing import duplicate_event
from campaign.events.forms import registration_form
from campaign.events.hours import full_day, hours, zone_name
from campaign.events.life_cycle import faults_of
from campaign.events.models import Event
from campaign.events.operations import cancel, create_event, slugs
from campaign.events.presenters import card
from campaign.events.presenters import page as event_page
from campaign.events.queries import (
    archived_events,
    event_in_any_state,
    events_by_turn,
    events_in_archive,
)
from campaign.events.registration_search import numbers_of, seats_of
from campaign.http.urls import absolute_url
from campaign.organisations.presenters import show_organisation
from campaign.organize.core.access import allowed
from campaign.organize.core.audit import AuditEvent, act
from campaign.organize.core.drafts import is_already_created, offered, use_requested_language
from campaign.organize.core.identity import causes_where, may
from campaign.organize.core.languages import event_languages
from campaign.organize.core.pagination import page_of
from campaign.organize.core.scope import load_event
from campaign.organize.core.time_fields import ambiguous_times, flash_ambiguous_times
from campaign.organize.events.forms import CancelForm, LaterForm, NewEventForm, texts_of
from campaign.petitions.presenters import cards_of_cause
from campaign.process.clock import utcnow
from campaign.publishing.slug_history import SlugTaken
from campaign.site.settings import site_settings
from campaign.text.slugs import free_slug

blueprint = Blueprint("events", __name__, url_prefix="/events")
PAGE_SIZE = 30


@blueprint.get("/")
@allowed("events.see")
def index() -> ResponseReturnValue:
    """List drafts, upcoming and past events, or the archived ones with `?archived=1`."""
    cause_ids, now = causes_where("events.see"), utcnow()
    in_archive = bool(request.args.get("archived"))
    find = (
        partial(events_in_archive, cause_ids)
        if in_archive
        else partial(events_by_turn, cause_ids, now)
    )
    page = page_of(find, PAGE_SIZE, "organize.events.index", archived=1 if in_archive else None)
    seats = seats_of(event.id for event in page.rows)
    rows = [(event, card(event, g.lang, now), seats.get(event.id, 0)) for event in page.rows]
    return render_template(
        "organize/events/index.html",
        groups=[(kind, list(of)) for kind, of in groupby(rows, lambda row: _kind(row[0], now))],
        page=page,
        in_archive=in_archive,
        archived=archived_events(cause_ids),
        may_create=may("events.edit"),
    )


@blueprint.get("/new")
@allowed("events.edit")
def new() -> ResponseReturnValue:
    data = {
        "lang": g.lang,
        "zone": site_settings().time_zone,
        "cause": request.args.get("cause"),
    }
    return render_template(
        "organize/events/new.html",
        form=offered(NewEventForm(formdata=None, data=data), "events.edit"),
    )


@blueprint.post("/new")
@allowed("events.edit")
def create() -> ResponseReturnValue:
    form = offered(NewEventForm(), "events.edit")
    if not form.validate():
        return render_template("organize/events/new.html", form=form), 422
    slug = form.new_slug("event", slugs.is_taken)
    existing = event_in_any_state(slug)
    if (
        existing
        and is_already_created(existing, form)
        and existing.starts_local == form.starts.data
    ):
        return redirect(url_for("organize.events.show", slug=slug), 303)
    try:
        made = act(
            AuditEvent(
                "events.create", on=lambda event: ("event", event.id), cause_id=int(form.cause.data)
            ),
            create_event,
            cause_id=int(form.cause.data),
            slug=slug,
            hours=form.hours(),
            original_lang=form.lang.data,
            texts={form.lang.data: {"title": form.title.data}},
        )
    except SlugTaken:
        form.slug.errors = [_("Another event uses this web address. Choose another.")]
        return render_template("organize/events/new.html", form=form), 422
    flash(_("Draft created. Only organizers can see it until you publish."), "success")
    flash_ambiguous_times((form.starts.data, form.ends.data), form.zone.data)
    return redirect(url_for("organize.events.show", slug=made.slug), 303)


@blueprint.get("/<slug>")
@allowed("events.see", load_event)
def show(event: Event) -> ResponseReturnValue:
    return render_event(event, LaterForm(event, formdata=None))


@blueprint.post("/<slug>/duplicate")
@allowed("events.edit", load_event)
def duplicate(event: Event) -> ResponseReturnValue:
    audit_event = AuditEvent(
        "events.create",
        on=lambda made: ("event", made.id),
        cause_id=event.cause_id,
        details={"after": event.slug},
    )
    made = act(
        audit_event,
        duplicate_event,
        event_id=event.id,
        slug=free_slug(event.slug, slugs.is_taken),
        now=utcnow(),
    )
    day = full_day(made.starts_local, g.lang)
    flash(
        _(
            "This is a draft copy, for %(day)s. Change the date if needed.",
            day=day,
        ),
        "success",
    )
    return redirect(url_for("organize.events.show", slug=made.slug), 303)


@blueprint.get("/<slug>/preview")
@allowed("events.see", load_event)
def preview(event: Event) -> ResponseReturnValue:
    """Show the public page as it will be, for organizers only, in the language of `?lang=`."""
    use_requested_language()
    return preview_page(event)


def preview_page(event: Event, **typed: Any) -> str:
    """Return an event's public page for organizers. `typed` holds unsaved EventPage fields."""
    show_organisation(event.cause.organisation_id)
    page = replace(event_page(event, g.lang, utcnow()), **typed)
    url = absolute_url("events.show", g.lang, slug=event.slug)
    return render_template(
        "organize/events/preview.html",
        event=page,
        form=registration_form(page),
        url=url,
        picture_view="organize.events.picture_file",
        calendar_url=url_for("events.calendar", slug=event.slug, lang=g.lang),
        calendar_links=links_to_add(event, page, url),
        is_unsaved=bool(typed),
    )


def render_event(event: Event, later: LaterForm, status: int = 200) -> tuple[str, int]:
    """Return the page of an event, with the form that schedules its publication."""
    now = utcnow()
    text = event.text(g.lang)
    return render_template(
        "organize/events/show.html",
        event=event,
        card=card(event, g.lang, now),
        text=text,
        later=later,
        now=now,
        day=full_day(event.starts_local, g.lang),
        hours=hours(event.starts_local, event.ends_local, g.lang),
        zone_name=zone_name(event.zone, event.starts_at, g.lang),
        twice=ambiguous_times((event.starts_local, event.ends_local), event.zone),
        numbers=numbers_of(event),
        faults=faults_of(event) if event.state == "draft" else (),
        missing=[
            lang
            for lang in site_settings().languages
            if lang not in {item.lang for item in event.texts}
        ],
        petition_titles=[petition.title for petition in _petitions(event, now)],
    ), status


def audit_event_of(action: str, event: Event, **details: Any) -> AuditEvent:
    """Return the AuditEvent to record for a change to this event or its registrations."""
    return AuditEvent(action, on=("event", event.id), cause_id=event.cause_id, details=details)


def back_to(slug: str) -> BaseResponse:
    """Return a redirect to the page of the event with this slug."""
    return redirect(url_for("organize.events.show", slug=slug), 303)


def _kind(event: Event, now: datetime) -> str:
    """Return the heading of the list that an event belongs under."""
    if event.archived_at:
        return "archive"
    if event.state == "draft":
        return "drafts"
    return "ahead" if event.ends_at > now else "past"


def _petitions(event: Event, now: datetime) -> list[Any]:
    chosen = {petition.petition_id for petition in event.petitions}
    return [card for card in cards_of_cause(event.cause_id, g.lang, now) if card.id in chosen]


@blueprint.get("/<slug>/cancel")
@allowed("events.edit", load_event)
def cancel_form(event: Event) -> ResponseReturnValue:
    if event.state != "published":
        return back_to(event.slug)
    return _calling_off_page(
        event,
        CancelForm.in_languages(event_languages(event))(
            formdata=None, data=texts_of(event, "notice")
        ),
    )


@blueprint.post("/<slug>/cancel")
@allowed("events.edit", load_event)
def cancel_event(event: Event) -> ResponseReturnValue:
    form = CancelForm.in_languages(event_languages(event))()
    if not form.validate():
        return _calling_off_page(event, form, 422)
    notices = form.notices([text.lang for text in event.texts])
    act(
        audit_event_of("events.cancel", event),
        cancel,
        event_id=event.id,
        now=utcnow(),
        notices=notices,
    )
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
