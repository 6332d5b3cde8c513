"""The parts of an event, one page each, its picture among them."""

from functools import partial
from typing import Any

from flask import flash, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign.events.editing import change_part
from campaign.events.models import Event
from campaign.events.queries import event_in_any_state
from campaign.events.registration_search import numbers_of
from campaign.i18n.fallbacks import best_lang
from campaign.organize.core.access import allowed
from campaign.organize.core.drafts import is_preview_requested
from campaign.organize.core.edit_conflicts import Editor, save
from campaign.organize.core.languages import event_languages, original_first
from campaign.organize.core.scope import load_event
from campaign.organize.core.time_fields import flash_ambiguous_times
from campaign.organize.events.forms import EventSlugForm, HoursForm, TextForm
from campaign.organize.events.part_forms import (
    AboutForm,
    ComingForm,
    PeopleForm,
    PlaceForm,
    ProgrammeForm,
)
from campaign.organize.events.routes import (
    audit_event_of,
    back_to,
    blueprint,
    preview_page,
)
from campaign.petitions.presenters import cards_of_cause
from campaign.process.clock import utcnow
from campaign.publishing.slug_history import SlugTaken
from campaign.text.markdown import to_html


@blueprint.get("/<slug>/words")
@allowed("events.edit", load_event)
def text(event: Event) -> ResponseReturnValue:
    return _render_page(event, TextForm.of(event))


@blueprint.post("/<slug>/words")
@allowed("events.edit", load_event)
def save_text(event: Event) -> ResponseReturnValue:
    form = TextForm.for_event(event)(event)
    if is_preview_requested() and form.validate():
        return preview_page(event, **_as_typed(form, event))
    return _saved(event, form)


@blueprint.get("/<slug>/hours")
@allowed("events.edit", load_event)
def hours(event: Event) -> ResponseReturnValue:
    return _render_page(event, HoursForm.of(event))


@blueprint.post("/<slug>/hours")
@allowed("events.edit", load_event)
def save_hours(event: Event) -> ResponseReturnValue:
    return _saved(event, HoursForm(event))


@blueprint.get("/<slug>/place")
@allowed("events.edit", load_event)
def place(event: Event) -> ResponseReturnValue:
    return _render_page(event, PlaceForm.of(event))


@blueprint.post("/<slug>/place")
@allowed("events.edit", load_event)
def save_place(event: Event) -> ResponseReturnValue:
    return _saved(event, PlaceForm.for_event(event)(event))


@blueprint.get("/<slug>/coming")
@allowed("events.edit", load_event)
def coming(event: Event) -> ResponseReturnValue:
    return _render_page(event, ComingForm.of(event))


@blueprint.post("/<slug>/coming")
@allowed("events.edit", load_event)
def save_coming(event: Event) -> ResponseReturnValue:
    return _saved(event, ComingForm.for_event(event)(event))


@blueprint.get("/<slug>/programme")
@allowed("events.edit", load_event)
def programme(event: Event) -> ResponseReturnValue:
    return _render_page(event, ProgrammeForm.of(event))


@blueprint.post("/<slug>/programme")
@allowed("events.edit", load_event)
def save_programme(event: Event) -> ResponseReturnValue:
    return _saved(event, ProgrammeForm.for_event(event)(event))


@blueprint.get("/<slug>/people")
@allowed("events.edit", load_event)
def people(event: Event) -> ResponseReturnValue:
    return _render_page(event, PeopleForm.of(event))


@blueprint.post("/<slug>/people")
@allowed("events.edit", load_event)
def save_people(event: Event) -> ResponseReturnValue:
    return _saved(event, PeopleForm.for_event(event)(event))


@blueprint.get("/<slug>/about")
@allowed("events.edit", load_event)
def about(event: Event) -> ResponseReturnValue:
    return _render_page(event, _offered(AboutForm.of(event)))


@blueprint.post("/<slug>/about")
@allowed("events.edit", load_event)
def save_about(event: Event) -> ResponseReturnValue:
    return _saved(event, _offered(AboutForm(event)))


@blueprint.get("/<slug>/address")
@allowed("events.edit", load_event)
def address(event: Event) -> ResponseReturnValue:
    return _render_page(event, EventSlugForm.of(event))


@blueprint.post("/<slug>/address")
@allowed("events.edit", load_event)
def save_address(event: Event) -> ResponseReturnValue:
    form = EventSlugForm(event)
    try:
        return _saved(event, form)
    except SlugTaken:
        form.slug.errors = [_("Another event uses this web address. Choose another.")]
        return _render_page(event, form, 422)


def _as_typed(form: Any, event: Event) -> dict[str, Any]:
    """Return the entered texts as fields of an EventPage."""
    texts = form.texts()
    lang = best_lang(texts, g.lang, event.original_lang)
    text = texts[lang]
    unsaved = {
        "kind": text["kind"],
        "title": text["title"],
        "body": to_html(text["body"]),
        "access": to_html(text["access"]),
    }
    return {**unsaved, "lang": lang, "written_in": tuple(texts)}


def _offered(form: AboutForm) -> AboutForm:
    return form.offer(cards_of_cause(form.event.cause_id, g.lang, utcnow()))


def _saved(event: Event, form: Any) -> ResponseReturnValue:
    """Save a part and redirect to the event, or show the part again with its errors."""
    rearranged = form.rearranged(request.form.get("press"))
    if rearranged is not None:
        return _render_page(event, rearranged)
    if not form.validate():
        return _render_page(event, form, 422)
    audit_event = audit_event_of("events.edit", event, part=form.part)
    changed = save(
        Editor(
            form,
            partial(event_in_any_state, event.slug),
            lambda present: (
                _offered(form.of(present)) if form.part == "about" else form.of(present)
            ),
            _render_page,
        ),
        audit_event,
        change_part,
        event_id=event.id,
        part=form.part,
        now=utcnow(),
        **form.changes(),
    )
    flash(_("Saved."), "success")
    if form.part == "hours":
        flash_ambiguous_times((form.starts.data, form.ends.data), form.zone.data)
    return back_to(changed.slug)


def _render_page(event: Event, form: Any, status: int = 200) -> tuple[str, int]:
    numbers = (
        numbers_of(event)
        if form.part in ("hours", "place") and event.state == "published"
        else None
    )
    return render_template(
        TEMPLATES[form.part],
        event=event,
        title=event.text(g.lang).title,
        form=form,
        notified=numbers.registered + numbers.waiting
        if numbers and event.ends_at > utcnow()
        else 0,
        written=form.written,
        order=original_first(event.original_lang, event_languages(event)),
        bodies={lang: to_html(form[f"body_{lang}"].data or "") for lang in form.languages}
        if form.part == "words"
        else {},
    ), status


TEMPLATES = {
    "words": "organize/events/text.html",
    "hours": "organize/events/hours.html",
    "place": "organize/events/place.html",
    "coming": "organize/events/coming.html",
    "programme": "organize/events/programme.html",
    "people": "organize/events/people.html",
    "about": "organize/events/about.html",
    "address": "organize/events/address.html",
}
