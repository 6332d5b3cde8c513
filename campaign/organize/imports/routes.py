"""Import signatures from paper: batches, the outcome of each row, importing and undoing."""

from collections.abc import Callable, Collection
from typing import Any, cast

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from campaign.causes.queries import causes_among
from campaign.errors import EditConflict
from campaign.extensions import write
from campaign.imports import commit, operations, rollback
from campaign.imports.classification import classify, leave_out_wrong_rows
from campaign.imports.models import OUTCOMES, ImportBatch
from campaign.imports.queries import (
    batch_by_id,
    batches_among,
    checker_for,
    items_of,
    rows_in,
    rows_with,
    runs_among,
    typed_in,
)
from campaign.organize.core.access import allowed
from campaign.organize.core.audit import AuditEvent, act, log_view
from campaign.organize.core.fields import sent_version
from campaign.organize.core.identity import causes_where
from campaign.organize.core.scope import petition_summary, petitions_where
from campaign.organize.imports.forms import AcceptForm
from campaign.organize.imports.labels import (
    FIELD_LABELS,
    OUTCOME_LABELS,
    OUTCOME_TAGS,
    fault_text,
    outcome_reason,
)
from campaign.organize.signatures.forms import ReasonForm
from campaign.petitions.models import Petition
from campaign.petitions.queries import petition_by_id
from campaign.petitions.questions import in_language
from campaign.process.clock import utcnow

blueprint = Blueprint("imports", __name__, url_prefix="/imports")
PAGE_SIZE = 50
WRONG_PER_PAGE = 20


def load_batch(batch_id: int) -> ImportBatch | None:
    return batch_by_id(batch_id)


@blueprint.get("/")
@allowed("signatures.import")
def index() -> ResponseReturnValue:
    cause_ids = causes_where("signatures.import")
    petitions = petitions_where("signatures.import")
    return render_template(
        "organize/imports/index.html",
        batches=batches_among(cause_ids),
        runs=runs_among(cause_ids),
        titles={petition.id: petition.title for petition in petitions},
        petitions=petitions,
    )


@blueprint.get("/<int:batch_id>")
@allowed("signatures.import", load_batch)
def show(batch: ImportBatch) -> ResponseReturnValue:
    if batch.is_open and batch.checked_at is None:
        return redirect(first_step(batch), 303)
    return render_batch(batch)


@blueprint.post("/<int:batch_id>/mend")
@allowed("signatures.import", load_batch)
def correct_rows(batch: ImportBatch) -> ResponseReturnValue:
    """Save corrections to the wrong rows of a page, and check all rows again."""
    fields = editable(batch)
    typed: dict[int, dict[str, str]] = {}
    for (row_number, field), text in sent_cells().items():
        if field in fields:
            typed.setdefault(row_number, {})[field] = text
    left_out = {
        int(text)
        for text in request.form.getlist("left_out")
        if text.isascii() and text.isdecimal() and len(text) < 10
    }
    audit_event = audit_event_of("imports.mend", batch, rows=len(typed))
    return changed(
        batch,
        audit_event,
        operations.store_typed,
        typed=typed,
        left_out=left_out,
        version=sent_version(),
    )


@blueprint.post("/<int:batch_id>/leave-out")
@allowed("signatures.import", load_batch)
def leave_out(batch: ImportBatch) -> ResponseReturnValue:
    audit_event = audit_event_of("imports.mend", batch, left_out=batch.count("wrong"))
    return changed(
        batch, audit_event, operations.begin_change, leave_out=True, version=sent_version()
    )


@blueprint.post("/<int:batch_id>/check")
@allowed("signatures.import", load_batch)
def check(batch: ImportBatch) -> ResponseReturnValue:
    """Check all rows again: others may have signed since."""
    return redirect(
        url_for("organize.imports.show", batch_id=batch.id)
        if redo_decisions(batch)
        else first_step(batch),
        303,
    )


