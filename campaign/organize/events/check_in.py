"""Check in people at an event, on a phone: search or scan, then one tap.

Several volunteers may check in at once. Each check-in is one row under a lock, and the second
volunteer sees when the first one did it. The activity log records that the list was opened, and
again after some hours, but not each keystroke of a search.
"""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, g, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from campaign.accounts.audit import entries
from campaign.events.check_in import (
    CodeUnknown,
    NoSeat,
    check_in,
    check_in_without_seat,
    undo_check_in,
)
from campaign.events.models import Event, Registration
from campaign.events.registration_search import find, numbers_of
from campaign.http.security_headers import CAMERA_PERMISSIONS
from campaign.i18n.clock_times import clock_time
from campaign.organize.core.access import allowed
from campaign.organize.core.audit import AuditEvent, act, log_view
from campaign.organize.core.identity import organizer
from campaign.organize.core.scope import load_event
from campaign.organize.events.routes import audit_event_of, blueprint
from campaign.process.clock import utcnow

# A phone shows this many rows at once. Others are found by searching.
MAX_ROWS = 60
MAX_TEXT_LENGTH = 200
VIEW_LOGGED_EVERY = timedelta(hours=6)
NO_SEAT = {
    "unconfirmed": _l(
        "This registration is not confirmed yet. If there is room, check the person in from the list below."
    ),
    "waiting": _l(
        "This person is on the waiting list. If there is room, check them in from the list below."
    ),
    "held": _l(
        "This registration is held for review. If it looks right, check the person in from the list below."
    ),
    "cancelled": _l(
        "This registration was cancelled. If there is room, check the person in from the list below."
    ),
}


@blueprint.get("/<slug>/door")
@allowed("registrations.check_in", load_event)
def check_in_page(event: Event) -> ResponseReturnValue:
    log_view(_view_event(event))
    response = make_response(render_template("organize/events/check_in.html", **_list(event)))
    # Of the workspace, only this page may use the camera.
    response.headers["Permissions-Policy"] = CAMERA_PERMISSIONS
    return response


@blueprint.get("/<slug>/door/list")
@allowed("registrations.check_in", load_event)
def check_in_list(event: Event) -> ResponseReturnValue:
    """Return the numbers and the list alone, for searches while typing and for refreshes."""
    filters: dict[str, Any] = {
        "organizer_id": organizer().id,
        "subject": ("event", event.id),
        "since": utcnow() - VIEW_LOGGED_EVERY,
    }
    if not entries(action="registrations.see", limit=1, **filters):
        log_view(_view_event(event))
    return render_template("organize/events/check_in_list.html", **_list(event))


@blueprint.post("/<slug>/door/check-in")
@allowed("registrations.check_in", load_event)
def mark_present(event: Event) -> ResponseReturnValue:
    """Check in the person with this code, and with `anyway` even without a seat."""
    code, now = request.form.get("code", "")[:MAX_TEXT_LENGTH], utcnow()
    operation = check_in_without_seat if request.form.get("anyway") else check_in
    audit_event = AuditEvent(
        "registrations.check_in", on=lambda came: ("registration", came.id), cause_id=event.cause_id
    )
    try:
        came = act(audit_event, operation, event_id=event.id, code=code, now=now)
    except CodeUnknown:
        return _answer(event, "danger", _("No registration for this event has this code."), 404)
    except NoSeat as refusal:
        return _answer(event, "waiting", str(NO_SEAT[str(refusal)]), 409)
    if came.checked_in_at != now:
        message = _(
            "%(name)s: already checked in at %(hour)s.", name=came.name, hour=_hour_in(came, event)
        )
        return _answer(event, "waiting", message)
    message = ngettext(
        "%(name)s is checked in.",
        "%(name)s is checked in, with %(num)s seats.",
        came.seats,
        name=came.name,
    )
    return _answer(event, "success", message, code=came.code)


@blueprint.post("/<slug>/door/undo")
@allowed("registrations.check_in", load_event)
def mark_absent(event: Event) -> ResponseReturnValue:
    """Undo a check-in."""
    code = request.form.get("code", "")[:MAX_TEXT_LENGTH]
    audit_event = AuditEvent(
        "registrations.undo", on=lambda left: ("registration", left.id), cause_id=event.cause_id
    )
    try:
        left = act(audit_event, undo_check_in, event_id=event.id, code=code)
    except CodeUnknown:
        return _answer(event, "danger", _("No registration for this event has this code."), 404)
    return _answer(event, "note", _("Check-in undone for %(name)s.", name=left.name))


def _view_event(event: Event) -> AuditEvent:
    return audit_event_of("registrations.see", event, at="door")


def _list(event: Event) -> dict[str, Any]:
    query = request.args.get("words", "")[:MAX_TEXT_LENGTH].strip()
    rows = find(event.id, text=query, state="" if query else "missing", limit=MAX_ROWS + 1)
    return {
        "event": event,
        "title": event.text(g.lang).title,
        "numbers": numbers_of(event),
        "rows": rows[:MAX_ROWS],
        "has_more": len(rows) > MAX_ROWS,
        "query": query,
        "hours_in": {row.id: _hour_in(row, event) for row in rows if row.checked_in_at},
    }


def _hour_in(registration: Registration, event: Event) -> str:
    return clock_time(registration.checked_in_at, g.lang, ZoneInfo(event.zone))


def _answer(
    event: Event, kind: str, message: str, status: int = 200, code: str = ""
) -> ResponseReturnValue:
    """Return the result as JSON to the page's script, or flash it and redirect."""
    if request.accept_mimetypes.best == "application/json":
        return jsonify(kind=kind, words=message, code=code), status
    flash(message, kind)
    return redirect(
        url_for(
            "organize.events.check_in_page",
            slug=event.slug,
            words=request.form.get("words") or None,
        ),
        303,
    )
