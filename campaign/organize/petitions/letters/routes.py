"""The letters of an action: how they reach their targets, their states, a test, files to print."""

from io import BytesIO
from typing import Any, Self

from flask import abort, flash, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectChoice
from wtforms.validators import InputRequired, NumberRange

from campaign.actions.letters.delivery.sample_emails import send_test
from campaign.actions.letters.delivery.sending import SWITCH
from campaign.actions.letters.editing import (
    PART,
    SETTINGS,
    change_letter_settings,
    letter_settings,
)
from campaign.actions.letters.queries import (
    count_printable,
    letter_counts,
    printable_letters,
    stuck_letters,
    total_of,
)
from campaign.actions.letters.readiness import missing, profiles_of, reaches
from campaign.exports.letter_pdf import make_letter_pdf
from campaign.organize.core.access import allowed, fresh
from campaign.organize.core.audit import log_view
from campaign.organize.core.edit_conflicts import save
from campaign.organize.core.email_tests import send_test_email
from campaign.organize.core.fields import VersionField, WholeNumberField
from campaign.organize.core.scope import load_letter_action
from campaign.organize.petitions.labels import DELIVERY_METHOD_LABELS
from campaign.organize.petitions.parts import onward
from campaign.organize.petitions.routes import audit_event_of, blueprint, editor_of
from campaign.petitions.models import Petition
from campaign.petitions.queries import petition_in_any_state
from campaign.petitions.readiness import PetitionNotReady
from campaign.process.clock import utcnow
from campaign.switches.state import switched_off

# More letters make further files, because one request makes each file.
MAX_PRINTED = 1000
MAX_PER_HOUR = 500
DELIVERY_METHODS = [SelectChoice(method, label) for method, label in DELIVERY_METHOD_LABELS.items()]
FAULT_ERRORS = {
    "address": _l(
        "We cannot email any of these targets. Add an email address, or choose another way."
    ),
    "mail": _l("This site cannot send email yet. Ask the person who runs the server."),
    "area": _l("No target has an area. Add areas, or let supporters choose from the list."),
}


class LetterSettingsForm(FlaskForm):
    """How letters reach their targets, and how supporters choose among these."""

    version = VersionField()
    delivery_method = RadioField(
        _l("How letters reach the targets"), choices=DELIVERY_METHODS, name="way"
    )
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
    return _settings_page(petition, LetterSettingsForm.of(petition))


@blueprint.post("/<slug>/letter-settings")
@allowed("petitions.edit", load_letter_action)
def save_letter_settings(petition: Petition) -> ResponseReturnValue:
    form = LetterSettingsForm()
    if not form.validate():
        return _settings_page(petition, form, 422)
    try:
        save(
            editor_of(petition, form, LetterSettingsForm.of, _settings_page),
            audit_event_of("petitions.edit", petition, part="letter_settings"),
            change_letter_settings,
            petition_id=petition.id,
            **{name: form[name].data for name in SETTINGS},
        )
    except PetitionNotReady as error:
        for fault in error.faults:
            field = form.selection if fault.code == "area" else form.delivery_method
            field.errors = [*field.errors, FAULT_ERRORS[fault.code]]
        return _settings_page(petition_in_any_state(petition.slug), form, 422)
    flash(_("Saved."), "success")
    return onward(petition, "letter_settings")


@blueprint.get("/<slug>/letters", endpoint="letters")
@allowed("numbers.see", load_letter_action)
def show_letters(petition: Petition) -> ResponseReturnValue:
    """Show how many letters are waiting, sent, came back or were stopped, by target."""
    counts = letter_counts(petition.id, g.lang)
    profiles = profiles_of(petition.id)
    unreachable = {
        profile.id: reached.reason
        for profile, reached in zip(profiles, reaches(profiles), strict=True)
        if reached.reason
    }
    method = letter_settings(petition.id).delivery_method
    return render_template(
        "organize/petitions/letters.html",
        petition=petition,
        title=petition.current_version.text(g.lang, petition.original_lang).title,
        delivery_method=method,
        delivery_method_label=DELIVERY_METHOD_LABELS[method],
        counts=counts,
        total=total_of(counts),
        unreachable=unreachable,
        stuck=stuck_letters([petition.id], utcnow()).get(petition.id, 0),
        is_switched_off=bool(switched_off(SWITCH, petition.cause.organisation_id)),
        faults={code for code, _lang in missing(petition.id)},
        files=_files(count_printable(petition.id)),
    )


@blueprint.post("/<slug>/letters/test")
@allowed("petitions.edit", load_letter_action)
def test_letter(petition: Petition) -> ResponseReturnValue:
    """Send a sample letter only to this organizer, even before the action is published."""
    lang = request.form.get("lang", "")
    if lang not in {text.lang for text in petition.current_version.texts}:
        lang = petition.original_lang
    send_test_email(send_test, petition_id=petition.id, lang=lang)
    return redirect(url_for("organize.petitions.show", slug=petition.slug), 303)


@blueprint.post("/<slug>/letters/print")
@allowed("signatures.export", load_letter_action)
@fresh
def print_letters(petition: Petition) -> ResponseReturnValue:
    """Return a PDF of letters to hand over, at most MAX_PRINTED. `part` counts the files from 1."""
    part = request.form.get("part", 1, type=int)
    if not 1 <= part <= len(_files(count_printable(petition.id))):
        abort(404)
    letters = printable_letters(petition.id, limit=MAX_PRINTED, offset=(part - 1) * MAX_PRINTED)
    document = make_letter_pdf(petition, letters, petition.original_lang)
    log_view(audit_event_of("letters.print", petition, letters=len(letters)))
    return send_file(
        BytesIO(document),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=f"letters-{petition.slug}-{part}.pdf",
    )


def _settings_page(petition: Petition | Any, form: Any, status: int = 200) -> tuple[str, int]:
    profiles = profiles_of(petition.id)
    return render_template(
        "organize/petitions/letter_settings.html",
        petition=petition,
        form=form,
        target_count=len(profiles),
        reachable_count=sum(bool(reached.address) for reached in reaches(profiles)),
        title=petition.current_version.text(g.lang, petition.original_lang).title,
    ), status


def _files(letters: int) -> list[tuple[int, int]]:
    """Return the first and the last letter of each file to print, counted from 1."""
    starts = range(0, letters, MAX_PRINTED)
    return [(start + 1, min(start + MAX_PRINTED, letters)) for start in starts]
