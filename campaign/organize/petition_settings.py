"""Whom a petition asks, when it can be signed, and where it lives."""

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from campaign.lib.times import utcnow
from campaign.organize.acts import Fact, act
from campaign.organize.clocks import tell_of_hours_twice
from campaign.organize.content_fields import conflicts, moved
from campaign.organize.guard import allowed
from campaign.organize.petition_settings_forms import DatesForm, TargetsForm
from campaign.organize.petitions import any_petition, blueprint
from campaign.organize.petitions_forms import SlugForm
from campaign.petitions.editing import ChangedMeanwhile, change_dates, change_targets, move_petition
from campaign.petitions.operations import NotReady, SlugTaken
from campaign.petitions.queries import petition_in_any_state


@blueprint.get("/<slug>/targets")
@allowed("petitions.edit", any_petition)
def targets(petition):
    return _page("targets", petition, TargetsForm.of(petition))


@blueprint.post("/<slug>/targets")
@allowed("petitions.edit", any_petition)
def save_targets(petition):
    form = TargetsForm()
    rows = moved(form.rows.data, request.form.get("press"))
    if rows is not None:
        return _page("targets", petition, TargetsForm.with_rows(rows, form.revision.data))
    if not form.validate():
        return _page("targets", petition, form, 422)
    try:
        _change(petition, "targets", change_targets, revision=form.revision.data, targets=form.targets())
    except ChangedMeanwhile:
        return _conflict("targets", petition, form, TargetsForm.of)
    except NotReady:
        form.form_errors.append(_("The petition is public, so it must ask somebody. Write at least one name."))
        return _page("targets", petition, form, 422)
    return _saved(petition)


@blueprint.get("/<slug>/dates")
@allowed("petitions.edit", any_petition)
def dates(petition):
    return _page("dates", petition, _dates_of(petition))


@blueprint.post("/<slug>/dates")
@allowed("petitions.edit", any_petition)
def save_dates(petition):
    form = DatesForm()
    if not form.validate():
        return _page("dates", petition, form, 422)
    try:
        _change(
            petition,
            "dates",
            change_dates,
            revision=form.revision.data,
            opens_at=form.opens,
            closes_at=form.closes,
            time_zone=form.time_zone.data,
            deliver_on=form.deliver_on.data,
            deliver_places=form.places(),
            now=utcnow(),
        )
    except ChangedMeanwhile:
        return _conflict("dates", petition, form, _dates_of)
    tell_of_hours_twice((form.opens_at.data, form.closes_at.data), form.time_zone.data)
    return _saved(petition)


@blueprint.get("/<slug>/address")
@allowed("petitions.edit", any_petition)
def address(petition):
    return _page("address", petition, SlugForm(formdata=None, slug=petition.slug, revision=petition.revision))


@blueprint.post("/<slug>/address")
@allowed("petitions.edit", any_petition)
def save_address(petition):
    form = SlugForm()
    if not form.validate():
        return _page("address", petition, form, 422)
    try:
        _change(petition, "address", move_petition, revision=form.revision.data, slug=form.slug.data)
    except SlugTaken:
        form.slug.errors = [_("Another petition lives at this address, or did. Choose another.")]
        return _page("address", petition, form, 422)
    except ChangedMeanwhile:
        return _conflict("address", petition, form, lambda now: SlugForm(formdata=None, slug=now.slug))
    flash(_("It lives at its new address. The old one leads on to it."), "sure")
    return redirect(url_for("organize.petitions.show", slug=form.slug.data), 303)


def _dates_of(petition):
    return DatesForm.of(petition, current_app.config["BABEL_DEFAULT_TIMEZONE"])


def _change(petition, part, operation, **named):
    fact = Fact("petitions.edit", on=("petition", petition.id), cause_id=petition.cause_id, details={"part": part})
    return act(fact, operation, petition_id=petition.id, **named)


def _saved(petition):
    flash(_("Saved."), "sure")
    return redirect(url_for("organize.petitions.show", slug=petition.slug), 303)


def _conflict(view, petition, form, form_of):
    """Show both states, and let the editor save theirs knowing the other."""
    present = petition_in_any_state(petition.slug)
    conflicting = conflicts(form, form_of(present))
    form.revision.data = present.revision
    return _page(view, present, form, 409, conflicting)


def _page(view, petition, form, status=200, conflicting=()):
    template = PAGES[view]
    return render_template(template, petition=petition, form=form, conflicting=conflicting), status


PAGES = {
    "targets": "organize/petitions/targets.html",
    "dates": "organize/petitions/dates.html",
    "address": "organize/petitions/address.html",
}
