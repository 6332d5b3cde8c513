"""Pair a kiosk by a code, rename it, extend its time, and revoke it."""

from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign.events.models import Event
from campaign.i18n.clock_times import clock_time
from campaign.i18n.locales import current_locale
from campaign.kiosk import codes, pairing
from campaign.kiosk.models import Kiosk, PairingCode
from campaign.kiosk.queries import code_by_id, kiosk_by_id, kiosk_name, pin_of
from campaign.organize.core.access import allowed, fresh
from campaign.organize.core.audit import AuditEvent, act
from campaign.organize.core.scope import load_event
from campaign.organize.kiosks.routes import (
    NameForm,
    PairForm,
    audit_event_on,
    blueprint,
    clock_of,
    rows_of,
)
from campaign.process.clock import utcnow
from campaign.sharing.qr_codes import qr_code
from campaign.text.typed_codes import spaced


def load_kiosk(kiosk_id: int) -> Kiosk | None:
    return kiosk_by_id(kiosk_id)


@blueprint.get("/tablets/<int:kiosk_id>")
@allowed("kiosks.see", load_kiosk)
def tablet(kiosk: Kiosk) -> ResponseReturnValue:
    return _render_page(kiosk, NameForm(formdata=None, name=kiosk.name))


@blueprint.post("/tablets/<int:kiosk_id>/name")
@allowed("kiosks.pair", load_kiosk)
def rename(kiosk: Kiosk) -> ResponseReturnValue:
    form = NameForm()
    if not form.validate():
        return _render_page(kiosk, form, 422)
    act(
        _audit_event_of("kiosks.rename", kiosk),
        pairing.rename,
        kiosk_id=kiosk.id,
        name=form.name.data,
    )
    flash(_("Renamed."), "success")
    return _back_to(kiosk)


@blueprint.post("/tablets/<int:kiosk_id>/extend")
@allowed("kiosks.pair", load_kiosk)
def extend(kiosk: Kiosk) -> ResponseReturnValue:
    act(_audit_event_of("kiosks.extend", kiosk), pairing.extend, kiosk_id=kiosk.id, now=utcnow())
    flash(_("This tablet can collect signatures for one more day."), "success")
    return _back_to(kiosk)


@blueprint.post("/tablets/<int:kiosk_id>/revoke")
@allowed("kiosks.revoke", load_kiosk)
def revoke(kiosk: Kiosk) -> ResponseReturnValue:
    act(_audit_event_of("kiosks.revoke", kiosk), pairing.revoke, kiosk_id=kiosk.id, now=utcnow())
    flash(
        _("Revoked. If the tablet sends more, we hold it for review until an admin approves it."),
        "success",
    )
    return _back_to(kiosk)


def _render_page(kiosk: Kiosk, form: NameForm, status: int = 200) -> ResponseReturnValue:
    now = utcnow()
    [row] = rows_of([kiosk], now)
    page = render_template(
        "organize/kiosks/tablet.html",
        row=row,
        kiosk=kiosk,
        title=kiosk.event.text(g.lang).title,
        form=form,
        clock=clock_of(kiosk.event, now),
    )
    return page, status


def _back_to(kiosk: Kiosk) -> ResponseReturnValue:
    return redirect(url_for("organize.kiosks.tablet", kiosk_id=kiosk.id), 303)


def _audit_event_of(action: str, kiosk: Kiosk) -> AuditEvent:
    return AuditEvent(action, on=("kiosk", kiosk.id), cause_id=kiosk.cause_id)


def load_code(code_id: int) -> PairingCode | None:
    return code_by_id(code_id)


@blueprint.get("/<slug>/new")
@allowed("kiosks.pair", load_event)
def new(event: Event) -> ResponseReturnValue:
    return _pair_page(event, _pair_form(event, formdata=None))


@blueprint.post("/<slug>/new")
@allowed("kiosks.pair", load_event)
@fresh
def create(event: Event) -> ResponseReturnValue:
    """Create a pairing code. The first one of an event also sets the PIN of its tablets."""
    form = _pair_form(event)
    if not form.validate():
        return _pair_page(event, form, 422)
    now, pin = utcnow(), form.pin.data if "pin" in form else None
    event_id = event.id
    if pin:
        act(
            audit_event_on("kiosks.pin", event),
            pairing.set_pin,
            event_id=event_id,
            pin=pin,
            now=now,
        )
    audit_event = audit_event_on("kiosks.code", event)
    code = act(audit_event, pairing.new_code, event_id=event_id, name=form.name.data or "", now=now)
    return redirect(url_for("organize.kiosks.code", code_id=code.id), 303)


@blueprint.get("/codes/<int:code_id>")
@allowed("kiosks.pair", load_code)
def code(code: PairingCode) -> ResponseReturnValue:
    """Show the code to type or scan while it is valid, and then the tablet paired with it."""
    characters, event, now = codes.code_of(code.seed), code.event, utcnow()
    address = f"{current_app.config['PUBLIC_URL']}/kiosk"
    return render_template(
        "organize/kiosks/code.html",
        event=event,
        title=event.text(g.lang).title,
        code=spaced(characters),
        picture=qr_code(f"{address}/#code={characters}", dark="#000", light="#fff"),
        address=address,
        is_good=code.used_at is None and now < code.expires_at,
        good_until=clock_time(code.expires_at, current_locale(), ZoneInfo(event.zone)),
        paired=kiosk_name(code.kiosk_id) if code.kiosk_id else None,
        kiosk_id=code.kiosk_id,
    )


def _pair_form(event: Event, **options: Any) -> PairForm:
    form = PairForm(**options)
    return form.without_pin() if pin_of(event.id) else form


def _pair_page(event: Event, form: PairForm, status: int = 200) -> ResponseReturnValue:
    title = event.text(g.lang).title
    return render_template("organize/kiosks/new.html", event=event, title=title, form=form), status
