"""The page of one kiosk: its state, renaming it, extending its time, and revoking it."""

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign.kiosk import pairing
from campaign.kiosk.models import Kiosk
from campaign.kiosk.queries import kiosk_by_id
from campaign.organize.access import allowed
from campaign.organize.audited_write import Fact, act
from campaign.organize.kiosks.forms import NameForm
from campaign.organize.kiosks.routes import blueprint, clock_of, rows_of
from campaign.process.clock import utcnow


def load_kiosk(kiosk_id: int) -> Kiosk | None:
    return kiosk_by_id(kiosk_id)


@blueprint.get("/tablets/<int:kiosk_id>")
@allowed("kiosks.see", load_kiosk)
def tablet(kiosk: Kiosk) -> ResponseReturnValue:
    return _page(kiosk, NameForm(formdata=None, name=kiosk.name))


@blueprint.post("/tablets/<int:kiosk_id>/name")
@allowed("kiosks.pair", load_kiosk)
def rename(kiosk: Kiosk) -> ResponseReturnValue:
    form = NameForm()
    if not form.validate():
        return _page(kiosk, form, 422)
    act(_fact("kiosks.rename", kiosk), pairing.rename, kiosk_id=kiosk.id, name=form.name.data)
    flash(_("Renamed."), "success")
    return _back_to(kiosk)


@blueprint.post("/tablets/<int:kiosk_id>/extend")
@allowed("kiosks.pair", load_kiosk)
def extend(kiosk: Kiosk) -> ResponseReturnValue:
    act(_fact("kiosks.extend", kiosk), pairing.extend, kiosk_id=kiosk.id, now=utcnow())
    flash(_("This tablet can collect for one more day."), "success")
    return _back_to(kiosk)


@blueprint.post("/tablets/<int:kiosk_id>/revoke")
@allowed("kiosks.revoke", load_kiosk)
def revoke(kiosk: Kiosk) -> ResponseReturnValue:
    act(_fact("kiosks.revoke", kiosk), pairing.revoke, kiosk_id=kiosk.id, now=utcnow())
    flash(
        _(
            "Revoked. Anything it still sends is held for review and does not count until an admin approves it."
        ),
        "success",
    )
    return _back_to(kiosk)


def _page(kiosk: Kiosk, form: NameForm, status: int = 200) -> ResponseReturnValue:
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


def _fact(action: str, kiosk: Kiosk) -> Fact:
    return Fact(action, on=("kiosk", kiosk.id), cause_id=kiosk.cause_id)
