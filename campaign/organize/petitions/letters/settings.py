"""Choose how the letters of an action reach their targets."""

from typing import Any, Self

from flask import flash, g, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectChoice
from wtforms.validators import InputRequired, NumberRange

from campaign.actions.letters.editing import (
    PART,
    SETTINGS,
    change_letter_settings,
    letter_settings,
)
from campaign.actions.letters.readiness import profiles_of, reaches
from campaign.organize.core.access import allowed
from campaign.organize.core.edit_conflicts import save
from campaign.organize.core.fields import VersionField, WholeNumberField
from campaign.organize.core.scope import load_letter_action
from campaign.organize.petitions.labels import WAY_LABELS
from campaign.organize.petitions.parts import onward
from campaign.organize.petitions.routes import audit_event_of, blueprint, editor_of
from campaign.petitions.models import Petition
from campaign.petitions.queries import petition_in_any_state
from campaign.petitions.readiness import NotReady

MAX_PER_HOUR = 500
WAY_CHOICES = [SelectChoice(way, label) for way, label in WAY_LABELS.items()]
FAULT_ERRORS = {
    "address": _l(
        "No target has an email address that we may write to. Add one, or choose another way."
    ),
    "mail": _l("This site cannot send email yet. Ask the person who runs the server."),
    "area": _l("No target has an area. Add areas to the targets, or let supporters choose."),
}


class LetterSettingsForm(FlaskForm):
    """How letters reach their targets, and how supporters choose among these."""

    version = VersionField()
    way = RadioField(_l("How letters reach the targets"), choices=WAY_CHOICES)
    period = RadioField(
        _l("How often we send letters together"),
        choices=[SelectChoice("day", _l("Once a day")), SelectChoice("week", _l("Once a week"))],
    )
    max_per_hour = WholeNumberField(
        _l("Letters per hour to one target"),
        [
            InputRequired(_l("Enter a whole number.")),
            NumberRange(1, MAX_PER_HOUR, _l("Enter a number from 1 to 500.")),
        ],
    )
    selection = RadioField(
        _l("How supporters choose who they write to"),
        choices=[
            SelectChoice("list", _l("From the list of targets")),
            SelectChoice("area", _l("By the area of their postal code")),
        ],
    )
    offers_reply = BooleanField(_l("Supporters may give their email address for a reply"))

    @classmethod
    def of(cls, petition: Petition) -> Self:
        """Return the form filled with the current settings."""
        settings = letter_settings(petition.id)
        values = {name: getattr(settings, name) for name in SETTINGS}
        return cls(formdata=None, data={"version": petition.version_of(PART), **values})


@blueprint.get("/<slug>/letter-settings", endpoint="letter_settings")
@allowed("petitions.edit", load_letter_action)
def edit_letter_settings(petition: Petition) -> ResponseReturnValue:
    return _render_page(petition, LetterSettingsForm.of(petition))


@blueprint.post("/<slug>/letter-settings")
@allowed("petitions.edit", load_letter_action)
def save_letter_settings(petition: Petition) -> ResponseReturnValue:
    form = LetterSettingsForm()
    if not form.validate():
        return _render_page(petition, form, 422)
    try:
        save(
            editor_of(petition, form, LetterSettingsForm.of, _render_page),
            audit_event_of("petitions.edit", petition, part="letter_settings"),
            change_letter_settings,
            petition_id=petition.id,
            **{name: form[name].data for name in SETTINGS},
        )
    except NotReady as error:
        for fault in error.faults:
            field = form.selection if fault.code == "area" else form.way
            field.errors = [*field.errors, FAULT_ERRORS[fault.code]]
        return _render_page(petition_in_any_state(petition.slug), form, 422)
    flash(_("Saved."), "success")
    return onward(petition, "letter_settings")


def _render_page(petition: Petition | Any, form: Any, status: int = 200) -> tuple[str, int]:
    profiles = profiles_of(petition.id)
    return render_template(
        "organize/petitions/letter_settings.html",
        petition=petition,
        form=form,
        target_count=len(profiles),
        reachable_count=sum(bool(reached.address) for reached in reaches(profiles)),
        title=petition.current_version.text(g.lang, petition.original_lang).title,
    ), status
