"""Kiosks of an event: pairing them, seeing how they do, the PIN, the shifts, the poster of the table."""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, format_time
from flask import Blueprint, Response, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from campaign.events.queries import event_in_any_state, events_among
from campaign.extensions import write
from campaign.kiosk import keys, pairing
from campaign.kiosk.bundle import petitions_of
from campaign.kiosk.models import Kiosk
from campaign.kiosk.queries import (
    code_by_id,
    every_kiosk,
    gaps_of,
    kiosk_name,
    kiosks_of,
    many_for_review,
    many_on_phones,
    pin_of,
    shifts_of,
    tally_of,
)
from campaign.kiosk.table_poster import PAPERS, table_poster
from campaign.lib.qr_codes import qr_code
from campaign.lib.times import utcnow
from campaign.organize.acts import Fact, act
from campaign.organize.guard import allowed
from campaign.organize.kiosks_forms import PairForm, PinForm
from campaign.organize.presence import causes_where, may

blueprint = Blueprint("kiosks", __name__, url_prefix="/kiosks")
# So long after its end an event is still among those whose tablets one looks after.
AFTERWARDS = timedelta(days=2)


def any_event(slug):
    return event_in_any_state(slug)


def any_code(code_id):
    return code_by_id(code_id) if code_id < 2**63 else None


@dataclass(frozen=True)
class KioskRow:
    """A kiosk as the list shows it; `gaps` are [first, last] of missing sequence numbers."""

    kiosk: Kiosk
    state: str
    tally: dict
    gaps: list


@blueprint.get("/")
@allowed("kiosks.see")
def index():
    now = utcnow()
    cause_ids = causes_where("kiosks.see")
    by_event = {}
    for kiosk in every_kiosk(cause_ids):
        by_event.setdefault(kiosk.event_id, []).append(kiosk.state(now))
    events = [event for event in events_among(cause_ids) if event.state != "cancelled" or event.id in by_event]
    ahead = [event for event in reversed(events) if event.ends_at + AFTERWARDS > now]
    past = [event for event in events if event.ends_at + AFTERWARDS <= now and event.id in by_event]
    waiting = many_for_review([event.id for event in events])
    return render_template("organize/kiosks/index.html", ahead=ahead, past=past, states=by_event, waiting=waiting)


@blueprint.get("/<slug>")
@allowed("kiosks.see", any_event)
def show(event):
    return _page(event, PinForm(formdata=None))


@blueprint.get("/<slug>/new")
@allowed("kiosks.pair", any_event)
def new(event):
    return _pair_page(event, _pair_form(event, formdata=None))


@blueprint.post("/<slug>/new")
@allowed("kiosks.pair", any_event)
def create(event):
    """Give out a code; the first one of an event sets the PIN of its tablets, too."""
    form = _pair_form(event)
    if not form.validate():
        return _pair_page(event, form, 422)
    now, pin = utcnow(), form.pin.data if "pin" in form else None
    event_id = event.id
    if pin:
        act(_fact("kiosks.pin", event), pairing.set_pin, event_id=event_id, pin=pin, now=now)
    fact = _fact("kiosks.code", event)
    code = act(fact, pairing.new_code, event_id=event_id, name=form.name.data or "", now=now)
    return redirect(url_for("organize.kiosks.code", code_id=code.id), 303)


@blueprint.get("/codes/<int:code_id>")
@allowed("kiosks.pair", any_code)
def code(code):
    """The code to type or scan, as long as it is good; then which tablet was paired by it."""
    letters, event, now = keys.code_of(code.seed), code.event, utcnow()
    address = f"{current_app.config['PUBLIC_URL']}/kiosk"
    return render_template(
        "organize/kiosks/code.html",
        event=event,
        title=event.text(g.lang).title,
        code=keys.spaced(letters),
        picture=qr_code(f"{address}/#code={letters}", dark="#000", light="#fff"),
        address=address,
        is_good=code.used_at is None and now < code.expires_at,
        good_until=format_time(code.expires_at, "short", ZoneInfo(event.zone), get_locale()),
        paired=kiosk_name(code.kiosk_id) if code.kiosk_id else None,
        kiosk_id=code.kiosk_id,
    )


