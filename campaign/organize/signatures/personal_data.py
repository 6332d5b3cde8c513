"""Supporters' personal data: how long it is kept, a copy of it on request, and its erasure."""

import json
from functools import partial
from typing import Any, cast

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from campaign.exports.formats import JsonLines
from campaign.exports.selection import Selection
from campaign.exports.signature_table import SignatureTable
from campaign.organize.core.access import allowed, fresh
from campaign.organize.core.audit import AuditEvent, act, log_each_view, log_view
from campaign.organize.core.edit_conflicts import Editor, save
from campaign.organize.core.scope import (
    load_petition,
    load_signature,
    petition_summary,
    petitions_where,
)
from campaign.organize.signatures.forms import ReasonForm, RetentionForm
from campaign.petitions.kinds import kind_of
from campaign.petitions.models import DEFAULT_RETENTION_DAYS, Petition
from campaign.petitions.queries import petition_by_id
from campaign.process.clock import utcnow
from campaign.signatures.counting.groups import set_quiet, waiting_under
from campaign.signatures.erasure import (
    NOTICE_PERIOD,
    StillCounted,
    count_personal,
    ended_at,
    erase_one,
    erases_at,
    set_retention,
    would_erase_at,
)
from campaign.signatures.models import Signature
from campaign.signatures.moderation.decisions import correction_of
from campaign.signatures.owner.agreements import agreed_to
from campaign.signatures.pending_forms import copies_of_forms

blueprint = Blueprint("retention", __name__, url_prefix="/retention")


@blueprint.get("/")
@allowed("retention.edit")
def index() -> ResponseReturnValue:
    petitions = [
        cast(Petition, petition_by_id(item.id)) for item in petitions_where("retention.edit")
    ]
    rows = [(petition_summary(petition), petition, erases_at(petition)) for petition in petitions]
    return render_template("organize/retention/index.html", rows=rows)


@blueprint.get("/<slug>")
@allowed("retention.edit", load_petition)
def edit(petition: Petition) -> ResponseReturnValue:
    return _render_page(petition, RetentionForm.of(petition))


@blueprint.post("/<slug>")
@allowed("retention.edit", load_petition)
@fresh
def update(petition: Any) -> ResponseReturnValue:
    form = RetentionForm()
    form.before, form.is_trial = petition.retention_days, request.form.get("press") == "try"
    if not form.validate():
        return _render_page(petition, form, 422)
    if form.is_trial:
        return _render_page(petition, form, shows_trial=True)
    details = {"days": form.number, "before": petition.retention_days}
    audit_event = AuditEvent(
        "retention.edit", on=("petition", petition.id), cause_id=petition.cause_id, details=details
    )
    save(
        Editor(form, partial(petition_by_id, petition.id), RetentionForm.of, _render_page),
        audit_event,
        set_retention,
        petition_id=petition.id,
        days=form.number,
    )
    flash(_("Saved."), "success")
    return redirect(url_for("organize.retention.edit", slug=petition.slug), 303)


@blueprint.post("/<slug>/quiet")
@allowed("retention.edit", load_petition)
def quiet(petition: Petition) -> ResponseReturnValue:
    """Make the count move in groups only, or right away again."""
    is_quiet = request.form.get("quiet") == "y"
    audit_event = AuditEvent(
        "petitions.quiet" if is_quiet else "petitions.loud",
        on=("petition", petition.id),
        cause_id=petition.cause_id,
    )
    act(audit_event, set_quiet, petition_id=petition.id, is_quiet=is_quiet, now=utcnow())
    flash(_("Saved."), "success")
    return redirect(
        url_for("organize.retention.edit", slug=petition.slug, _anchor="quiet-title"), 303
    )