def changed(
    batch: ImportBatch,
    audit_event: AuditEvent,
    operation: Callable[..., Any],
    *,
    leave_out: bool = False,
    **named: Any,
) -> ResponseReturnValue:
    """Change an open batch, check all its rows again, and redirect to their outcomes.

    With `leave_out`, wrong rows are left out.
    """
    batch_id = batch.id
    try:
        act(audit_event, operation, batch_id=batch_id, **named)
    except operations.BatchClosed:
        return overtaken(batch)
    return (
        back(batch_id)
        if redo_decisions(cast(ImportBatch, batch_by_id(batch_id)), leave_out=leave_out)
        else redirect(first_step(batch), 303)
    )


def redo_decisions(batch: ImportBatch, *, leave_out: bool = False) -> bool:
    """Decide on all rows as of now and save that, and return False if nothing can be imported."""
    now, batch_id, version = utcnow(), batch.id, batch.version
    checker = checker_for(batch, now) if batch.is_open else None
    if checker is None:
        flash(_("The petition is not public yet. You can import after you publish it."), "waiting")
        return False
    decided = classify(checker, items_of(batch))
    try:
        operations.store_outcomes(
            write,
            batch_id=batch_id,
            version=version,
            decided=leave_out_wrong_rows(decided) if leave_out else decided,
            now=now,
        )
    except (operations.BatchClosed, EditConflict):
        flash(_("Someone else is working on this too. Here is the current version."), "waiting")
    return True


def overtaken(batch: ImportBatch) -> ResponseReturnValue:
    flash(
        _("Someone else already changed this. Here is the current version."),
        "waiting",
    )
    return back(batch.id)


def back(batch_id: int) -> ResponseReturnValue:
    return redirect(url_for("organize.imports.show", batch_id=batch_id), 303)


def first_step(batch: ImportBatch) -> str:
    """Return the URL where a batch is filled: its columns or its grid."""
    return url_for(
        f"organize.imports.{'columns' if batch.kind == 'file' else 'grid'}", batch_id=batch.id
    )


def audit_event_of(action: str, batch: ImportBatch, reason: str = "", **details: Any) -> AuditEvent:
    """Return an activity log AuditEvent about a batch."""
    return AuditEvent(
        action, on=("import", batch.id), cause_id=batch.cause_id, reason=reason, details=details
    )


def log_rows_view(batch: ImportBatch, rows: Collection[Any]) -> None:
    """Record that an organizer saw what people wrote."""
    if rows:
        log_view(audit_event_of("imports.see", batch, shown=len(rows)))


def sent_cells() -> dict[tuple[int, str], str]:
    """Return {(row number, field): text} of the grid cells in the form data."""
    cells = {}
    for name, text in request.form.items():
        kind, _colon, rest = name.partition(":")
        row_number, _colon, field = rest.partition(":")
        if (
            kind == "cell"
            and row_number.isascii()
            and row_number.isdecimal()
            and len(row_number) < 8
            and int(row_number)
        ):
            cells[int(row_number), field] = (
                " ".join(text.split()) if field != "comment" else text.strip()
            )
    return cells


def editable(batch: ImportBatch) -> list[str]:
    """Return the fields of a batch's rows that can be corrected, in order."""
    petition = batch.petition
    needed = ["given_name", *petition.required_fields]
    mapped = [field for _index, field in sorted(batch.columns.items())]
    return [
        field
        for field in dict.fromkeys([*mapped, *needed])
        if not (field == "given_name" and "full_name" in mapped)
    ]


def labels_of(petition: Petition) -> dict[str, Any]:
    """Return {field: label} of all fields of a row, including the petition's own questions."""
    own = (in_language(question, g.lang) for question in petition.questions)
    return {
        **FIELD_LABELS,
        **{f"answers-{question['name']}": question["label"] for question in own},
    }


def label_context(petition: Petition) -> dict[str, Any]:
    """Return the template context that pages with rows of a batch need for their texts."""
    return {
        "labels": labels_of(petition),
        "outcome_labels": OUTCOME_LABELS,
        "outcome_tags": OUTCOME_TAGS,
        "outcome_reason": outcome_reason,
        "fault_text": fault_text,
    }