@blueprint.post("/<slug>/pin")
@allowed("kiosks.pair", any_event)
def pin(event):
    form = PinForm()
    if not form.validate():
        return _page(event, form, 422)
    act(_fact("kiosks.pin", event), pairing.set_pin, event_id=event.id, pin=form.pin.data, now=utcnow())
    flash(_("The PIN is set. Each tablet learns of it as soon as it has a network."), "sure")
    return back_to(event)


@blueprint.get("/<slug>/table.pdf")
@allowed("kiosks.see", any_event)
def poster(event):
    """The poster of the table, or of one tablet, to print: a QR code and a short address in three languages."""
    paper = request.args.get("size") if request.args.get("size") in PAPERS else "A3"
    pdf = table_poster(titles=_titles_to_sign(event), url=_table_url(event), paper=paper)
    answer = Response(pdf, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="table-{event.slug}.pdf"'
    return answer


def back_to(event):
    """Return a redirect to the page of an event's kiosks."""
    return redirect(url_for("organize.kiosks.show", slug=event.slug), 303)


def clock_of(event, now):
    """Return what writes an instant as the clocks of the event show it: the hour alone where it is today's."""
    zone, locale = ZoneInfo(event.zone), get_locale()
    today = now.astimezone(zone).date()

    def clock(instant):
        is_today = instant.astimezone(zone).date() == today
        return format_time(instant, "short", zone, locale) if is_today else format_datetime(instant, "medium", zone, locale)

    return clock


def rows_of(kiosks, now):
    """Return the KioskRows of these kiosks."""
    return [KioskRow(kiosk, kiosk.state(now), tally_of(kiosk, now), gaps_of(kiosk.id)) for kiosk in kiosks]


def _page(event, form, status=200):
    now = utcnow()
    rows = rows_of(kiosks_of(event.id), now)
    page = render_template(
        "organize/kiosks/show.html",
        event=event,
        title=event.text(g.lang).title,
        clock=clock_of(event, now),
        rows=rows,
        totals={name: sum(row.tally[name] for row in rows) for name in ("hour", "today")},
        waiting=sum(row.kiosk.waiting for row in rows),
        for_review=many_for_review([event.id]).get(event.id, 0),
        on_phones=many_on_phones(event.id),
        shifts=shifts_of(event.id),
        pin_set_at=(found := pin_of(event.id)) and found.set_at,
        sheets_address=_sheets_address(event),
        short_address=_table_url(event).partition("://")[2],
        papers=PAPERS,
        form=form,
    )
    return page, status


def _pair_form(event, **manner):
    form = PairForm(**manner)
    return form.without_pin() if pin_of(event.id) else form


def _pair_page(event, form, status=200):
    title = event.text(g.lang).title
    return render_template("organize/kiosks/new.html", event=event, title=title, form=form), status


def _titles_to_sign(event):
    """Return the title of what is signed at the table, by language."""
    petitions = petitions_of(event)
    languages = current_app.config["LANGUAGES"]
    if len(petitions) == 1:
        text = petitions[0].current_version.text
        return {lang: text(lang, petitions[0].original_lang).title for lang in languages}
    return {lang: event.cause.text(lang).title for lang in languages}


def _sheets_address(event):
    """Return where sheets of paper are printed, for who may type them in, or None."""
    view = "organize.imports.printing"
    return url_for(view) if view in current_app.view_functions and may("signatures.import", event) else None


def _table_url(event):
    """Return the short address of the event's table; the first who asks makes it."""
    code = write(pairing.table_code, event_id=event.id).code
    return f"{current_app.config['PUBLIC_URL']}/t/{code}"


def _fact(action, event):
    return Fact(action, on=("event", event.id), cause_id=event.cause_id)