def _render_page(
    petition: Petition, form: Any, status: int = 200, *, shows_trial: bool = False
) -> tuple[str, int]:
    petition_row, now = cast(Petition, petition_by_id(petition.id)), utcnow()
    page = render_template(
        "organize/retention/edit.html",
        petition=petition_row,
        petition_summary=petition_summary(petition_row),
        form=form,
        shows_trial=shows_trial,
        would_erase_at=would_erase_at(petition_row, form.number, now)
        if shows_trial and form.number
        else None,
        ended_at=ended_at(petition_row),
        erases_at=erases_at(petition_row),
        left=count_personal(petition_row.id),
        notice_days=NOTICE_PERIOD.days,
        default_days=DEFAULT_RETENTION_DAYS,
        waiting=waiting_under(petition_row.id),
        now=now,
    )
    return page, status


copies_blueprint = Blueprint("copies", __name__, url_prefix="/copies")


@copies_blueprint.post("/<int:signature_id>", endpoint="create")
@allowed("signatures.correct", load_signature)
@fresh
def create_copy(signature: Signature) -> ResponseReturnValue:
    form, signature_id = ReasonForm(), signature.id
    if not form.validate():
        flash(_("Say why, in a few words. We record it in the activity log."), "danger")
        return redirect(url_for("organize.signatures.show", signature_id=signature_id), 303)
    selection = Selection(signature.petition_id, state="all")
    table = SignatureTable(selection, questions=list(signature.answers))
    audit_event = AuditEvent(
        "signatures.copy",
        on=("signature", signature_id),
        cause_id=signature.cause_id,
        reason=form.reason.data,
    )
    _last, [columns] = table.after(signature_id - 1, signature_id, 1)
    copy = json.loads(JsonLines(table.header, table.kinds).add(columns))
    correction = correction_of(signature_id)
    petition = cast(Petition, petition_by_id(signature.petition_id))
    part_of_kind = kind_of(petition.action_kind).downloaded_part
    copy |= {
        **(part_of_kind(signature) if part_of_kind else {}),
        **agreed_to(signature),
        "unconfirmed_forms": copies_of_forms(signature),
        "correction_in_review": correction.changes if correction else None,
    }
    # Indented, one value per line, so that the supporter can read it in any text editor.
    response = Response(
        json.dumps(copy, ensure_ascii=False, indent=2) + "\n", content_type="application/json"
    )
    response.headers.set(
        "Content-Disposition", "attachment", filename=f"signature-{signature_id}.json"
    )
    log_view(audit_event)
    return response


erasures_blueprint = Blueprint("erasures", __name__, url_prefix="/erasures")


@erasures_blueprint.get("/<int:signature_id>")
@allowed("signatures.erase", load_signature)
@fresh
def new(signature: Signature) -> ResponseReturnValue:
    return _erasure_page(signature, ReasonForm(formdata=None))


@erasures_blueprint.post("/<int:signature_id>", endpoint="create")
@allowed("signatures.erase", load_signature)
@fresh
def erase(signature: Signature) -> ResponseReturnValue:
    form = ReasonForm()
    if not form.validate():
        return _erasure_page(signature, form, 422)
    signature_id = signature.id
    audit_event = AuditEvent(
        "signatures.erase",
        on=("signature", signature_id),
        cause_id=signature.cause_id,
        reason=form.reason.data,
    )
    try:
        act(audit_event, erase_one, signature_id=signature_id)
    except StillCounted:
        flash(
            _("We are still removing the signature from the count. Please try again in a second."),
            "waiting",
        )
        return redirect(url_for("organize.erasures.new", signature_id=signature_id), 303)
    flash(_("Deleted. No personal data of this person is left here."), "success")
    return redirect(url_for("organize.signatures.show", signature_id=signature_id), 303)


def _erasure_page(signature: Signature, form: FlaskForm, status: int = 200) -> tuple[str, int]:
    log_each_view([signature])
    petition = petition_summary(petition_by_id(signature.petition_id))
    return render_template(
        "organize/erasures/new.html", signature=signature, petition=petition, form=form
    ), status
