"""Finish a paper batch: import, undo or discard it. Uses the blueprint of routes.py."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from campaign.extensions import write
from campaign.imports import commit, operations, rollback
from campaign.imports.classification import decide
from campaign.imports.models import ImportBatch
from campaign.imports.queries import batch_by_id, checker_for, items_of
from campaign.organize.access import allowed
from campaign.organize.audited_write import act
from campaign.organize.content_fields import sent_version
from campaign.organize.imports.forms import BringInForm
from campaign.organize.imports.routes import (
    back,
    blueprint,
    decide_anew,
    fact_of,
    load_batch,
    overtaken,
    page,
)
from campaign.organize.signatures.forms import ReasonForm
from campaign.process.clock import utcnow


@blueprint.post("/<int:batch_id>/bring-in")
@allowed("signatures.import", load_batch)
def bring_in(batch: ImportBatch) -> ResponseReturnValue:
    form = BringInForm()
    if not form.validate():
        return page(batch, form=form, status=422)
    now = utcnow()
    checker = checker_for(batch, now)
    if checker is None or not batch.is_open:
        return overtaken(batch)
    decided = decide(checker, items_of(batch))
    fact = fact_of("imports.bring_in", batch, rows=len(decided), sheet=batch.sheet)
    batch_id = batch.id
    try:
        act(
            fact,
            commit.accept,
            batch_id=batch_id,
            version=form.version.data,
            decided=decided,
            now=now,
        )
    except operations.BatchClosed:
        return overtaken(batch)
    except commit.StillWrong:
        decide_anew(batch)
        flash(
            _("Some rows now have errors. Nothing was imported. Please check them again."),
            "waiting",
        )
        return back(batch_id)
    if batch_by_id(batch_id).is_large:
        return back(batch_id)
    brought = commit.carry_in(write, batch_id, decided)
    flash(
        ngettext(
            "%(figure)s signature imported. It counts within a second.",
            "%(figure)s signatures imported. They count within a second.",
            brought.newcomers,
            figure=format_decimal(brought.newcomers),
        ),
        "success",
    )
    return back(batch_id)


@blueprint.post("/<int:batch_id>/undo")
@allowed("signatures.import", load_batch)
def undo(batch: ImportBatch) -> ResponseReturnValue:
    form = ReasonForm()
    if not form.validate():
        return page(batch, reason=form, status=422)
    batch_id = batch.id
    try:
        act(fact_of("imports.undo", batch, form.reason.data), rollback.undo, batch_id=batch_id)
    except rollback.NothingToUndo:
        return overtaken(batch)
    if batch_by_id(batch_id).is_large:
        return back(batch_id)
    taken = rollback.carry_out(write, batch_id)
    flash(
        ngettext(
            "Undone: %(figure)s signature removed and its data deleted.",
            "Undone: %(figure)s signatures removed and their data deleted.",
            taken,
            figure=format_decimal(taken),
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
            fact_of("imports.drop", batch),
            operations.drop,
            batch_id=batch_id,
            version=sent_version(),
        )
    except operations.BatchClosed:
        return overtaken(batch)
    rollback.erase_rows(write, batch_id)
    flash(_("Discarded. Nothing was saved or counted."), "success")
    return redirect(url_for("organize.imports.index"), 303)
