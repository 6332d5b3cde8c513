"""Upload a file of paper signatures and match its columns. Uses the blueprint of routes.py."""

from collections.abc import Mapping
from typing import cast

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign.extensions import write
from campaign.imports.columns import fields_for
from campaign.imports.create import build_batch, open_file, store_file
from campaign.imports.files import read_file
from campaign.imports.models import ImportBatch
from campaign.imports.operations import match
from campaign.imports.queries import first_rows, remembered_columns
from campaign.imports.sheet_texts import consent_of
from campaign.imports.tables import FileRefused
from campaign.organize.core.access import accepts_bytes, allowed, megabytes, refuse_large_file
from campaign.organize.core.audit import AuditEvent, act
from campaign.organize.core.identity import organizer
from campaign.organize.core.scope import petition_summary, petitions_where
from campaign.organize.imports.forms import ColumnsForm, UploadForm
from campaign.organize.imports.labels import FILE_FAULTS
from campaign.organize.imports.routes import (
    audit_event_of,
    blueprint,
    changed,
    labels_of,
    load_batch,
    log_rows_view,
    overtaken,
)
from campaign.petitions.models import Petition
from campaign.petitions.queries import petition_by_id, petition_in_any_state
from campaign.text.names import clean_text


@blueprint.get("/upload")
@allowed("signatures.import")
def upload() -> ResponseReturnValue:
    return _upload_page(UploadForm(formdata=None, petition=request.args.get("petition")))


@blueprint.post("/upload")
@accepts_bytes("IMPORT_BYTES", refuse_large_file("organize.imports.upload"))
@allowed("signatures.import")
def upload_file() -> ResponseReturnValue:
    """Read the file and keep its rows, so that columns can be matched. Do not keep the file."""
    form = UploadForm().offer(petitions_where("signatures.import"))
    if not form.validate():
        return _upload_page(form, 422)
    petition = cast(Petition, petition_in_any_state(form.petition.data))
    try:
        table = read_file(form.file.data.read())
    except FileRefused as refusal:
        form.file.errors = [FILE_FAULTS[refusal.code]]
        return _upload_page(form, 422)
    batch = build_batch(
        petition=petition,
        organizer_id=organizer().id,
        name=clean_text(form.file.data.filename, lines=False),
        table=table,
        lang=petition.original_lang,
        remembered=remembered_columns(petition.cause_id),
    )
    audit_event = AuditEvent(
        "imports.begin",
        on=lambda made: ("import", made.id),
        cause_id=petition.cause_id,
        details={"rows": batch.rows},
    )
    stored = store_file(write, batch=batch, table=table)
    made = act(audit_event, open_file, batch_id=stored.id, version=stored.version)
    return redirect(url_for("organize.imports.columns", batch_id=made.id), 303)


@blueprint.get("/<int:batch_id>/columns")
@allowed("signatures.import", load_batch)
def columns(batch: ImportBatch) -> ResponseReturnValue:
    if not batch.is_open or batch.kind != "file":
        return redirect(url_for("organize.imports.index"), 303)
    petition = cast(Petition, petition_by_id(batch.petition_id))
    form = ColumnsForm(
        formdata=None,
        version=batch.version,
        has_heading=bool(batch.header),
        lang=batch.lang,
        country=batch.country,
        signed_on=batch.signed_on,
        petition_version=str(batch.version_id),
        dates="day" if batch.day_first else "month",
        wording=batch.consent_text or consent_of(petition, batch.lang),
    ).offer_versions(petition.versions)
    return _columns_page(batch, petition, form, batch.columns)


@blueprint.post("/<int:batch_id>/columns")
@allowed("signatures.import", load_batch)
def match_columns(batch: ImportBatch) -> ResponseReturnValue:
    """Keep what the columns hold, and show the outcome of each row."""
    if not batch.is_open or batch.kind != "file":
        return overtaken(batch)
    petition = cast(Petition, petition_by_id(batch.petition_id))
    form, mapping = (
        ColumnsForm().offer_versions(petition.versions),
        _sent_mapping(petition, batch.file_format["width"]),
    )
    form.fields = tuple(mapping.values())
    if not form.validate() or not _is_possible(form, mapping):
        return _columns_page(batch, petition, form, mapping, 422)
    return changed(
        batch,
        audit_event_of("imports.match", batch, columns=sorted(mapping.values())),
        match,
        version=form.version.data,
        mapping=mapping,
        has_heading=form.has_heading.data,
        lang=form.lang.data,
        country=form.country.data,
        signed_on=form.signed_on.data,
        version_id=form.version_id,
        day_first=form.dates.data == "day",
        consent_text=form.wording.data,
    )


def _sent_mapping(petition: Petition, width: int) -> dict[int, str]:
    fields = fields_for(petition.questions)
    sent = {index: request.form.get(f"column-{index}", "") for index in range(width)}
    return {index: field for index, field in sent.items() if field in fields}


def _is_possible(form: ColumnsForm, mapping: Mapping[int, str]) -> bool:
    """Check that a name column exists, and that no two columns hold the same field."""
    fields = list(mapping.values())
    if not {"given_name", "full_name"} & set(fields):
        form.form_errors = [_("Choose which column has the name.")]
    elif len(fields) > len(set(fields)):
        form.form_errors = [_("You chose the same content for two columns. Leave one of them out.")]
    elif {"full_name", "given_name"} <= set(fields):
        form.form_errors = [
            _("Choose either one column for the full name, or two for first and last name.")
        ]
    return not form.form_errors


def _columns_page(
    batch: ImportBatch,
    petition: Petition,
    form: ColumnsForm,
    mapping: Mapping[int, str],
    status: int = 200,
) -> ResponseReturnValue:
    rows = first_rows(batch.id)
    log_rows_view(batch, rows)
    width = batch.file_format["width"]
    return render_template(
        "organize/imports/columns.html",
        batch=batch,
        form=form,
        petition=petition_summary(petition),
        mapping=mapping,
        width=width,
        rows=[(row, [*row.cells, *[""] * (width - len(row.cells))]) for row in rows],
        choices=[
            (field, label)
            for field, label in labels_of(petition).items()
            if field in fields_for(petition.questions)
        ],
        required=petition.required_fields,
    ), status


def _upload_page(form: UploadForm, status: int = 200) -> ResponseReturnValue:
    form.offer(petitions_where("signatures.import"))
    max_megabytes = megabytes("IMPORT_BYTES")
    return render_template(
        "organize/imports/upload.html", form=form, max_megabytes=max_megabytes, lang_here=g.lang
    ), status
