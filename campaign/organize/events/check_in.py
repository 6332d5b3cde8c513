"""At the door of an event, on a phone: who comes is found or scanned and checked in with one touch.

Several may stand at the door at once: each check-in is one row under a lock, and whoever is second is told when the first was.
The list tells the audit trail that it was opened, and once in some hours that it still is, not for each letter typed into its search.
"""

from datetime import timedelta
from zoneinfo import ZoneInfo

from flask import flash, g, jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from campaign.accounts.audit import entries
from campaign.events.check_in import CodeUnknown, NoSeat, check_in, let_in, undo_check_in
from campaign.events.registration_search import find, numbers_of
from campaign.i18n.clock_times import clock_time
from campaign.organize.access import allowed
from campaign.organize.audited_write import Fact, act, note
from campaign.organize.events.routes import blueprint, fact_of, load_event
from campaign.organize.identity import organizer
from campaign.process.clock import utcnow

# A phone shows so many at once; whoever is further down is found by typing.
SHOWN = 60
MAX_TEXT_LENGTH = 200
NOTED_EVERY = timedelta(hours=6)
# The door alone may ask for the camera.
MAY_SCAN = "camera=(self), microphone=(), geolocation=(), browsing-topics=()"
NO_SEAT = {
    "unconfirmed": _l(
        "This registration is not confirmed yet. If there is room, let them in from the list below."
    ),
    "waiting": _l(
        "This one is on the waiting list. If there is room, let them in from the list below."
    ),
    "held": _l(
        "This registration was set aside. If all looks well, let them in from the list below."
    ),
    "cancelled": _l(
        "This registration was cancelled. If there is room, let them in from the list below."
    ),
}


@blueprint.get("/<slug>/door")
@allowed("registrations.check_in", load_event)
def door(event):
    note(_sight(event))
    answer = make_response(render_template("organize/events/door.html", **_list(event)))
    answer.headers["Permissions-Policy"] = MAY_SCAN
    return answer


@blueprint.get("/<slug>/door/list")
@allowed("registrations.check_in", load_event)
def door_list(event):
    """The numbers and the list alone: what the page asks for while somebody types, and every few seconds."""
    noted = {
        "organizer_id": organizer().id,
        "subject": ("event", event.id),
        "since": utcnow() - NOTED_EVERY,
    }
    if not entries(action="registrations.see", most=1, **noted):
        note(_sight(event))
    return render_template("organize/events/door_list.html", **_list(event))


@blueprint.post("/<slug>/door/check-in")
@allowed("registrations.check_in", load_event)
def come(event):
    """Check in who has the code; with `anyway` also who has no seat."""
    code, now = request.form.get("code", "")[:MAX_TEXT_LENGTH], utcnow()
    operation = let_in if request.form.get("anyway") else check_in
    fact = Fact(
        "registrations.check_in", on=lambda came: ("registration", came.id), cause_id=event.cause_id
    )
    try:
        came = act(fact, operation, event_id=event.id, code=code, now=now)
    except CodeUnknown:
        return _answer(event, "grave", _("No registration of this event has this code."), 404)
    except NoSeat as refusal:
        return _answer(event, "waiting", str(NO_SEAT[str(refusal)]), 409)
    if came.checked_in_at != now:
        words = _("%(name)s: already in at %(hour)s.", name=came.name, hour=_hour_in(came, event))
        return _answer(event, "waiting", words)
    words = ngettext(
        "%(name)s is in.", "%(name)s is in, with %(num)s seats.", came.seats, name=came.name
    )
    return _answer(event, "sure", words, code=came.code)


@blueprint.post("/<slug>/door/undo")
@allowed("registrations.check_in", load_event)
def come_not(event):
    """Take a check-in back."""
    code = request.form.get("code", "")[:MAX_TEXT_LENGTH]
    fact = Fact(
        "registrations.undo", on=lambda left: ("registration", left.id), cause_id=event.cause_id
    )
    try:
        left = act(fact, undo_check_in, event_id=event.id, code=code)
    except CodeUnknown:
        return _answer(event, "grave", _("No registration of this event has this code."), 404)
    return _answer(event, "note", _("%(name)s is not in any more.", name=left.name))


def _sight(event):
    return fact_of("registrations.see", event, at="door")


def _list(event):
    words = request.args.get("words", "")[:MAX_TEXT_LENGTH].strip()
    found = find(event.id, words=words, state="" if words else "missing", limit=SHOWN + 1)
    return {
        "event": event,
        "title": event.text(g.lang).title,
        "numbers": numbers_of(event),
        "rows": found[:SHOWN],
        "has_more": len(found) > SHOWN,
        "words": words,
        "hours_in": {each.id: _hour_in(each, event) for each in found if each.checked_in_at},
    }


def _hour_in(registration, event):
    return clock_time(registration.checked_in_at, g.lang, ZoneInfo(event.zone))


def _answer(event, kind, words, status=200, code=""):
    """Tell the script at the door in JSON what came of it, and everybody else on the page that follows."""
    if request.accept_mimetypes.best == "application/json":
        return jsonify(kind=kind, words=words, code=code), status
    flash(words, kind)
    return redirect(
        url_for("organize.events.door", slug=event.slug, words=request.form.get("words") or None),
        303,
    )
