"""The kiosks of an event: their state, their PIN, their shifts, and the poster of the table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.form import BaseForm
from wtforms.validators import DataRequired, Length, ValidationError

from campaign.events.models import Event
from campaign.events.queries import events_among
from campaign.i18n.clock_times import clock_time
from campaign.i18n.locales import current_locale
from campaign.i18n.long_dates import short_date
from campaign.kiosk import pairing
from campaign.kiosk.app.bundle import languages_of, petitions_of
from campaign.kiosk.codes import is_pin
from campaign.kiosk.models import Kiosk
from campaign.kiosk.pairing import GUESSED_PINS, MAX_NAME_LENGTH
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
from campaign.kiosk.review.queries import many_for_review
from campaign.kiosk.tables.guide import tabler_guide
from campaign.kiosk.tables.poster import PAPERS, table_poster
from campaign.montage.texts import print_identity
from campaign.organize.core.access import allowed, fresh
from campaign.organize.core.audit import AuditEvent, act
from campaign.organize.core.fields import LineField
from campaign.organize.core.identity import causes_where, may
from campaign.organize.core.scope import load_event
from campaign.process.clock import utcnow
from campaign.signatures.name_display import count_waiting_names
from campaign.site.settings import site_settings

TOO_LONG = Length(
    max=MAX_NAME_LENGTH, message=_l("Use %(max)s characters or fewer.", max=MAX_NAME_LENGTH)
)


class PinField(StringField):
    """Six digits that are not among the first guesses."""

    data: str | None

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        self.data = "".join((self.data or "").split())

    def pre_validate(self, form: BaseForm) -> None:
        if not is_pin(self.data or ""):
            raise ValidationError(_l("Enter six digits."))
        if self.data in GUESSED_PINS:
            raise ValidationError(_l("This PIN is too easy to guess. Choose another."))


class PinForm(FlaskForm):
    """The PIN that staff type on every tablet of an event."""

    pin = PinField(_l("Team PIN"))


class PairForm(FlaskForm):
    """A tablet to be paired. With the first tablet of an event, its PIN is set too."""

    name = LineField(_l("Name of the tablet"), [TOO_LONG])
    pin = PinField(_l("Team PIN"))

    def without_pin(self) -> Self:
        """Remove the PIN field, for an event that has a PIN already, and return the form."""
        del self.pin
        return self


class NameForm(FlaskForm):
    """A new name for a tablet."""

    name = LineField(_l("Name of the tablet"), [DataRequired(_l("Enter a name.")), TOO_LONG])


blueprint = Blueprint("kiosks", __name__, url_prefix="/kiosks")
# Until this long after its end, an event is listed among those whose tablets need attention.
AFTERWARDS = timedelta(days=2)
# A tablet silent for this long is assumed to be stored away, so we don't warn about it.
STORED_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class KioskRow:
    """A kiosk as the list shows it. `gaps` are [first, last] of missing sequence numbers."""

    kiosk: Kiosk
    state: str
    tally: dict[str, Any]
    gaps: list[Any]
    is_stored: bool


@blueprint.get("/")
@allowed("kiosks.see")
def index() -> ResponseReturnValue:
    now = utcnow()
    cause_ids = causes_where("kiosks.see")
    by_event: dict[int, list[str]] = {}
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
    return _render_page(event, PinForm(formdata=None))


@blueprint.post("/<slug>/pin")
@allowed("kiosks.pair", load_event)
@fresh
def pin(event: Event) -> ResponseReturnValue:
    form = PinForm()
    if not form.validate():
        return _render_page(event, form, 422)
    act(
        audit_event_on("kiosks.pin", event),
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
    """Return a function that formats an instant in the event's time zone, today without date."""
    zone, locale = ZoneInfo(event.zone), current_locale()
    today = now.astimezone(zone).date()

    def clock(instant: datetime) -> str:
        local = instant.astimezone(zone)
        time = clock_time(local, locale)
        return time if local.date() == today else f"{short_date(local, locale)}, {time}"

    return clock


def audit_event_on(action: str, event: Event) -> AuditEvent:
    return AuditEvent(action, on=("event", event.id), cause_id=event.cause_id)


def table_url(event: Event) -> str:
    """Return the short URL of the event's table."""
    return f"{current_app.config['PUBLIC_URL']}/t/{table_code(event_id=event.id)}"


def rows_of(kiosks: Sequence[Kiosk], now: datetime) -> list[KioskRow]:
    """Return the KioskRows of these kiosks, all of one event."""
    tallies, gaps = tallies_of(kiosks, now), gaps_among([kiosk.id for kiosk in kiosks])
    return [_row(kiosk, tallies[kiosk.id], gaps.get(kiosk.id, []), now) for kiosk in kiosks]


def _row(kiosk: Kiosk, tally: dict[str, int], gaps: list[list[int]], now: datetime) -> KioskRow:
    state = kiosk.state(now)
    is_over = (
        state in ("revoked", "expired")
        or now - (kiosk.last_seen_at or kiosk.paired_at) > STORED_AFTER
    )
    return KioskRow(kiosk, state, tally, gaps, is_stored=is_over and not gaps and not kiosk.waiting)


def _render_page(event: Event, form: PinForm, status: int = 200) -> ResponseReturnValue:
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
        names=count_waiting_names([event.id]).get(event.id, 0)
        if may("signatures.review", event)
        else 0,
        on_phones=many_on_phones(event.id),
        shifts=shifts_of(event.id),
        pin_set_at=(current_pin := pin_of(event.id)) and current_pin.set_at,
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


@blueprint.get("/<slug>/table.pdf")
@allowed("kiosks.see", load_event)
def poster(event: Event) -> ResponseReturnValue:
    size = request.args.get("size", "")
    paper = size if size in PAPERS else "A3"
    titles = _titles(event)
    # The name is in the language that the poster begins with.
    identity = print_identity(event.cause, next(iter(titles)))
    pdf = table_poster(titles=titles, url=table_url(event), identity=identity, paper=paper)
    response = Response(pdf, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="table-{event.slug}.pdf"'
    return response


@blueprint.get("/<slug>/guide")
@allowed("kiosks.see", load_event)
def guide(event: Event) -> ResponseReturnValue:
    """Show the guide for table volunteers, for printing, in the first language of the event."""
    languages = tuple(languages_of(event))
    chosen = tabler_guide(request.args.get("language") or languages[0], languages)
    offered = {tabler_guide(lang, languages).lang for lang in languages}
    return render_template(
        "organize/kiosks/guide.html",
        event=event,
        title=event.text(g.lang).title,
        guide=chosen,
        others=sorted(offered - {chosen.lang}),
    )


def _titles(event: Event) -> dict[str, str]:
    """Return the title of what is signed at the table, by language."""
    petitions = petitions_of(event)
    languages = site_settings().languages
    if len(petitions) == 1:
        text = petitions[0].current_version.text
        return {lang: text(lang, petitions[0].original_lang).title for lang in languages}
    return {lang: event.cause.text(lang).title for lang in languages}
