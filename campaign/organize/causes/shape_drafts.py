"""A picture on its way to become the shape of a montage: sent, cut out, thrown away. Joined to the views of pages.py."""

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from campaign.montage.image_jobs import WorkFailed, cut_out
from campaign.montage.pictures import TooManyPictures
from campaign.montage.queries import draft_of
from campaign.montage.shape_extraction import Cut
from campaign.montage.shaping import (
    ShapeEditConflict,
    TooManyDrafts,
    begin_draft,
    cut_draft,
    drop_draft,
)
from campaign.montage.uploads import PictureRefused
from campaign.organize.access import allowed, takes_bytes
from campaign.organize.audited_write import act
from campaign.organize.causes.routes import blueprint, load_cause
from campaign.organize.causes.shape import (
    any_draft,
    back_to_shapes,
    shape_fact,
    shapes_page,
    sights_of,
    titles_of,
)
from campaign.organize.causes.shape_forms import (
    MAX_UPLOAD_BYTES,
    REFUSALS,
    CutForm,
    ShapePictureForm,
)
from campaign.process.clock import utcnow


def _refuse_heavy():
    flash(REFUSALS["too_heavy"], "grave")
    return redirect(request.path, 303)


@blueprint.post("/<slug>/shape")
@takes_bytes(MAX_UPLOAD_BYTES, _refuse_heavy)
@allowed("causes.edit", load_cause)
def add_shape(cause):
    """Keep the picture, cut out as fits it, and lead to where it is looked at."""
    form = ShapePictureForm()
    if not form.validate():
        return shapes_page(cause, form, 422)
    title, way = form.called(), Cut()
    try:
        made = cut_out(form.picture.data.read(), title=title, cut=way)
        draft = act(
            shape_fact("causes.shape_send", cause),
            begin_draft,
            cause_id=cause.id,
            title=title,
            made=made,
            now=utcnow(),
        )
    except (PictureRefused, WorkFailed, TooManyPictures, TooManyDrafts) as refusal:
        form.picture.errors = [_why(refusal)]
        return shapes_page(cause, form, 422)
    return _back_to_draft(cause, draft.id)


@blueprint.get("/<slug>/shape/pictures/<int:draft_id>")
@allowed("causes.edit", load_cause)
def shape_draft(cause, draft_id):
    draft = any_draft(cause, draft_id)
    return _page(cause, draft, CutForm.of(draft)) if draft else back_to_shapes(cause)


@blueprint.post("/<slug>/shape/pictures/<int:draft_id>")
@allowed("causes.edit", load_cause)
def cut_shape_draft(cause, draft_id):
    draft, form = any_draft(cause, draft_id), CutForm()
    if draft is None:
        return back_to_shapes(cause)
    if not form.validate():
        return _page(cause, draft, form, 422)
    try:
        made = cut_out(draft.picture, title=draft.title, cut=form.cut())
        if made.fault:
            raise PictureRefused(made.fault)
        named = {"draft_id": draft_id, "seen": form.seen.data, "made": made, "now": utcnow()}
        act(shape_fact("causes.shape_cut", cause), cut_draft, **named)
    except (PictureRefused, WorkFailed, TooManyPictures) as refusal:
        form.threshold.errors = [_why(refusal)]
        return _page(cause, draft, form, 422)
    except ShapeEditConflict:
        present = draft_of(cause, draft_id)
        flash(
            _("Somebody else cut the picture out in another way meanwhile. It is the one below."),
            "waiting",
        )
        return _page(cause, present, CutForm.of(present), 409)
    return _back_to_draft(cause, draft_id)


@blueprint.post("/<slug>/shape/pictures/<int:draft_id>/discard")
@allowed("causes.edit", load_cause)
def drop_shape_draft(cause, draft_id):
    if any_draft(cause, draft_id):
        act(shape_fact("causes.shape_discard", cause), drop_draft, draft_id=draft_id)
        flash(_("The picture is thrown away. The montage stays as it is."), "sure")
    return back_to_shapes(cause)


@blueprint.get("/<slug>/shape/pictures/<int:draft_id>.webp")
@allowed("causes.edit", load_cause)
def shape_picture(cause, draft_id):
    """The picture that was sent, without what a camera adds."""
    draft = draft_of(cause, draft_id) or abort(404)
    return Response(draft.picture, mimetype="image/webp")


def _why(refusal):
    """Return the sentence for what went wrong."""
    if isinstance(refusal, PictureRefused):
        return REFUSALS[refusal.reason]
    if isinstance(refusal, TooManyDrafts):
        return _(
            "Twelve pictures wait to be looked at already. Take or throw away one of them first."
        )
    return _("The picture could not be worked on just now. Wait a minute, and send it again.")


def _back_to_draft(cause, draft_id):
    return redirect(url_for("organize.causes.shape_draft", slug=cause.slug, draft_id=draft_id), 303)


def _page(cause, draft, form, status=200):
    if draft.fault and not form.errors:
        form.tell(draft.fault)
    return render_template(
        "organize/causes/shape_draft.html",
        cause=cause,
        draft=draft,
        form=form,
        name=draft.shape,
        titles=titles_of(cause),
        sights=sights_of(cause),
    ), status
