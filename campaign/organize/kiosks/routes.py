"""The kiosks of an event: their state, their PIN and their shifts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import Blueprint, current_app, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from campaign.events.models import Event
from campaign.events.queries import events_among
from campaign.i18n.clock_times import clock_time
from campaign.kiosk import pairing
from campaign.kiosk.models import Kiosk
from campaign.kiosk.queries import (
    every_kiosk,
    gaps_among,
    kiosks_of,
    many_on_phones,
    pin_of,
    shifts_of,
    table_code,
    tallies_of,
)
from campaign.kiosk.review_queries import many_for_review
from campaign.kiosk.table_poster import PAPERS
from campaign.organize.access import allowed, fresh
from campaign.organize.audited_write import Fact, act
from campaign.organize.identity import causes_where, may
from campaign.organize.kiosks.forms import PinForm
from campaign.organize.scope import load_event
from campaign.process.clock import utcnow
from campaign.signatures.name_display import many_asked_at

blueprint = Blueprint("kiosks", __name__, url_prefix="/kiosks")
# Until this long after its end, an event is listed among those whose tablets need attention.
AFTERWARDS = timedelta(days=2)
# A tablet silent for this long is assumed to be stored away, so we don't warn about it.
PUT_AWAY = timedelta(days=1)


@dataclass(frozen=True)
class KioskRow:
    """A kiosk as the list shows it; `gaps` are [first, last] of missing sequence numbers."""

    kiosk: Kiosk
    state: str
    tally: dict
    gaps: list
    is_put_away: bool


@blueprint.get("/")
@allowed("kiosks.see")
def index() -> ResponseReturnValue:
    now = utcnow()
    cause_ids = causes_where("kiosks.see")
    by_event = {}
    for kiosk in every_kiosk(cause_ids):
        by_event.setdefault(kiosk.event_id, []).append(kiosk.state(now))
    events = [
        event
        for event in events_among(cause_ids)
        if event.state != "cancelled" or event.id in by_event
    ]
    ahead = [event for event in reversed(events) if event.ends_at > now - AFTERWARDS]
    past = [event for event in events if event.ends_at <= now - AFTERWARDS and event.id in by_event]
    # Only for reviewers: the number of records kept would tell a tabler who had already signed.
    waiting = many_for_review([event.id for event in events if may("signatures.review", event)])
    return render_template(
        "organize/kiosks/index.html", ahead=ahead, past=past, states=by_event, waiting=waiting
    )


@blueprint.get("/<slug>")
@allowed("kiosks.see", load_event)
def show(event: Event) -> ResponseReturnValue:
    return _page(event, PinForm(formdata=None))


@blueprint.post("/<slug>/pin")
@allowed("kiosks.pair", load_event)
@fresh
def pin(event: Event) -> ResponseReturnValue:
    form = PinForm()
    if not form.validate():
        return _page(event, form, 422)
    act(
        fact_on("kiosks.pin", event),
        pairing.set_pin,
        event_id=event.id,
        pin=form.pin.data,
        now=utcnow(),
    )
    flash(_("PIN saved. Tablets get it when they are next online."), "success")
    return back_to(event)


def back_to(event: Event) -> ResponseReturnValue:
    """Return a redirect to the page of an event's kiosks."""
    return redirect(url_for("organize.kiosks.show", slug=event.slug), 303)


def clock_of(event: Event, now: datetime) -> Callable[[datetime], str]:
    """Return a function that formats an instant in the event's time zone; today without date."""
    zone, locale = ZoneInfo(event.zone), get_locale()
    today = now.astimezone(zone).date()

    def clock(instant: datetime) -> str:
        there = instant.astimezone(zone)
        time = clock_time(there, locale)
        return time if there.date() == today else f"{format_date(there, locale=locale)}, {time}"

    return clock


def fact_on(action: str, event: Event) -> Fact:
    return Fact(action, on=("event", event.id), cause_id=event.cause_id)


def table_url(event: Event) -> str:
    """Return the short URL of the event's table."""
    return f"{current_app.config['PUBLIC_URL']}/t/{table_code(event_id=event.id)}"


def rows_of(kiosks: Sequence[Kiosk], now: datetime) -> list[KioskRow]:
    """Return the KioskRows of these kiosks, all of one event."""
    tallies, gaps = tallies_of(kiosks, now), gaps_among([kiosk.id for kiosk in kiosks])
    return [_row(kiosk, tallies[kiosk.id], gaps.get(kiosk.id, []), now) for kiosk in kiosks]


def _row(kiosk, tally, gaps, now):
    state = kiosk.state(now)
    is_over = (
        state in ("revoked", "expired") or now - (kiosk.last_seen_at or kiosk.paired_at) > PUT_AWAY
    )
    return KioskRow(
        kiosk, state, tally, gaps, is_put_away=is_over and not gaps and not kiosk.waiting
    )


def _page(event: Event, form: PinForm, status: int = 200) -> ResponseReturnValue:
    now = utcnow()
    address = table_url(event)
    rows = rows_of(kiosks_of(event.id), now)
    page = render_template(
        "organize/kiosks/show.html",
        event=event,
        title=event.text(g.lang).title,
        clock=clock_of(event, now),
        rows=rows,
        totals={name: sum(row.tally[name] for row in rows) for name in ("hour", "today")},
        waiting=sum(row.kiosk.waiting for row in rows),
        for_review=many_for_review([event.id]).get(event.id, 0)
        if may("signatures.review", event)
        else None,
        names=many_asked_at([event.id]).get(event.id, 0) if may("signatures.review", event) else 0,
        on_phones=many_on_phones(event.id),
        shifts=shifts_of(event.id),
        pin_set_at=(found := pin_of(event.id)) and found.set_at,
        sheets_address=_sheets_address(event),
        short_address=address.partition("://")[2],
        papers=PAPERS,
        form=form,
    )
    return page, status


def _sheets_address(event: Event) -> str | None:
    """Return the page that prints paper sheets, for people who may type them in, or None."""
    view = "organize.imports.printing"
    return (
        url_for(view)
        if view in current_app.view_functions and may("signatures.import", event)
        else None
    )
