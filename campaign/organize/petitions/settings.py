"""Settings of a petition: targets, dates and slug."""

from functools import partial
from typing import Any

from flask import current_app, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from campaign.organize.access import allowed
from campaign.organize.clocks import tell_of_hours_twice
from campaign.organize.content_fields import moved
from campaign.organize.drafts import preview_asked
from campaign.organize.edit_conflicts import Editor, save
from campaign.organize.petitions.forms import SlugForm
from campaign.organize.petitions.parts import part_page, save_part
from campaign.organize.petitions.routes import blueprint, fact_of, load_petition, preview_page
from campaign.organize.petitions.settings_forms import DatesForm, TargetsForm
from campaign.petitions.editing import change_dates, change_targets, move_petition
from campaign.petitions.models import Petition, name_in
from campaign.petitions.operations import SlugTaken
from campaign.petitions.queries import petition_in_any_state
from campaign.petitions.readiness import Fault, NotReady
from campaign.process.clock import utcnow


@blueprint.get("/<slug>/targets")
@allowed("petitions.edit", load_petition)
def targets(petition: Petition) -> ResponseReturnValue:
    return part_page("targets", petition, TargetsForm.of(petition))


@blueprint.post("/<slug>/targets")
@allowed("petitions.edit", load_petition)
def save_targets(petition: Petition) -> ResponseReturnValue:
    form = TargetsForm()
    rows = moved(form.rows.data, request.form.get("press"))
    if rows is not None:
        return part_page("targets", petition, TargetsForm.with_rows(rows, form.version.data))
    if not form.validate():
        return part_page("targets", petition, form, 422)
    if preview_asked():
        return preview_page(
            petition, targets=dict(name_in(names, g.lang) for names in form.targets())
        )
    try:
        if petition.state != "draft" and not form.targets():
            raise NotReady([Fault("target")])
        return save_part(
            "targets",
            petition,
            form,
            TargetsForm.of,
            change_targets,
            versioned={"targets": form.targets()},
            now=utcnow(),
        )
    except NotReady:
        form.form_errors.append(
            _("The petition is public, so it needs a target. Enter at least one name.")
        )
        return part_page("targets", petition, form, 422)


@blueprint.get("/<slug>/dates")
@allowed("petitions.edit", load_petition)
def dates(petition: Petition) -> ResponseReturnValue:
    return part_page("dates", petition, _dates_of(petition))


@blueprint.post("/<slug>/dates")
@allowed("petitions.edit", load_petition)
def save_dates(petition: Petition) -> ResponseReturnValue:
    form = DatesForm()
    if not form.validate():
        return part_page("dates", petition, form, 422)
    answer = save_part(
        *("dates", petition, form, _dates_of, change_dates),
        opens_at=form.opens,
        closes_at=form.closes,
        time_zone=form.time_zone.data,
        deliver_on=form.deliver_on.data,
        deliver_places=form.places(),
        now=utcnow(),
    )
    tell_of_hours_twice((form.opens_at.data, form.closes_at.data), form.time_zone.data)
    return answer


@blueprint.get("/<slug>/address")
@allowed("petitions.edit", load_petition)
def address(petition: Petition) -> ResponseReturnValue:
    return part_page("address", petition, _slug_of(petition))


@blueprint.post("/<slug>/address")
@allowed("petitions.edit", load_petition)
def save_address(petition: Petition) -> ResponseReturnValue:
    form = SlugForm()
    if not form.validate():
        return part_page("address", petition, form, 422)
    fact = fact_of("petitions.edit", petition, part="address")
    try:
        save(
            Editor(
                form,
                partial(petition_in_any_state, petition.slug),
                _slug_of,
                partial(part_page, "address"),
            ),
            fact,
            move_petition,
            petition_id=petition.id,
            slug=form.slug.data,
        )
    except SlugTaken:
        form.slug.errors = [_("Another petition uses, or used, this web address. Choose another.")]
        return part_page("address", petition, form, 422)
    flash(_("It has a new web address. The old one redirects to it."), "success")
    return redirect(url_for("organize.petitions.show", slug=form.slug.data), 303)


def _dates_of(petition: Petition) -> FlaskForm:
    return DatesForm.of(petition, current_app.config["BABEL_DEFAULT_TIMEZONE"])


def _slug_of(petition: Petition | Any) -> SlugForm:
    return SlugForm(formdata=None, slug=petition.slug, version=petition.version_of("settings"))