def render_batch(
    batch: ImportBatch,
    *,
    form: AcceptForm | None = None,
    reason: ReasonForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    """Return the page of a batch: what will become, or has become, of its rows."""
    petition = cast(Petition, petition_by_id(batch.petition_id))
    outcome = request.args.get("fate", "")
    if outcome not in OUTCOMES:
        outcome = "wrong" if not outcome and batch.is_open and batch.count("wrong") else ""
    after = request.args.get("after", type=int) or 0
    limit = WRONG_PER_PAGE if outcome == "wrong" else PAGE_SIZE
    matches = rows_with(batch.id, outcome, after=after if 0 < after < 2**31 else 0, limit=limit + 1)
    rows = [(row, typed_in(batch, row)) for row in matches[:limit]]
    if batch.is_open:
        log_rows_view(batch, rows)
    return render_template(
        "organize/imports/show.html",
        batch=batch,
        petition=petition_summary(petition),
        causes={cause.id: cause for cause in causes_among([batch.cause_id])},
        rows=rows,
        outcome=outcome,
        outcomes=[item for item in OUTCOMES if batch.count(item)],
        has_more=len(matches) > limit,
        after=after,
        rows_in=rows_in(batch.id) if batch.is_arriving else 0,
        fields=editable(batch),
        form=form or AcceptForm(formdata=None, version=batch.version),
        reason=reason or ReasonForm(formdata=None),
        first_step=first_step(batch),
        **label_context(petition),
    ), status


@blueprint.post("/<int:batch_id>/bring-in")
@allowed("signatures.import", load_batch)
def import_rows(batch: ImportBatch) -> ResponseReturnValue:
    form = AcceptForm()
    if not form.validate():
        return render_batch(batch, form=form, status=422)
    now = utcnow()
    checker = checker_for(batch, now)
    if checker is None or not batch.is_open:
        return overtaken(batch)
    decided = classify(checker, items_of(batch))
    audit_event = audit_event_of("imports.bring_in", batch, rows=len(decided), sheet=batch.sheet)
    batch_id = batch.id
    try:
        act(
            audit_event,
            commit.accept,
            batch_id=batch_id,
            version=form.version.data,
            decided=decided,
            now=now,
        )
    except operations.BatchClosed:
        return overtaken(batch)
    except commit.StillWrong:
        redo_decisions(batch)
        flash(
            _("Some rows now have errors, so nothing was imported. Please check the rows again."),
            "waiting",
        )
        return back(batch_id)
    if cast(ImportBatch, batch_by_id(batch_id)).is_large:
        return back(batch_id)
    result = commit.import_in_parts(write, batch_id, decided)
    flash(
        ngettext(
            "%(figure)s signature imported. It counts within a second.",
            "%(figure)s signatures imported. They count within a second.",
            result.newcomers,
            figure=format_decimal(result.newcomers),
        ),
        "success",
    )
    return back(batch_id)


@blueprint.post("/<int:batch_id>/undo")
@allowed("signatures.import", load_batch)
def undo(batch: ImportBatch) -> ResponseReturnValue:
    form = ReasonForm()
    if not form.validate():
        return render_batch(batch, reason=form, status=422)
    batch_id = batch.id
    try:
        act(
            audit_event_of("imports.undo", batch, form.reason.data),
            rollback.undo,
            batch_id=batch_id,
        )
    except rollback.NothingToUndo:
        return overtaken(batch)
    if cast(ImportBatch, batch_by_id(batch_id)).is_large:
        return back(batch_id)
    removed = rollback.remove_in_parts(write, batch_id)
    flash(
        ngettext(
            "Undone. We removed %(figure)s signature and deleted its data.",
            "Undone. We removed %(figure)s signatures and deleted their data.",
            removed,
            figure=format_decimal(removed),
        ),
        "success",
    )
    return back(batch_id)


@blueprint.post("/<int:batch_id>/drop")
@allowed("signatures.import", load_batch)
def drop(batch: ImportBatch) -> ResponseReturnValue:
    batch_id = batch.id
    try:
        act(
            audit_event_of("imports.drop", batch),
            operations.drop,
            batch_id=batch_id,
            version=sent_version(),
        )
    except operations.BatchClosed:
        return overtaken(batch)
    rollback.erase_rows(write, batch_id)
    flash(_("Discarded. Nothing was saved or counted."), "success")
    return redirect(url_for("organize.imports.index"), 303)
