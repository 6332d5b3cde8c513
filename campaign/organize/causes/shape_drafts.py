"""Turn a picture into the shape of a montage: upload it, cut it out, discard it."""

from functools import partial
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse

from campaign.causes.models import Cause
from campaign.montage.models import ShapeDraft
from campaign.montage.pictures import DrawingQueueFull
from campaign.montage.queries import draft_of
from campaign.montage.shapes.creation import PictureRefused
from campaign.montage.shapes.extraction import Cut
from campaign.montage.shapes.image_subprocess import WorkFailed, cut_out
from campaign.montage.shapes.operations import TooManyDrafts, begin_draft, cut_draft, drop_draft
from campaign.organize.causes.routes import blueprint
from campaign.organize.causes.shapes import (
    MAX_UPLOAD_BYTES,
    REFUSALS,
    CutForm,
    ShapePictureForm,
    back_to_shapes,
    load_draft,
    shape_audit_event,
    shapes_page,
    titles_of,
    views_of,
)
from campaign.organize.core.access import accepts_bytes, allowed
from campaign.organize.core.audit import act
from campaign.organize.core.edit_conflicts import Editor, save
from campaign.organize.core.scope import load_cause
from campaign.process.clock import utcnow


def _refuse_heavy() -> BaseResponse:
    flash(REFUSALS["too_heavy"], "danger")
    return redirect(request.path, 303)


@blueprint.post("/<slug>/shape")
@accepts_bytes(MAX_UPLOAD_BYTES, _refuse_heavy)
@allowed("causes.edit", load_cause)
def add_shape(cause: Cause) -> ResponseReturnValue:
    """Save the picture, cut out automatically, and redirect to its preview."""
    form = ShapePictureForm()
    if not form.validate():
        return shapes_page(cause, form, 422)
    title, cut = form.called(), Cut()
    try:
        made = cut_out(form.picture.data.read(), title=title, cut=cut)
        draft = act(
            shape_audit_event("causes.shape_send", cause),
            begin_draft,
            cause_id=cause.id,
            title=title,
            made=made,
            now=utcnow(),
        )
    except (PictureRefused, WorkFailed, DrawingQueueFull, TooManyDrafts) as refusal:
        form.picture.errors = [_fault_text(refusal)]
        return shapes_page(cause, form, 422)
    return _back_to_draft(cause, draft.id)


@blueprint.get("/<slug>/shape/pictures/<int:draft_id>")
@allowed("causes.edit", load_cause)
def shape_draft(cause: Cause, draft_id: int) -> ResponseReturnValue:
    draft = load_draft(cause, draft_id)
    return _render_page(cause, draft, CutForm.of(draft)) if draft else back_to_shapes(cause)


@blueprint.post("/<slug>/shape/pictures/<int:draft_id>")
@allowed("causes.edit", load_cause)
def cut_shape_draft(cause: Cause, draft_id: int) -> ResponseReturnValue:
    draft, form = load_draft(cause, draft_id), CutForm()
    if draft is None:
        return back_to_shapes(cause)
    if not form.validate():
        return _render_page(cause, draft, form, 422)
    try:
        made = cut_out(draft.picture, title=draft.title, cut=form.cut())
        if made.error_code:
            raise PictureRefused(made.error_code)
        save(
            Editor(
                form, partial(draft_of, cause, draft_id), CutForm.of, partial(_render_page, cause)
            ),
            shape_audit_event("causes.shape_cut", cause),
            cut_draft,
            draft_id=draft_id,
            made=made,
            now=utcnow(),
        )
    except (PictureRefused, WorkFailed, DrawingQueueFull) as refusal:
        form.threshold.errors = [_fault_text(refusal)]
        return _render_page(cause, draft, form, 422)
    return _back_to_draft(cause, draft_id)


@blueprint.post("/<slug>/shape/pictures/<int:draft_id>/discard")
@allowed("causes.edit", load_cause)
def drop_shape_draft(cause: Cause, draft_id: int) -> ResponseReturnValue:
    if load_draft(cause, draft_id):
        act(shape_audit_event("causes.shape_discard", cause), drop_draft, draft_id=draft_id)
        flash(_("Picture discarded. The montage has not changed."), "success")
    return back_to_shapes(cause)


@blueprint.get("/<slug>/shape/pictures/<int:draft_id>.webp")
@allowed("causes.edit", load_cause)
def shape_picture(cause: Cause, draft_id: int) -> ResponseReturnValue:
    """Return the uploaded picture, without the metadata a camera adds."""
    draft = draft_of(cause, draft_id) or abort(404)
    return Response(draft.picture, mimetype="image/webp")


def _fault_text(refusal: Exception) -> Any:
    """Return the message for an error."""
    if isinstance(refusal, PictureRefused):
        return REFUSALS[refusal.reason]
    if isinstance(refusal, TooManyDrafts):
        return _("Twelve pictures are already waiting. Use or discard one first.")
    return _("We could not process the picture. Wait a minute and upload it again.")


def _back_to_draft(cause: Cause, draft_id: int) -> BaseResponse:
    return redirect(url_for("organize.causes.shape_draft", slug=cause.slug, draft_id=draft_id), 303)


def _render_page(
    cause: Cause, draft: ShapeDraft | Any, form: FlaskForm, status: int = 200
) -> tuple[str, int]:
    if draft.error_code and not form.errors:
        form.tell(draft.error_code)
    return render_template(
        "organize/causes/shape_draft.html",
        cause=cause,
        draft=draft,
        form=form,
        name=draft.shape,
        titles=titles_of(cause),
        sights=views_of(cause),
    ), status
