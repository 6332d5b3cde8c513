"""Counts at which a petition delivers again: edit them, and mark them as done."""

from functools import partial
from typing import Any, Self

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import BooleanField, Form, FormField
from wtforms.validators import NumberRange, Optional

from campaign.actions.letters.editing import delivers_by_hand
from campaign.organize.core.access import allowed
from campaign.organize.core.audit import act
from campaign.organize.core.edit_conflicts import Editor, save
from campaign.organize.core.fields import (
    LineField,
    RowsField,
    VersionField,
    WholeNumberField,
    max_length,
    moved,
)
from campaign.organize.core.scope import load_petition, petition_summary
from campaign.organize.exports.deliveries import MAX_SIGNATURES, audit_event_of, blueprint
from campaign.petitions.models import DeliveryThreshold, Petition
from campaign.petitions.queries import petition_by_id, petition_counts
from campaign.petitions.thresholds import (
    MAX_THRESHOLDS,
    change_thresholds,
    mark_done,
    threshold_of,
    thresholds_of,
    undo_done,
)
from campaign.process.clock import utcnow

MAX_NOTE_LENGTH = 300


class ThresholdRow(Form):
    """A count, and what to remember then."""

    count = WholeNumberField(
        _l("Count"),
        [
            Optional(),
            NumberRange(min=1, max=MAX_SIGNATURES, message=_l("Enter a number, like 10000.")),
        ],
    )
    note = LineField(_l("Note for the team"), [max_length(MAX_NOTE_LENGTH)])


class ThresholdsForm(FlaskForm):
    """The counts at which a petition delivers again, in increasing order."""

    version = VersionField()
    rows = RowsField(FormField(ThresholdRow), _l("Counts"), max_entries=MAX_THRESHOLDS)
    is_public = BooleanField(_l("Announce the next delivery on the page"))

    @classmethod
    def of(cls, petition: Petition) -> Self:
        """Return the form with the saved thresholds of a petition."""
        rows = [{"count": row.count, "note": row.note} for row in thresholds_of(petition.id)]
        data = {
            "version": petition.version_of("thresholds"),
            "rows": rows or [{}],
            "is_public": petition.shows_thresholds,
        }
        return cls(formdata=None, data=data)

    def rearranged(self, press: str | None) -> Self | None:
        """Return the form after a press on a button of one of its rows, or None."""
        rows = moved(self.rows.data, press)
        if rows is None:
            return None
        data = {
            "version": self.version.data,
            "rows": rows[:MAX_THRESHOLDS],
            "is_public": self.is_public.data,
        }
        return type(self)(formdata=None, data=data)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields. Each count must be larger than the one before."""
        valid = super().validate(extra_validators)
        before = 0
        for row in self.rows:
            field = row["count"]
            if field.data is None and not field.errors and (row["note"].data or field.raw_data[0]):
                field.errors = [_l("Enter a number, like 10000.")]
            elif field.data is not None and not field.errors:
                if field.data <= before:
                    field.errors = [_l("Enter a larger number than in the row above.")]
                before = field.data
        self.rows.errors = [row.errors for row in self.rows if row.errors]
        return valid and not self.rows.errors

    def thresholds(self) -> list[tuple[int, str]]:
        """Return the entered pairs (count, note)."""
        return [(row["count"], row["note"] or "") for row in self.rows.data if row["count"]]


def _load(slug: str) -> Petition | None:
    petition = load_petition(slug)
    return petition if petition is not None and delivers_by_hand(petition) else None


@blueprint.get("/<slug>/thresholds")
@allowed("handovers.edit", _load)
def thresholds(petition: Petition) -> ResponseReturnValue:
    return _render_page(petition, ThresholdsForm.of(petition))


@blueprint.post("/<slug>/thresholds")
@allowed("handovers.edit", _load)
def save_thresholds(petition: Petition) -> ResponseReturnValue:
    form = ThresholdsForm()
    rearranged = form.rearranged(request.form.get("press"))
    if rearranged is not None:
        return _render_page(petition, rearranged)
    if not form.validate():
        return _render_page(petition, form, 422)
    save(
        Editor(form, partial(petition_by_id, petition.id), ThresholdsForm.of, _render_page),
        audit_event_of("handovers.thresholds", petition),
        change_thresholds,
        petition_id=petition.id,
        thresholds=form.thresholds(),
        is_public=form.is_public.data,
        now=utcnow(),
    )
    flash(_("Saved."), "success")
    return _back(petition)


@blueprint.post("/<slug>/thresholds/<int:threshold_id>/done")
@allowed("handovers.record", _load)
def done(petition: Petition, threshold_id: int) -> ResponseReturnValue:
    act(
        audit_event_of("handovers.done", petition),
        mark_done,
        petition_id=petition.id,
        threshold_id=_own(petition, threshold_id).id,
        now=utcnow(),
    )
    flash(_("Marked as done. You can undo it here."), "success")
    return _back(petition)


@blueprint.post("/<slug>/thresholds/<int:threshold_id>/undo")
@allowed("handovers.record", _load)
def undo(petition: Petition, threshold_id: int) -> ResponseReturnValue:
    act(
        audit_event_of("handovers.undo", petition),
        undo_done,
        threshold_id=_own(petition, threshold_id).id,
    )
    flash(_("The delivery is no longer marked as done."), "success")
    return _back(petition)


def _own(petition: Petition, threshold_id: int) -> DeliveryThreshold:
    return threshold_of(petition.id, threshold_id) or abort(404)


def _back(petition: Petition) -> BaseResponse:
    address = url_for("organize.deliveries.show", slug=petition.slug, _anchor="thresholds")
    return redirect(address, 303)


def _render_page(
    petition: Petition, form: ThresholdsForm, status: int = 200
) -> ResponseReturnValue:
    return render_template(
        "organize/deliveries/thresholds.html",
        petition=petition,
        petition_summary=petition_summary(petition),
        counted=petition_counts([petition.id]).get(petition.id, 0),
        form=form,
        max_thresholds=MAX_THRESHOLDS,
    ), status
