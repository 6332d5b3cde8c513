"""The hand-over of a petition: the delivery pack, its contents, and the receipt."""

from collections.abc import Collection
from datetime import timedelta
from functools import partial
from typing import Any, Self

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, RadioField, SelectChoice, SelectField, SelectMultipleField
from wtforms.validators import DataRequired, InputRequired, NumberRange, ValidationError

from campaign.actions.letters.editing import delivers_by_hand
from campaign.exports.operations import request_export
from campaign.exports.queries import exports_of
from campaign.organize.core.access import allowed, fresh
from campaign.organize.core.audit import AuditEvent, act
from campaign.organize.core.edit_conflicts import Editor, save
from campaign.organize.core.fields import (
    LineField,
    LinesField,
    VersionField,
    WholeNumberField,
    language_choices,
    max_length,
    paper_choices,
)
from campaign.organize.core.identity import may, organizer
from campaign.organize.core.scope import load_petition, petition_summary
from campaign.organize.core.time_fields import DayField
from campaign.organize.exports.forms import PurposeForm, label_context
from campaign.organize.petitions.versions import review_of
from campaign.petitions.deliveries import (
    change_delivered_details,
    deliveries_of,
    record_delivery,
    remove_delivery,
)
from campaign.petitions.models import DELIVERED_DETAILS, Petition
from campaign.petitions.queries import petition_by_id, petition_counts
from campaign.petitions.thresholds import due_ids, thresholds_of
from campaign.process.clock import utcnow
from campaign.signatures.counting.statistics import counted_without_data
from campaign.site.paper import site_paper

MAX_RECEIVER_LENGTH, MAX_NOTE_LENGTH = 200, 1000
MAX_SIGNATURES = 2**31 - 1
NAME_CHOICES = {
    "shown": _l("As each person chose"),
    "full": _l("Full names"),
}
NAME_HINTS = {
    "shown": _l(
        "People who do not show their name appear as a number. This is what supporters expect."
    ),
    "full": _l(
        "Choose this only if a law or the target requires it. The petition’s page tells people."
    ),
}
DETAIL_CHOICES = {
    "country": _l("Country"),
    "postal_code": _l("Postal code"),
    "shown_comment": _l("Approved comments, if the name or initials are shown"),
    "day": _l("Day of signing"),
}


class PackForm(PurposeForm):
    """The language and paper size of a delivery pack."""

    lang = SelectField(_l("Language"))
    paper = RadioField(_l("Paper"), validators=[InputRequired(_l("Choose a paper size."))])

    def __init__(self, languages: Collection[str], **named: Any) -> None:
        super().__init__(**named)
        self.lang.choices = language_choices(languages)
        self.paper.choices = [
            SelectChoice(size.value.lower(), size.label) for size in paper_choices()
        ]


class ContentsForm(FlaskForm):
    """What the targets see of each signature."""

    version = VersionField()
    names = RadioField(
        _l("Names"),
        choices=[SelectChoice(*item) for item in NAME_CHOICES.items()],
        validators=[InputRequired(_l("Choose how names are shown."))],
    )
    details = SelectMultipleField(
        _l("Details next to each name"),
        choices=[SelectChoice(*item) for item in DETAIL_CHOICES.items()],
    )

    @classmethod
    def of(cls, petition: Petition) -> Self:
        """Return the form with the petition's current values."""
        data = {
            "version": petition.version_of("delivery"),
            "names": petition.delivered_names,
            "details": petition.delivered_details,
        }
        return cls(formdata=None, data=data)


class ReceiptForm(FlaskForm):
    """Who received the signatures, when, and what they said. The petition's page shows it all."""

    day = DayField(_l("Day"), [InputRequired(_l("Enter the date."))])
    received_by = LineField(
        _l("Received by"),
        [
            DataRequired(_l("Enter who received the delivery: a name, an office, or both.")),
            max_length(MAX_RECEIVER_LENGTH),
        ],
    )
    signatures = WholeNumberField(
        _l("How many were delivered"),
        [NumberRange(min=1, max=MAX_SIGNATURES, message=_l("Enter a number, like 12408."))],
    )
    note = LinesField(_l("What they said"), [max_length(MAX_NOTE_LENGTH)])

    def validate_day(self, field: Field) -> None:
        # Allow tomorrow: in other time zones that day may have begun.
        if field.data and field.data > (utcnow() + timedelta(days=1)).date():
            raise ValidationError(
                _l("That date is in the future. Record the delivery after it has taken place.")
            )


blueprint = Blueprint("deliveries", __name__, url_prefix="/handovers")


@blueprint.get("/<slug>")
@allowed("handovers.record", load_petition)
def show(petition: Petition) -> ResponseReturnValue:
    return _render_page(
        petition, ReceiptForm(formdata=None, signatures=_delivered_count(petition) or None)
    )


@blueprint.get("/<slug>/pack")
@allowed("signatures.export", load_petition)
@fresh
def pack(petition: Petition) -> ResponseReturnValue:
    usual = {"lang": petition.original_lang, "paper": site_paper().lower()}
    return _pack_page(petition, PackForm(_languages(petition), formdata=None, data=usual))


@blueprint.post("/<slug>/pack")
@allowed("signatures.export", load_petition)
@fresh
def make_pack(petition: Petition) -> ResponseReturnValue:
    form = PackForm(_languages(petition))
    if not form.validate():
        return _pack_page(petition, form, 422)
    count = _deliverable(petition)
    if not count:
        form.form_errors.append(_("There is nothing to deliver yet."))
        return _pack_page(petition, form, 422)
    choice = {"slug": petition.slug, "lang": form.lang.data, "paper": form.paper.data}
    choice |= {"names": petition.delivered_names, "details": petition.delivered_details}
    audit_event = audit_event_of(
        "exports.ask",
        petition,
        form.purpose.data,
        {"kind": "pack", "aim": "delivery", "signatures": count, **choice},
    )
    export = act(
        audit_event,
        request_export,
        petition_id=petition.id,
        cause_id=petition.cause_id,
        organizer_id=organizer().id,
        kind="pack",
        aim="delivery",
        purpose=form.purpose.data,
        choice=choice,
        now=utcnow(),
    )
    return redirect(url_for("organize.exports.show", export_id=export.id), 303)


