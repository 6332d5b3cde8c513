"""Signatures: search, show everything stored, and do what the supporter asks."""

from collections.abc import Callable
from functools import partial
from typing import Any, cast

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse

from campaign.accounts.audit import last_entry
from campaign.db.versioned import content_version
from campaign.errors import EditConflict
from campaign.imports.queries import row_of_signature
from campaign.kiosk.queries import table_of
from campaign.notices.queries import notice_by_id
from campaign.organize.core.access import allowed
from campaign.organize.core.audit import AuditEvent, act, act_on_some, log_each_view, log_list_view
from campaign.organize.core.edit_conflicts import Editor, save
from campaign.organize.core.identity import causes_where
from campaign.organize.core.pagination import possible_id
from campaign.organize.core.scope import load_signature, petition_summary, petitions_where
from campaign.organize.signatures.forms import CorrectionForm, ReasonForm, SignatureSearch
from campaign.organize.signatures.labels import label_context
from campaign.petitions.models import Petition
from campaign.petitions.queries import petition_by_id
from campaign.petitions.questions import in_language
from campaign.process.clock import utcnow
from campaign.signatures.models import Signature
from campaign.signatures.moderation import decisions
from campaign.signatures.moderation.rules import rules_of
from campaign.signatures.owner.agreements import consents_with
from campaign.signatures.owner.moving import ADDRESS_CHANGED
from campaign.signatures.queries import signature_by_id
from campaign.signatures.search.queries import find, others_of_person
from campaign.site.settings import site_settings

blueprint = Blueprint("signatures", __name__, url_prefix="/signatures")
PAGE_SIZE = 50
MERGE_FAULTS = {
    "one": _l("Choose two different ones."),
    "petition": _l("These are on different petitions, so both count."),
    "gone": _l("One of the two was withdrawn, deleted or rejected in the meantime."),
    "unconfirmed": _l("Keep the confirmed one, so that this person still counts."),
}


@blueprint.get("/")
@allowed("signatures.see")
def index() -> ResponseReturnValue:
    petitions = petitions_where("signatures.see")
    form = SignatureSearch(petitions)
    form.validate()
    before = possible_id(request.args.get("before", type=int))
    matches = find(
        form.search(),
        before_id=before,
        limit=PAGE_SIZE + 1,
    )
    rows = matches[:PAGE_SIZE]
    # The search text may be a name, so record only which fields were used.
    log_list_view(
        rows,
        sorted(form.params),
        on=("petition", form.petitions[0].id) if len(form.petitions) == 1 else None,
    )
    return render_template(
        "organize/signatures/index.html",
        form=form,
        rows=rows,
        has_more=len(matches) > PAGE_SIZE,
        params=form.params,
        is_first=before is None,
        petitions={petition.id: petition for petition in form.petitions},
        rules={rule.id: rule for rule in rules_of(causes_where("signatures.see"))},
        **label_context(),
    )


@blueprint.get("/<int:signature_id>")
@allowed("signatures.see", load_signature)
def show(signature: Signature) -> ResponseReturnValue:
    return _render_page(signature)


@blueprint.post("/<int:signature_id>/correct")
@allowed("signatures.correct", load_signature)
def correct(signature: Signature) -> ResponseReturnValue:
    form = _correction(signature, sent=True)
    if not form.validate():
        return _render_page(signature, correction=form, status=422)
    typed = {name: form[name].data for name in decisions.CORRECTED}
    audit_event = AuditEvent(
        "signatures.correct",
        on=("signature", signature.id),
        cause_id=signature.cause_id,
        reason=form.reason.data,
    )
    try:
        save(
            Editor(
                form,
                partial(signature_by_id, signature.id),
                _correction,
                lambda present, form: _render_page(present, correction=form),
            ),
            audit_event,
            decisions.correct,
            signature_id=signature.id,
            now=utcnow(),
            **typed,
        )
    except decisions.SamePerson:
        same = (
            _(
                "Another letter in this action has the same name and postal code. If both are the same person, reject one of them."
            )
            if petition_summary(_petition_of(signature)).is_letter
            else _(
                "Another signature on this petition has the same name and postal code. If both are the same person, reject one of them."
            )
        )
        form.form_errors = [*form.form_errors, same]
        return _render_page(
            cast(Signature, signature_by_id(signature.id)), correction=form, status=409
        )
    flash(_("Saved."), "success")
    return _back(signature)


@blueprint.post("/<int:signature_id>/withdraw")
@allowed("signatures.correct", load_signature)
def withdraw(signature: Signature) -> ResponseReturnValue:
    message = _("Withdrawn. It stops counting right away.")
    return _decide(signature, "signatures.withdraw", decisions.withdraw, message)


@blueprint.post("/<int:signature_id>/take-back")
@allowed("signatures.correct", load_signature)
def restore(signature: Signature) -> ResponseReturnValue:
    return _decide(
        signature,
        "signatures.take_back",
        decisions.restore_withdrawn,
        _("Restored."),
        timed=False,
    )


