"""An event's registrations: list, add someone, give seats, cancel or erase on request, download."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as pgettext
from flask_babel import ngettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import BooleanField, Field, RadioField, SelectChoice, SelectField, StringField
from wtforms.validators import DataRequired, Length

from campaign.events.check_in import AlreadyRegistered, add_by_hand
from campaign.events.forms import SeatsField
from campaign.events.models import Event, Registration
from campaign.events.registering import (
    RegistrationClosed,
    TooFewSeats,
    admit,
    cancel_registration,
    erase_registration,
    give_seat,
)
from campaign.events.registration_search import find, numbers_of, registration_in
from campaign.events.seats import MAX_SEATS
from campaign.i18n.locales import language_name
from campaign.organize.core.access import allowed, fresh
from campaign.organize.core.audit import AuditEvent, act, log_view
from campaign.organize.core.pagination import page_of
from campaign.organize.core.scope import load_event
from campaign.organize.events.routes import audit_event_of, blueprint
from campaign.organize.signatures.forms import ReasonForm
from campaign.organize.statistics.tables import as_csv
from campaign.petitions.questions import in_language
from campaign.process.clock import utcnow
from campaign.signatures import tokens
from campaign.signatures.fields import Missing, NameField, OptionalEmailField

STATE_LABELS = {
    "registered": _l("has a seat"),
    "came": _l("checked in"),
    "missing": _l("not here yet"),
    "unconfirmed": _l("unconfirmed"),
    "waiting": _l("on the waiting list"),
    "held": pgettext("state of a registration", "held for review"),
    "cancelled": pgettext("state of a registration", "cancelled"),
}


class RegistrationSearch(FlaskForm):
    """The search in the list of one event."""

    class Meta:
        csrf = False

    words = StringField(_l("Name, full email address or code"), [Length(max=200)])
    state = SelectField(_l("Status"), validate_choice=False)

    def __init__(self) -> None:
        super().__init__(formdata=request.args)
        choices = (SelectChoice(state, label) for state, label in STATE_LABELS.items())
        self.state.choices = [SelectChoice("", _l("Any status")), *choices]

    @property
    def criteria(self) -> dict[str, Any]:
        """Return what `find` takes: the text and the state, empty if they do not matter."""
        state = self.state.data if self.state.data in STATE_LABELS else ""
        return {"text": (self.words.data or "")[:200].strip(), "state": state}

    @property
    def params(self) -> dict[str, Any]:
        """Return the search as it is carried in the URL of the next page."""
        criteria = self.criteria
        params = {"words": criteria["text"], "state": criteria["state"]}
        return {name: value for name, value in params.items() if value}


class ByHandForm(FlaskForm):
    """A registration that an organizer enters for someone, after a call, an email or a visit."""

    name = NameField(_l("Name"))
    seats = SeatsField(_l("Seats"), max_seats=MAX_SEATS)
    email = OptionalEmailField(_l("Email"))
    comes_in = BooleanField(_l("Already here: check in now"))
    anyway = BooleanField(_l("Check this person in even if all seats are taken"))

    def validate_name(self, field: Field) -> None:
        if not field.data:
            raise Missing(_l("Enter the name."))

    def address(self) -> tuple[str, bytes] | None:
        """Return (address, its digest), or None if no address was entered."""
        typed = self.email.address
        return (typed.typed, tokens.email_digest(typed.normalized)) if typed else None


class AttendanceForm(FlaskForm):
    """Which list to download, and why."""

    who = RadioField(
        _l("People"),
        choices=[
            SelectChoice("all", _l("Everyone on the list")),
            SelectChoice("registered", _l("People with a seat")),
            SelectChoice("came", _l("People who came")),
        ],
        default="registered",
    )
    reason = StringField(
        _l("What is it for?"),
        [
            DataRequired(
                _l("Say what the file is for, in a few words. We record this with your name.")
            ),
            Length(max=300, message=_l("Use 300 characters or fewer.")),
        ],
    )


PAGE_SIZE = 50


@blueprint.get("/<slug>/registrations")
@allowed("registrations.see", load_event)
def registrations(event: Event) -> ResponseReturnValue:
    search = RegistrationSearch()
    page = page_of(
        partial(find, event.id, **search.criteria),
        PAGE_SIZE,
        "organize.events.registrations",
        slug=event.slug,
        **search.params,
    )
    if page.rows:
        # The search text may be a name, so record only which fields were used.
        log_view(
            audit_event_of(
                "registrations.see", event, by=sorted(search.params), shown=len(page.rows)
            )
        )
    return render_template(
        "organize/events/registrations.html",
        event=event,
        title=event.text(g.lang).title,
        form=search,
        rows=page.rows,
        params=search.params,
        page=page,
        numbers=numbers_of(event),
        state_labels=STATE_LABELS,
        questions={
            question["name"]: in_language(question, g.lang)["label"] for question in event.questions
        },
        has_begun=utcnow() >= event.starts_at,
    )


@blueprint.get("/<slug>/registrations/new")
@allowed("registrations.check_in", load_event)
def new_registration(event: Event) -> ResponseReturnValue:
    at_door = request.args.get("door") == "1"
    return _by_hand_page(event, ByHandForm(formdata=None, data={"seats": "1", "comes_in": at_door}))


@blueprint.post("/<slug>/registrations/new")
@allowed("registrations.check_in", load_event)
def create_registration(event: Event) -> ResponseReturnValue:
    form = ByHandForm()
    if not form.validate():
        return _by_hand_page(event, form, 422)
    comes_in = form.comes_in.data
    audit_event = AuditEvent(
        "registrations.add", on=lambda made: ("registration", made.id), cause_id=event.cause_id
    )
    try:
        made = act(
            audit_event,
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
    except AlreadyRegistered:
        form.email.errors = [_("This email address is already on the list. Search for it there.")]
        return _by_hand_page(event, form, 409)
    flash(
        _checked_in_message(made) if comes_in else _("%(name)s is on the list.", name=made.name),
        "success",
    )
    return _back(event, "check_in_page" if comes_in else "registrations")


@blueprint.post("/<slug>/registrations/<int:registration_id>/seat")
@allowed("registrations.check_in", load_event)
def seat_registration(event: Event, registration_id: int) -> ResponseReturnValue:
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
        audit_event = _of("registrations.cancel", event, registration)
        act(audit_event, cancel_registration, registration_id=registration.id, now=utcnow())
    except RegistrationClosed:
        flash(
            _("The event has started. You do not need to cancel absent people’s registrations."),
            "danger",
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


@blueprint.get("/<slug>/registrations/<int:registration_id>/erasure")
@allowed("registrations.erase", load_event)
@fresh
def erasure(event: Event, registration_id: int) -> ResponseReturnValue:
    return _erasure_page(event, _own(event, registration_id), ReasonForm(formdata=None))


@blueprint.post("/<slug>/registrations/<int:registration_id>/erasure")
@allowed("registrations.erase", load_event)
@fresh
def erase_one(event: Event, registration_id: int) -> ResponseReturnValue:
    registration, form = registration_in(event.id, registration_id), ReasonForm()
    if registration is None:
        flash(_("This registration is no longer here."), "note")
        return _back(event)
    if not form.validate():
        return _erasure_page(event, registration, form, 422)
    audit_event = _of("registrations.erase", event, registration)._replace(reason=form.reason.data)
    act(audit_event, erase_registration, registration_id=registration.id, now=utcnow())
    flash(_("Deleted. The event keeps no personal data of this registration."), "success")
    return _back(event)


def _erasure_page(
    event: Event, registration: Registration, form: FlaskForm, status: int = 200
) -> tuple[str, int]:
    log_view(_of("registrations.see", event, registration))
    return render_template(
        "organize/events/erasure.html", event=event, registration=registration, form=form
    ), status


def _of(action: str, event: Event, registration: Registration) -> AuditEvent:
    return AuditEvent(action, on=("registration", registration.id), cause_id=event.cause_id)


def _own(event: Event, registration_id: int) -> Registration:
    return registration_in(event.id, registration_id) or abort(404)


def _checked_in_message(registration: Registration) -> str:
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
    context = {"title": event.text(g.lang).title, "form": form, "numbers": numbers_of(event)}
    return render_template("organize/events/by_hand.html", event=event, **context), status


@blueprint.get("/<slug>/registrations/export")
@allowed("registrations.export", load_event)
@fresh
def attendance(event: Event) -> ResponseReturnValue:
    return _render_page(event, AttendanceForm(formdata=None))


@blueprint.post("/<slug>/registrations/export")
@allowed("registrations.export", load_event)
@fresh
def export_attendance(event: Event) -> ResponseReturnValue:
    form = AttendanceForm()
    if not form.validate():
        return _render_page(event, form, 422)
    state = "" if form.who.data == "all" else form.who.data
    rows = find(event.id, state=state)
    log_view(
        audit_event_of("registrations.export", event, who=form.who.data, rows=len(rows))._replace(
            reason=form.reason.data
        )
    )
    return as_csv(f"{event.slug}-{form.who.data}.csv", _lines(event, rows))


def _lines(event: Event, rows: Iterable[Registration]) -> Iterator[tuple[Any, ...]]:
    """Yield the header row, with a column per question, and a row per registration."""
    yield (
        _("Name"),
        _("Email"),
        _("Seats"),
        _("Status"),
        _("Check-in"),
        _("Registered"),
        _("Language"),
        _("Code"),
        *(in_language(question, g.lang)["label"] for question in event.questions),
    )
    for row in rows:
        instants = (
            moment.isoformat(timespec="seconds") if moment else ""
            for moment in (row.checked_in_at, row.created_at)
        )
        state, lang = str(STATE_LABELS.get(row.state, row.state)), language_name(row.lang)
        yield (
            *(row.name, row.email, row.seats, state, *instants, lang, row.code),
            *(_answer_text(row.answers.get(question["name"])) for question in event.questions),
        )


def _answer_text(answer: Any) -> str:
    if answer is True or answer is False:
        return _("yes") if answer else _("no")
    return answer or ""


def _render_page(event: Event, form: FlaskForm, status: int = 200) -> tuple[str, int]:
    context = {"title": event.text(g.lang).title, "form": form, "numbers": numbers_of(event)}
    return render_template("organize/events/attendance.html", event=event, **context), status