@blueprint.get("/<slug>/contents")
@allowed("handovers.edit", load_petition)
def contents(petition: Petition) -> ResponseReturnValue:
    return _contents_page(petition, ContentsForm.of(petition))


@blueprint.post("/<slug>/contents")
@allowed("handovers.edit", load_petition)
@fresh
def save_contents(petition: Petition) -> ResponseReturnValue:
    form = ContentsForm()
    if not form.validate():
        return _contents_page(petition, form, 422)
    if request.form.get("press") == "back":
        return _contents_page(petition, form)
    names, details = (
        form.names.data,
        [name for name in DELIVERED_DETAILS if name in form.details.data],
    )
    if page := review_of(
        petition,
        "delivery",
        form.version.data,
        "organize.deliveries.contents",
        "organize.deliveries.show",
        delivered_names=names,
        delivered_details=details,
    ):
        return page
    audit_event = audit_event_of(
        "handovers.edit", petition, details={"names": names, "details": details}
    )
    save(
        Editor(form, partial(petition_by_id, petition.id), ContentsForm.of, _contents_page),
        audit_event,
        change_delivered_details,
        petition_id=petition.id,
        names=names,
        details=details,
        now=utcnow(),
    )
    flash(_("Saved. The petition’s page now shows what you deliver."), "success")
    return redirect(url_for("organize.deliveries.show", slug=petition.slug), 303)


@blueprint.post("/<slug>/receipts")
@allowed("handovers.record", load_petition)
def record(petition: Petition) -> ResponseReturnValue:
    form = ReceiptForm()
    if not form.validate():
        return _render_page(petition, form, 422)
    values = {name: form[name].data for name in ("day", "received_by", "signatures", "note")}
    audit_event = audit_event_of(
        "handovers.record", petition, details={"signatures": form.signatures.data}
    )
    act(audit_event, record_delivery, petition_id=petition.id, **values)
    flash(_("Saved. The petition’s page now shows the delivery."), "success")
    return redirect(url_for("organize.deliveries.show", slug=petition.slug), 303)


@blueprint.post("/<slug>/receipts/<int:delivery_id>/remove")
@allowed("handovers.record", load_petition)
def remove(petition: Petition, delivery_id: int) -> ResponseReturnValue:
    slug = petition.slug
    if act(
        audit_event_of("handovers.remove", petition),
        remove_delivery,
        petition_id=petition.id,
        delivery_id=delivery_id,
    ):
        flash(_("Removed. The page no longer shows this delivery."), "success")
    return redirect(url_for("organize.deliveries.show", slug=slug), 303)


def audit_event_of(
    action: str, petition: Petition, reason: str = "", details: dict[str, Any] | None = None
) -> AuditEvent:
    """Return the AuditEvent to record for a change to the delivery of this petition."""
    return AuditEvent(
        action,
        on=("petition", petition.id),
        cause_id=petition.cause_id,
        reason=reason,
        details=details,
    )


def _count(petition: Petition) -> int:
    return petition_counts([petition.id]).get(petition.id, 0)


def _deliverable(petition: Petition) -> int:
    """Return how many signatures a pack made today holds: counted ones with data not yet erased."""
    return _count(petition) - counted_without_data(petition.id)


def _delivered_count(petition: Petition) -> int:
    """Return how many signatures the last pack held or, without one, a pack today would hold."""
    packs = [
        export.done
        for export in exports_of([petition.id])
        if export.kind == "pack" and export.state == "ready"
    ]
    return packs[0] if packs else _deliverable(petition)


def _languages(petition: Petition) -> list[str]:
    return [text.lang for text in petition.current_version.texts]


def _render_page(petition: Petition, form: ReceiptForm, status: int = 200) -> ResponseReturnValue:
    may_export = may("signatures.export", petition)
    packs = (
        [export for export in exports_of([petition.id]) if export.kind == "pack"]
        if may_export
        else []
    )
    return _render(
        "show",
        petition,
        form,
        status,
        deliveries=deliveries_of(petition.id),
        delivers_by_hand=delivers_by_hand(petition),
        thresholds=thresholds_of(petition.id),
        due=due_ids(petition.id),
        exports=packs,
        titles={},
    )


def _pack_page(petition: Petition, form: PackForm, status: int = 200) -> ResponseReturnValue:
    return _render("pack", petition, form, status)


def _contents_page(petition: Petition, form: Any, status: int = 200) -> ResponseReturnValue:
    return _render("contents", petition, form, status)


def _render(
    view: str, petition: Petition, form: FlaskForm, status: int, **named: Any
) -> ResponseReturnValue:
    page = render_template(
        TEMPLATES[view],
        petition=petition,
        petition_summary=petition_summary(petition),
        counted=_count(petition),
        erased=counted_without_data(petition.id),
        form=form,
        name_choices=NAME_CHOICES,
        name_hints=NAME_HINTS,
        detail_choices=DETAIL_CHOICES,
        **named,
        **label_context(),
    )
    return page, status


TEMPLATES = {
    "show": "organize/deliveries/show.html",
    "pack": "organize/deliveries/pack.html",
    "contents": "organize/deliveries/contents.html",
}
