"""The page behind the link in the email: confirm, see, change and cancel a registration."""

from contextlib import suppress
from typing import Any, cast

from flask import Response, abort, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from campaign.events import registering, tokens
from campaign.events.codes import code_png, code_svg
from campaign.events.forms import SeatForm, registration_form
from campaign.events.models import Event, Registration
from campaign.events.presenters import page
from campaign.events.queries import event_by_id, registration_by_id
from campaign.events.routes import blueprint
from campaign.extensions import write
from campaign.http.caching import private
from campaign.organisations.presenters import show_organisation
from campaign.petitions.questions import ANSWER_PREFIX
from campaign.process.clock import utcnow
from campaign.security.tokens import claimed_number
from campaign.text.email_addresses import mask
from campaign.text.typed_codes import spaced

# The application registers the blueprint once the views of both modules are on it.
__all__ = ["blueprint"]


@blueprint.get("/<lang>/registrations/<token>")
def registration(token: str) -> ResponseReturnValue:
    """Show a registration to the person it belongs to."""
    return _render_registration(token, _load_by_token(token))


@blueprint.post("/<lang>/registrations/<token>")
def change(token: str) -> ResponseReturnValue:
    """Save a changed name, number of seats or answers."""
    opened = _load_by_token(token)
    shown = page(cast(Event, event_by_id(opened.event_id)), g.lang, utcnow())
    form = registration_form(shown, data={})
    if not form.validate():
        return _render_registration(token, opened, form=form, status=422)
    changes = {"name": form.name.data, "seats": form.seats.number, "answers": form.answers()}
    try:
        write(registering.change_registration, opened.id, now=utcnow(), **changes)
    except registering.TooFewSeats as error:
        return _render_registration(token, opened, form=form, status=error.status)
    except registering.RegistrationClosed:
        return redirect(url_for("events.registration", token=token), 303)
    return redirect(url_for("events.registration", token=token, saved=1), 303)


@blueprint.post("/<lang>/registrations/<token>/confirm")
def confirm(token: str) -> ResponseReturnValue:
    """Confirm what the page showed. Opening the page is not enough, as mail scanners do that."""
    opened = _load_by_token(token)
    try:
        write(
            registering.confirm_registration,
            opened.id,
            fingerprint=request.form.get("mark", ""),
            now=utcnow(),
        )
    except registering.RegistrationChanged as error:
        return _render_registration(token, _load_by_token(token), status=error.status)
    except registering.RegistrationClosed:
        # The page explains that the event has begun.
        pass
    return redirect(url_for("events.registration", token=token), 303)


@blueprint.post("/<lang>/registrations/<token>/cancel")
def cancel(token: str) -> ResponseReturnValue:
    """Cancel the registration."""
    # The page explains that the event has begun.
    with suppress(registering.RegistrationClosed):
        write(registering.cancel_registration, _load_by_token(token).id, now=utcnow())
    return redirect(url_for("events.registration", token=token), 303)


@blueprint.get("/<lang>/registrations/<token>/code.png")
def code(token: str) -> ResponseReturnValue:
    """Return the QR code for the door as a picture to keep on a phone."""
    opened = _load_by_token(token)
    if opened.state != "registered":
        abort(404)
    return private(Response(code_png(opened.code), content_type="image/png"))


def _answered(
    questions: tuple[dict[str, Any], ...], answers: dict[str, Any]
) -> tuple[tuple[str, Any], ...]:
    """Return (label, answer) pairs of the questions that were answered. True is a checked box."""
    return tuple(
        (question["label"], answers[question["name"]])
        for question in questions
        if answers.get(question["name"])
    )


def _load_by_token(token: str) -> Registration:
    """Return the registration that the token opens. Abort with 404 if it is unknown or erased."""
    registration_id = claimed_number(token)
    opened = None if registration_id is None else registration_by_id(registration_id)
    if opened is None or not tokens.opens(token, opened):
        abort(404)
    return opened


def _render_registration(
    token: str, opened: Registration, *, form: SeatForm | None = None, status: int = 200
) -> Response:
    event = cast(Event, event_by_id(opened.event_id))
    show_organisation(event.cause.organisation_id)
    now = utcnow()
    shown = page(event, g.lang, now)
    data = {"name": opened.name, "seats": str(opened.seats)}
    data |= {ANSWER_PREFIX + name: answer for name, answer in opened.answers.items()}
    body = render_template(
        "events/registration.html",
        event=shown,
        registration=opened,
        email=mask(opened.email),
        form=form or registration_form(shown, data=data),
        is_open=event.keeps_registrations(now),
        is_changeable=event.keeps_registrations(now)
        and opened.state not in ("cancelled", "unconfirmed"),
        answered=_answered(shown.questions, opened.answers),
        content_fingerprint=registering.content_fingerprint(opened),
        has_begun=now >= event.starts_at,
        # Only registered people see the online address that the public page withholds.
        online_url=event.online_url if opened.state == "registered" else "",
        code=code_svg(opened.code) if opened.state == "registered" else "",
        code_text=spaced(opened.code),
        token=token,
        status=status,
        refused=status != 200,
        saved=request.args.get("saved") == "1",
    )
    return private(make_response(body, status))