@blueprint.post("/<int:signature_id>/reject")
@allowed("signatures.review", load_signature)
def reject(signature: Signature) -> ResponseReturnValue:
    return _decide(
        signature,
        "signatures.reject",
        decisions.reject,
        _("Rejected. It is kept here but not counted."),
    )


@blueprint.post("/<int:signature_id>/let-through")
@allowed("signatures.review", load_signature)
def approve(signature: Signature) -> ResponseReturnValue:
    return _decide(
        signature,
        "signatures.let_through",
        decisions.approve,
        _("Approved. Rules will not hold it again."),
    )


@blueprint.post("/<int:signature_id>/comment")
@allowed("signatures.review", load_signature)
def comment(signature: Signature) -> ResponseReturnValue:
    """Show or hide a comment, in the version that the organizer read."""
    is_shown = request.form.get("show") == "y"
    audit_event = AuditEvent(
        "comments.show" if is_shown else "comments.hide",
        on=("signature", signature.id),
        cause_id=signature.cause_id,
    )
    versions = {signature.id: request.form.get("version", "")}
    done = act_on_some(
        audit_event,
        decisions.decide_comments,
        versions=versions,
        shown=is_shown,
        cause_ids=None,
        now=utcnow(),
    )
    if not done:
        raise EditConflict(f"the comment of signature {signature.id} has changed")
    flash(
        _("The comment is now shown.") if is_shown else _("The comment is now hidden."), "success"
    )
    return _back(signature)


@blueprint.post("/<int:signature_id>/merge/<int:other_id>")
@allowed("signatures.correct", load_signature)
def merge(signature: Signature, other_id: int) -> ResponseReturnValue:
    """Keep this signature, and reject the other one of the same person."""
    form = ReasonForm()
    if not form.validate():
        return _render_page(signature, reason=form, status=422)
    audit_event = AuditEvent(
        "signatures.merge",
        on=("signature", signature.id),
        cause_id=signature.cause_id,
        reason=form.reason.data,
        details={"other": other_id},
    )
    try:
        act(audit_event, decisions.merge, kept_id=signature.id, other_id=other_id, now=utcnow())
        flash(
            _("The two are merged. The one you did not keep is rejected, and you can restore it."),
            "success",
        )
    except decisions.CannotMerge as refusal:
        flash(str(MERGE_FAULTS[refusal.code]), "danger")
    return _back(signature)


def _decide(
    signature: Signature,
    action: str,
    operation: Callable[..., Any],
    message: str,
    timed: bool = True,
) -> ResponseReturnValue:
    """Run one operation on one signature with the entered reason. Flash `message`."""
    form = ReasonForm()
    if not form.validate():
        return _render_page(signature, reason=form, status=422)
    audit_event = AuditEvent(
        action, on=("signature", signature.id), cause_id=signature.cause_id, reason=form.reason.data
    )
    more = {"now": utcnow()} if timed else {}
    if act_on_some(audit_event, operation, ids=[signature.id], cause_ids=None, **more):
        flash(message, "success")
    else:
        flash(_("Someone else has already decided, so nothing was changed."), "waiting")
    return _back(signature)


def _back(signature: Signature) -> BaseResponse:
    return redirect(url_for("organize.signatures.show", signature_id=signature.id), 303)


def _petition_of(signature: Signature) -> Petition:
    return cast(Petition, petition_by_id(signature.petition_id))


def _correction(signature: Signature, sent: bool = False) -> CorrectionForm:
    saved = {name: getattr(signature, name) or "" for name in decisions.CORRECTED}
    saved["version"] = decisions.version_of(signature)
    form = CorrectionForm() if sent else CorrectionForm(formdata=None, data=saved)
    needed = {"given_name", *_petition_of(signature).required_fields}
    form.required = frozenset(needed & form._fields.keys())
    return form


def _render_page(
    signature: Signature,
    *,
    correction: CorrectionForm | None = None,
    reason: ReasonForm | None = None,
    status: int = 200,
) -> tuple[str, int]:
    others = others_of_person(signature)
    # A page with form errors also shows all the data, so it is recorded too.
    log_each_view([signature, *others])
    petition, reason = _petition_of(signature), reason or ReasonForm(formdata=None)
    # The correction form on the same page also has a field for the reason.
    reason.reason.id = "why"
    page = render_template(
        "organize/signatures/show.html",
        signature=signature,
        petition=petition_summary(petition),
        paper=row_of_signature(signature.id) if signature.evidence == "paper" else None,
        questions={
            question["name"]: in_language(question, g.lang)["label"]
            for question in petition.questions
        },
        others=others,
        table=table_of(signature.id) if signature.kiosk_id else None,
        correction=correction or _correction(signature),
        reason=reason,
        comment_version=content_version(signature.comment),
        notice=notice_by_id(signature.notice_id),
        consents=consents_with(signature),
        address_change=last_entry(("signature", signature.id), (ADDRESS_CHANGED,)),
        rules={rule.id: rule for rule in rules_of([signature.cause_id])},
        erase_days=site_settings().erase_pending_days,
        **label_context(),
    )
    return page, status
