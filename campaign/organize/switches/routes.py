"""Switch functions of the site off and on, when something goes wrong."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign.organisations.identity import name_of
from campaign.organisations.models import Organisation
from campaign.organisations.queries import organisations_among
from campaign.organize.core.access import allowed
from campaign.organize.core.audit import AuditEvent, act
from campaign.organize.core.identity import organisations_where, organizer
from campaign.organize.core.surge import surge_status
from campaign.organize.switches.forms import EFFECTS, LABELS, WHOLE_SITE, SwitchForm
from campaign.process.clock import utcnow
from campaign.site.settings import site_settings
from campaign.switches.operations import switch_off, switch_on
from campaign.switches.queries import switches_off

ACTION = "switches.edit"
blueprint = Blueprint("switches", __name__, url_prefix="/switches")


@blueprint.get("")
@allowed(ACTION)
def index() -> ResponseReturnValue:
    return _render_page(_form())


@blueprint.post("")
@allowed(ACTION)
def turn_off() -> ResponseReturnValue:
    form, now = _form(), utcnow()
    if not form.validate():
        return _render_page(form, 422)
    organisation = _organisation(form.organisation.data)
    act(
        AuditEvent(
            "switches.off",
            on=lambda row: ("switch", row.id),
            reason=form.reason.data,
            details={"name": form.name.data, "organisation": form.organisation.data},
        ),
        switch_off,
        name=form.name.data,
        now=now,
        organisation_id=organisation.id if organisation else None,
        until=form.until(now),
        reason=form.reason.data,
        messages=form.messages(),
        organizer_id=organizer().id,
    )
    flash(_("Turned off."), "success")
    return redirect(url_for("organize.switches.index"), 303)


@blueprint.post("/on")
@allowed(ACTION)
def turn_on() -> ResponseReturnValue:
    name, slug = request.form.get("name", ""), request.form.get("organisation", WHOLE_SITE)
    places = dict(_places())
    # A second press finds it on already.
    if name in LABELS and slug in places:
        organisation = _organisation(slug)
        act(
            AuditEvent("switches.on", details={"name": name, "organisation": slug}),
            switch_on,
            name=name,
            organisation_id=organisation.id if organisation else None,
        )
        flash(_("Turned on."), "success")
    return redirect(url_for("organize.switches.index"), 303)


def _form() -> SwitchForm:
    return SwitchForm.of(_places(), site_settings().languages)


def _places() -> list[tuple[str, str]]:
    """Return the pairs of slug and name for which the organizer may switch something off."""
    owned = organisations_where(ACTION)
    organisations = organisations_among(owned)
    whole_site = [(WHOLE_SITE, _("The whole site"))] if owned is None else []
    if owned is None and len(organisations) == 1:
        return whole_site
    return whole_site + [(each.slug, name_of(each.id, g.lang)) for each in organisations]


def _organisation(slug: str) -> Organisation | None:
    known = organisations_among(organisations_where(ACTION))
    return next((each for each in known if each.slug == slug), None)


def _render_page(form: SwitchForm, status: int = 200) -> ResponseReturnValue:
    owned = organisations_where(ACTION)
    names = {each.id: (each.slug, name_of(each.id, g.lang)) for each in organisations_among(owned)}
    return render_template(
        "organize/switches/index.html",
        form=form,
        switches=switches_off(now=utcnow(), organisation_ids=owned),
        names=names,
        may_change_site=owned is None,
        labels=LABELS,
        effects=EFFECTS,
        surge=surge_status(),
    ), status
