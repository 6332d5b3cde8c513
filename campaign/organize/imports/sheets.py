"""Paper sheets: print them numbered, and type them in. Uses the blueprint of routes.py."""

from typing import Any, cast

from flask import Response, flash, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign.extensions import write
from campaign.imports.classification import classify
from campaign.imports.create import ROWS_ON_SHEET, begin_sheet, print_sheets
from campaign.imports.models import ImportBatch, PrintRun
from campaign.imports.operations import BatchClosed, store_typed
from campaign.imports.queries import (
    batch_by_id,
    batch_of_sheet,
    batches_of_sheets,
    checker_for,
    first_rows,
    items_of,
    run_by_id,
    run_of_serial,
)
from campaign.imports.sheet_pdf import sheets_pdf
from campaign.imports.sheet_texts import consent_of, sheet_spec
from campaign.notices.models import NOT_RECORDED
from campaign.organize.core.access import allowed
from campaign.organize.core.audit import AuditEvent, act
from campaign.organize.core.fields import PAPER_LABELS, sent_version
from campaign.organize.core.identity import may, organizer
from campaign.organize.core.scope import petition_summary, petitions_where
from campaign.organize.imports.forms import PrintForm, SheetChoice, SheetForm
from campaign.organize.imports.labels import OUTCOME_LABELS, outcome_reason
from campaign.organize.imports.routes import (
    audit_event_of,
    blueprint,
    changed,
    label_context,
    load_batch,
    log_rows_view,
    sent_cells,
)
from campaign.organize.statistics.figures import zone
from campaign.petitions.models import Petition
from campaign.petitions.presenters import notice_of
from campaign.petitions.queries import petition_by_id, petition_in_any_state
from campaign.petitions.questions import in_language
from campaign.process.clock import utcnow
from campaign.site.settings import site_settings

MAX_LINES = 60
GRID = ("given_name", "family_name", "email", "country", "postal_code", "signed_at")


def load_run(run_id: int) -> PrintRun | None:
    return run_by_id(run_id)


def load_sheet_run(serial: str) -> PrintRun | None:
    match = run_of_serial(serial)
    return match and match[0]


@blueprint.get("/print")
@allowed("signatures.import")
def printing() -> ResponseReturnValue:
    return _print_page(PrintForm(formdata=None, petition=request.args.get("petition"), lang=g.lang))


@blueprint.post("/print")
@allowed("signatures.import")
def print_now() -> ResponseReturnValue:
    form = PrintForm().offer(petitions_where("signatures.import"))
    if not form.validate():
        return _print_page(form, 422)
    petition = cast(Petition, petition_in_any_state(form.petition.data))
    audit_event = AuditEvent(
        "imports.print",
        on=lambda run: ("print_run", run.id),
        cause_id=petition.cause_id,
        details={"sheets": form.sheets.data},
    )
    consent_text = consent_of(petition, form.lang.data)
    named = {
        "lang": form.lang.data,
        "paper": form.paper.data,
        "sheets": form.sheets.data,
        "consent_text": consent_text,
        "notice": notice_of(petition, form.lang.data),
    }
    run = act(audit_event, print_sheets, petition=petition, **named)
    return redirect(url_for("organize.imports.run", run_id=run.id), 303)


@blueprint.get("/runs/<int:run_id>")
@allowed("signatures.import", load_run)
def run(run: PrintRun) -> ResponseReturnValue:
    begun = batches_of_sheets(run.petition_id, run.serials)
    petition = petition_summary(petition_by_id(run.petition_id))
    return render_template(
        "organize/imports/run.html", run=run, begun=begun, petition=petition, papers=PAPER_LABELS
    )


