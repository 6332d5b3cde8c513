"""An event's registrations: list, add someone, give seats, cancel on request."""

from functools import partial

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse

from campaign.events.check_in import AddressKnown, add_by_hand
from campaign.events.models import Event, Registration
from campaign.events.registering import (
    RegistrationClosed,
    TooFewSeats,
    admit,
    cancel_registration,
    give_seat,
)
from campaign.events.registration_search import find, numbers_of, registration_in
from campaign.organize.access import allowed
from campaign.organize.audited_write import Fact, act, note
from campaign.organize.events.registration_forms import STATE_WORDS, ByHandForm, RegistrationSearch
from campaign.organize.events.routes import blueprint, fact_of, load_event
from campaign.organize.pagination import page_of
from campaign.petitions.presenters import in_language
from campaign.process.clock import utcnow

ON_A_PAGE = 50


@blueprint.get("/<slug>/registrations")
@allowed("registrations.see", load_event)
def registrations(event: Event) -> ResponseReturnValue:
    search = RegistrationSearch()
    page = page_of(
        partial(find, event.id, **search.asked),
        ON_A_PAGE,
        "organize.events.registrations",
        slug=event.slug,
        **search.asked,
    )
    if page.rows:
        # The search text may be a name, so record only which fields were used.
        note(fact_of("registrations.see", event, by=sorted(search.asked), shown=len(page.rows)))
    return render_template(
        "organize/events/registrations.html",
        event=event,
        title=event.text(g.lang).title,
        form=search,
        rows=page.rows,
        asked=search.asked,
        page=page,
        numbers=numbers_of(event),
        state_words=STATE_WORDS,
        questions={
            question["name"]: in_language(question, g.lang)["label"] for question in event.questions
        },
        has_begun=utcnow() >= event.starts_at,
    )


@blueprint.get("/<slug>/registrations/new")
@allowed("registrations.check_in", load_event)
def by_hand(event: Event) -> ResponseReturnValue:
    at_door = request.args.get("door") == "1"
    return _by_hand_page(event, ByHandForm(formdata=None, data={"seats": "1", "comes_in": at_door}))


@blueprint.post("/<slug>/registrations/new")
@allowed("registrations.check_in", load_event)
def add(event: Event) -> ResponseReturnValue:
    form = ByHandForm()
    if not form.validate():
        return _by_hand_page(event, form, 422)
    comes_in = form.comes_in.data
    fact = Fact(
        "registrations.add", on=lambda made: ("registration", made.id), cause_id=event.cause_id
    )
    try:
        made = act(
            fact,
            add_by_hand,
            event_id=event.id,
            name=form.name.data,
            seats=form.seats.number,
            lang=g.lang,
            now=utcnow(),
            address=form.address(),
            comes_in=comes_in,
            anyway=form.anyway.data,
        )
    except TooFewSeats:
        form.anyway.errors = [
            _("There are not enough seats left. Check this box if there is room anyway.")
        ]
        return _by_hand_page(event, form, 409)
    except AddressKnown:
        form.email.errors = [_("This email address is already on the list. Search for it there.")]
        return _by_hand_page(event, form, 409)
    flash(_said_in(made) if comes_in else _("%(name)s is on the list.", name=made.name), "success")
    return _back(event, "door" if comes_in else "registrations")


@blueprint.post("/<slug>/registrations/<int:registration_id>/seat")
@allowed("registrations.check_in", load_event)
def seat(event: Event, registration_id: int) -> ResponseReturnValue:
    """Give a seat to someone on the waiting list or held for review."""
    registration = _own(event, registration_id)
    name, operation = registration.name, admit if registration.state == "held" else give_seat
    try:
        given = act(
            _of("registrations.seat", event, registration),
            operation,
            registration_id=registration.id,
            now=utcnow(),
        )
    except TooFewSeats:
        flash(
            _(
                "There are not enough seats left. Add seats to the event, or wait until one is free."
            ),
            "danger",
        )
    else:
        waits = given.state == "waiting"
        flash(
            _("%(name)s is on the waiting list.", name=name)
            if waits
            else _("%(name)s has a seat. We will email them.", name=name),
            "success",
        )
    return _back(event)


@blueprint.post("/<slug>/registrations/<int:registration_id>/cancel")
@allowed("registrations.check_in", load_event)
def cancel_one(event: Event, registration_id: int) -> ResponseReturnValue:
    registration = _own(event, registration_id)
    frees_seat = registration.state == "registered" and numbers_of(event).waiting > 0
    try:
        fact = _of("registrations.cancel", event, registration)
        act(fact, cancel_registration, registration_id=registration.id, now=utcnow())
    except RegistrationClosed:
        flash(
            _("The event has started. You do not need to cancel people who do not come."), "danger"
        )
    else:
        name = registration.name
        flash(
            _(
                "%(name)s was removed from the list. The next person waiting gets the seat.",
                name=name,
            )
            if frees_seat
            else _("%(name)s was removed from the list.", name=name),
            "success",
        )
    return _back(event)


def _of(action: str, event: Event, registration: Registration) -> Fact:
    return Fact(action, on=("registration", registration.id), cause_id=event.cause_id)


def _own(event: Event, registration_id: int) -> Registration:
    return registration_in(event.id, registration_id) or abort(404)


def _said_in(registration: Registration) -> str:
    seats = registration.seats
    return ngettext(
        "%(name)s is checked in.",
        "%(name)s is checked in, with %(num)s seats.",
        seats,
        name=registration.name,
    )


def _back(event: Event, view: str = "registrations") -> BaseResponse:
    return redirect(url_for(f"organize.events.{view}", slug=event.slug), 303)


def _by_hand_page(event: Event, form: FlaskForm, status: int = 200) -> tuple[str, int]:
    words = {"title": event.text(g.lang).title, "form": form, "numbers": numbers_of(event)}
    return render_template("organize/events/by_hand.html", event=event, **words), status
