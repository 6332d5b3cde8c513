"""Discard all that one tablet sent for review in one step, and put it back."""

from flask import current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from campaign.kiosk import review_decisions
from campaign.kiosk.models import Kiosk
from campaign.kiosk.review_queries import review_by_kiosk
from campaign.organize.access import allowed
from campaign.organize.audited_write import Fact, act
from campaign.organize.kiosks.devices import load_kiosk
from campaign.organize.kiosks.routes import blueprint
from campaign.organize.signatures.forms import ReasonForm
from campaign.process.clock import utcnow


@blueprint.get("/tablets/<int:kiosk_id>/discard")
@allowed("signatures.review", load_kiosk)
def discard(kiosk: Kiosk) -> ResponseReturnValue:
    return _page(kiosk, ReasonForm(formdata=None))


@blueprint.post("/tablets/<int:kiosk_id>/discard")
@allowed("signatures.review", load_kiosk)
def discard_now(kiosk: Kiosk) -> ResponseReturnValue:
    form, only_unreadable = ReasonForm(), request.form.get("do") == "unreadable"
    if not form.validate():
        return _page(kiosk, form, 422)
    slug = kiosk.event.slug
    fact = Fact(
        "kiosks.discard", on=("kiosk", kiosk.id), cause_id=kiosk.cause_id, reason=form.reason.data
    )
    done = act(
        fact,
        review_decisions.discard,
        kiosk_id=kiosk.id,
        only_unreadable=only_unreadable,
        now=utcnow(),
    )
    flash(ngettext("%(num)s record discarded.", "%(num)s records discarded.", done), "success")
    return _back(slug)


@blueprint.post("/tablets/<int:kiosk_id>/put-back")
@allowed("signatures.review", load_kiosk)
def put_back(kiosk: Kiosk) -> ResponseReturnValue:
    slug = kiosk.event.slug
    fact = Fact("kiosks.put_back", on=("kiosk", kiosk.id), cause_id=kiosk.cause_id)
    done = act(fact, review_decisions.put_back, kiosk_id=kiosk.id)
    flash(
        ngettext("%(num)s record is back in review.", "%(num)s records are back in review.", done),
        "success",
    )
    return _back(slug)


def _back(slug: str) -> ResponseReturnValue:
    return redirect(url_for("organize.kiosks.review", slug=slug), 303)


def _page(kiosk: Kiosk, form: ReasonForm, status: int = 200) -> ResponseReturnValue:
    event = kiosk.event
    row = next((row for row in review_by_kiosk(event.id) if row.id == kiosk.id), None)
    page = render_template(
        "organize/kiosks/discard.html",
        kiosk=kiosk,
        event=event,
        title=event.text(g.lang).title,
        row=row,
        form=form,
        discard_days=current_app.config["ERASE_PENDING_DAYS"],
    )
    return page, status