@blueprint.get("/runs/<int:run_id>/sheets.pdf")
@allowed("signatures.import", load_run)
def pdf(run: PrintRun) -> ResponseReturnValue:
    name = f"{run.petition.slug}-{run.lang}-{run.id}.pdf"
    return Response(
        sheets_pdf(sheet_spec(run)),
        mimetype="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )


@blueprint.get("/sheets/<serial>")
@allowed("signatures.import", load_sheet_run)
def sheet(run: PrintRun) -> ResponseReturnValue:
    """Redirect the QR code of a sheet to its rows, or to the page where typing begins."""
    serial = cast(tuple[PrintRun, str], run_of_serial((request.view_args or {})["serial"]))[1]
    batch = batch_of_sheet(run.petition_id, serial)
    if batch:
        return redirect(url_for("organize.imports.show", batch_id=batch.id), 303)
    return redirect(
        url_for("organize.imports.typing", sheet=serial, petition=run.petition.slug), 303
    )


@blueprint.get("/type")
@allowed("signatures.import")
def typing() -> ResponseReturnValue:
    """Ask for a sheet's petition and language first, unless known. Then for the rest."""
    match = run_of_serial(request.args.get("sheet", ""))
    if match and not may("signatures.import", match[0]):
        match = None
    petitions = petitions_where("signatures.import")
    slug = match[0].petition.slug if match else request.args.get("petition")
    slugs = [item.slug for item in petitions if item.slug == slug or len(petitions) == 1]
    lang = match[0].lang if match else request.args.get("lang")
    if not slugs or lang not in site_settings().languages:
        return _choosing_page(
            SheetChoice(formdata=None, petition=slug, lang=g.lang).offer(petitions)
        )
    petition = cast(Petition, petition_in_any_state(slugs[0]))
    wording = match[0].consent_text if match else consent_of(petition, lang)
    today = utcnow().astimezone(zone()).date()
    return _typing_page(
        SheetForm(
            formdata=None,
            petition=slugs[0],
            sheet=match[1] if match else "",
            lang=lang,
            signed_on=today,
            wording=wording,
        )
    )


@blueprint.post("/type")
@allowed("signatures.import")
def begin_typing() -> ResponseReturnValue:
    """Begin to type a sheet, or continue one that was begun before."""
    form = SheetForm().offer(petitions_where("signatures.import"))
    if not form.validate():
        return (
            _choosing_page(form, 422)
            if form.petition.errors or form.lang.errors
            else _typing_page(form, 422)
        )
    petition = cast(Petition, petition_in_any_state(form.petition.data))
    match = run_of_serial(form.sheet.data)
    if match and match[0].petition_id != petition.id:
        form.sheet.errors = [_("This sheet was printed for another petition.")]
        return _typing_page(form, 422)
    serial = match[1] if match else form.sheet.data.strip()
    before = batch_of_sheet(petition.id, serial)
    if before:
        flash(_("Someone has already started this sheet."), "note")
        return redirect(url_for("organize.imports.show", batch_id=before.id), 303)
    audit_event = AuditEvent(
        "imports.begin",
        on=lambda made: ("import", made.id),
        cause_id=petition.cause_id,
        details={"sheet": serial},
    )
    made = act(
        audit_event,
        begin_sheet,
        petition=petition,
        organizer_id=organizer().id,
        sheet=serial,
        lang=form.lang.data,
        signed_on=form.signed_on.data,
        country=form.country.data,
        consent_text=match[0].consent_text if match else form.wording.data,
        version_id=match[0].version_id if match else petition.current_version.id,
        notice_id=match[0].notice_id if match else NOT_RECORDED,
    )
    return redirect(url_for("organize.imports.grid", batch_id=made.id), 303)


@blueprint.get("/<int:batch_id>/grid")
@allowed("signatures.import", load_batch)
def grid(batch: ImportBatch) -> ResponseReturnValue:
    if not batch.is_open or batch.kind != "typed":
        return redirect(url_for("organize.imports.index"), 303)
    petition = batch.petition
    rows = first_rows(batch.id, MAX_LINES)
    log_rows_view(batch, [row for row in rows if any((row.typed or {}).values())])
    return render_template(
        "organize/imports/grid.html",
        batch=batch,
        petition=petition_summary(petition),
        rows=rows,
        fields=[*GRID, *(f"answers-{question['name']}" for question in petition.questions)],
        kinds=_kinds(petition),
        required={"given_name", *petition.required_fields},
        max_lines=MAX_LINES,
        **label_context(petition),
    )


@blueprint.post("/<int:batch_id>/grid")
@allowed("signatures.import", load_batch)
def keep_grid(batch: ImportBatch) -> ResponseReturnValue:
    """Save the sheet as typed so far.

    The page sends it while the organizer types, and gets the outcome of each row in return.
    """
    typed = _sent_rows(batch)
    if request.accept_mimetypes.best != "application/json":
        audit_event = audit_event_of(
            "imports.type", batch, rows=sum(any(row.values()) for row in typed.values())
        )
        return changed(batch, audit_event, store_typed, typed=typed, version=sent_version())
    batch_id = batch.id
    try:
        # An unfinished sheet has no effect, so it gets no entry in the activity log.
        write(store_typed, batch_id=batch_id, typed=typed, version=sent_version())
    except BatchClosed:
        return jsonify(overtaken=True), 409
    return jsonify(_row_states(cast(ImportBatch, batch_by_id(batch_id))))


def _row_states(batch: ImportBatch) -> dict[str, Any]:
    checker = checker_for(batch, utcnow())
    decided = classify(checker, items_of(batch)) if checker else []
    rows = {
        row.row_number: {
            "fate": row.outcome,
            "words": str(OUTCOME_LABELS[row.outcome]),
            "why": outcome_reason(row.outcome, row.outcome_details),
            "fields": list(row.outcome_details) if row.outcome == "wrong" else [],
        }
        for row in decided
    }
    return {"version": batch.version, "rows": rows}


def _sent_rows(batch: ImportBatch) -> dict[int, dict[str, str]]:
    petition = batch.petition
    fields = {
        *GRID,
        "subscribe",
        "tell_answer",
        "name_display",
        "comment",
        *(f"answers-{question['name']}" for question in petition.questions),
    }
    typed: dict[int, dict[str, str]] = {}
    for (row_number, field), text in sent_cells().items():
        if row_number <= MAX_LINES and field in fields:
            typed.setdefault(row_number, {})[field] = text[:2000]
    return typed


def _kinds(petition: Petition) -> dict[str, tuple[str, Any]]:
    """Return {field: (type, choices)} of the petition's own questions."""
    own = (in_language(question, g.lang) for question in petition.questions)
    return {
        f"answers-{question['name']}": (question["type"], question["choices"]) for question in own
    }


def _print_page(form: PrintForm, status: int = 200) -> ResponseReturnValue:
    return render_template(
        "organize/imports/print.html", form=form.offer(petitions_where("signatures.import"))
    ), status


def _choosing_page(form: SheetChoice, status: int = 200) -> ResponseReturnValue:
    return render_template("organize/imports/choosing.html", form=form), status


def _typing_page(form: SheetForm, status: int = 200) -> ResponseReturnValue:
    petitions = petitions_where("signatures.import")
    petition = next(item for item in petitions if item.slug == form.petition.data)
    page = render_template(
        "organize/imports/typing.html",
        form=form,
        petition=petition,
        is_only=len(petitions) == 1,
        lines=ROWS_ON_SHEET,
    )
    return page, status
