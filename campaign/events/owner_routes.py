"""The page that the link in the email opens: confirm, see, change and cancel a registration."""

from flask import Response, abort, g, make_response, redirect, render_template, request, url_for

from campaign.events import registering, tokens
from campaign.events.codes import code_png, code_svg, spaced
from campaign.events.forms import ANSWER_PREFIX, registration_form
from campaign.events.presenters import page
from campaign.events.queries import event_by_id, registration_by_id
from campaign.events.routes import blueprint
from campaign.extensions import write
from campaign.http.caching import private
from campaign.process.clock import utcnow
from campaign.security.tokens import claimed_number
from campaign.text.email_addresses import mask


@blueprint.get("/<lang>/registrations/<token>")
def registration(token):
    return _page(token, _opened(token))


@blueprint.post("/<lang>/registrations/<token>")
def change(token):
    opened = _opened(token)
    shown = page(event_by_id(opened.event_id), g.lang, utcnow())
    form = registration_form(shown, kept={})
    if not form.validate():
        return _page(token, opened, form=form, status=422)
    words = {"name": form.name.data, "seats": form.seats.number, "answers": form.answers()}
    try:
        write(registering.change_registration, opened.id, now=utcnow(), **words)
    except registering.TooFewSeats as fact:
        return _page(token, opened, form=form, status=fact.status)
    except registering.RegistrationClosed:
        return redirect(url_for("events.registration", token=token), 303)
    return redirect(url_for("events.registration", token=token, saved=1), 303)


@blueprint.post("/<lang>/registrations/<token>/confirm")
def confirm(token):
    """Confirm what the page showed; mail scanners only look, so a look confirms nothing."""
    opened = _opened(token)
    try:
        write(
            registering.confirm_registration,
            opened.id,
            mark=request.form.get("mark", ""),
            now=utcnow(),
        )
    except registering.RegistrationChanged as error:
        return _page(token, _opened(token), status=error.status)
    except registering.RegistrationClosed:
        # The page says that it has begun.
        pass
    return redirect(url_for("events.registration", token=token), 303)


@blueprint.post("/<lang>/registrations/<token>/cancel")
def cancel(token):
    try:
        write(registering.cancel_registration, _opened(token).id, now=utcnow())
    except registering.RegistrationClosed:
        # The page says that it has begun.
        pass
    return redirect(url_for("events.registration", token=token), 303)


@blueprint.get("/<lang>/registrations/<token>/code.png")
def code(token):
    """The code for the door, to keep on a phone."""
    opened = _opened(token)
    if opened.state != "registered":
        abort(404)
    return private(Response(code_png(opened.code), content_type="image/png"))


def _answered(questions, answers):
    """Return ((label, answer), …) of the event's questions that were answered; True stands for a checked box."""
    return tuple(
        (each["label"], answers[each["name"]]) for each in questions if answers.get(each["name"])
    )


def _opened(token):
    """Return the registration that the token opens; 404 for a foreign token or what was erased."""
    registration_id = claimed_number(token)
    opened = None if registration_id is None else registration_by_id(registration_id)
    if opened is None or not tokens.opens(token, opened):
        abort(404)
    return opened


def _page(token, opened, *, form=None, status=200):
    event = event_by_id(opened.event_id)
    now = utcnow()
    shown = page(event, g.lang, now)
    kept = {"name": opened.name, "seats": str(opened.seats)}
    kept |= {ANSWER_PREFIX + name: answer for name, answer in opened.answers.items()}
    body = render_template(
        "events/registration.html",
        event=shown,
        registration=opened,
        email=mask(opened.email),
        form=form or registration_form(shown, kept=kept),
        is_open=event.keeps_registrations(now),
        is_changeable=event.keeps_registrations(now)
        and opened.state not in ("cancelled", "unconfirmed"),
        answered=_answered(shown.questions, opened.answers),
        content_mark=registering.content_mark(opened),
        has_begun=now >= event.starts_at,
        # Only here: who is registered gets the address that the public page keeps back.
        online_url=event.online_url if opened.state == "registered" else "",
        code=code_svg(opened.code) if opened.state == "registered" else "",
        code_words=spaced(opened.code),
        token=token,
        status=status,
        refused=status != 200,
        saved=request.args.get("saved") == "1",
    )
    return private(make_response(body, status))
