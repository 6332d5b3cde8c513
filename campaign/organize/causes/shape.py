"""Choose the shape of a montage: list shapes, preview one, use it. Adds views to routes.py."""

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from flask import (
    Response,
    abort,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse

from campaign.causes.models import Cause
from campaign.causes.queries import cause_in_any_state, cause_numbers
from campaign.montage.image_jobs import preview_png
from campaign.montage.models import ShapeDraft
from campaign.montage.queries import draft_of, drafts_of, shapes_of
from campaign.montage.shapes import shape_names
from campaign.montage.shaping import ShapeInUse, accept_shape, drop_shape
from campaign.organize.access import allowed
from campaign.organize.audited_write import Fact, act
from campaign.organize.causes.forms import SHAPES
from campaign.organize.causes.routes import blueprint, load_cause
from campaign.organize.causes.shape_forms import ShapePictureForm, TakeShapeForm
from campaign.organize.edit_conflicts import Editor, save
from campaign.process.clock import utcnow

PREVIEW_WIDTH = 480
# Butterflies in the previews of one shape, and in the list of shapes.
COUNTS = (100, 10_000, 1_000_000)
AMONG_OTHERS = 2_000


@blueprint.get("/<slug>/shape")
@allowed("causes.edit", load_cause)
def shape(cause: Cause) -> ResponseReturnValue:
    return shapes_page(cause, ShapePictureForm(formdata=None))


@blueprint.get("/<slug>/shape/<name>")
@allowed("causes.edit", load_cause)
def shape_look(cause: Cause, name: str) -> ResponseReturnValue:
    """Show one shape with few and with very many butterflies before the cause uses it."""
    return _look(cause, name)


@blueprint.post("/<slug>/shape/<name>")
@allowed("causes.edit", load_cause)
def take_shape(cause: Cause, name: str) -> ResponseReturnValue:
    titles = titles_of(cause)
    drafts = {draft.shape: draft.title for draft in drafts_of(cause) if draft.shape}
    if name not in titles and name not in drafts:
        flash(
            _("Someone else has cut out or discarded this picture. Here is the current version."),
            "waiting",
        )
        return back_to_shapes(cause)
    former, form = cause.shape, TakeShapeForm().offer({**drafts, **titles})
    form.shape.data = name
    save(
        Editor(
            form,
            partial(cause_in_any_state, cause.slug),
            lambda present: TakeShapeForm.of(present, titles_of(present)),
            lambda present, _form: (
                _look(present, name)
                if name in titles
                else shapes_page(present, ShapePictureForm(formdata=None))
            ),
        ),
        shape_fact("causes.shape", cause, shape=name, was=former),
        take,
        cause_id=cause.id,
        name=name,
        now=utcnow(),
    )
    flash(
        _(
            "The montage has its new shape. People who have a page open will see it when they reload."
        ),
        "success",
    )
    if former != name and former in titles:
        flash(
            _(
                "To undo this, choose “%(shape)s” again. Each butterfly goes back to where it was.",
                shape=titles[former],
            ),
            "note",
        )
    return back_to_shapes(cause)


@blueprint.post("/<slug>/shape/<name>/drop")
@allowed("causes.edit", load_cause)
def drop_own_shape(cause: Cause, name: str) -> ResponseReturnValue:
    try:
        act(
            shape_fact("causes.shape_drop", cause, shape=name),
            drop_shape,
            cause_id=cause.id,
            name=name,
        )
    except ShapeInUse:
        flash(_("The montage uses this shape now, so it cannot be removed."), "waiting")
    else:
        flash(_("Shape removed."), "success")
    return back_to_shapes(cause)


@blueprint.get("/<slug>/shape/<name>/<count>.png")
@allowed("causes.edit", load_cause)
def shape_preview(cause: Cause, name: str, count: str) -> ResponseReturnValue:
    """Return the montage as it would be, as PNG.

    `count` is "now" or one of the numbers used for previews.
    """
    last, gaps = cause_numbers(cause.id)
    counts = {"now": last, **{str(each): each for each in (AMONG_OTHERS, *COUNTS)}}
    if count not in counts or not is_offered(cause, name):
        abort(404)
    png = preview_png(
        Path(current_app.config["VAR_DIR"]) / "pictures",
        shape=name,
        count=counts[count],
        gaps=gaps if count == "now" else (),
        width=PREVIEW_WIDTH,
        night=request.args.get("night") == "1",
    )
    return Response(png, mimetype="image/png")


def take(*, cause_id: int, name: str, version: int, now: datetime) -> Cause:
    """Give the cause this shape; the editor was told that butterflies move."""
    return accept_shape(cause_id, name=name, version=version, now=now, may_move=True)


def shapes_page(cause: Cause, form: FlaskForm, status: int = 200) -> tuple[str, int]:
    """Return the page of all shapes, with the given ShapePictureForm."""
    return render_template(
        "organize/causes/shape.html",
        cause=cause,
        title=cause.text(g.lang).title,
        titles=titles_of(cause),
        own=shapes_of(cause),
        drafts=drafts_of(cause),
        form=form,
        among_others=AMONG_OTHERS,
    ), status


def titles_of(cause: Cause) -> dict[str, Any]:
    """Return {name: title} of the shapes the cause may use: built-in ones, and its own."""
    return {choice.value: choice.label for choice in SHAPES} | shapes_of(cause)


def is_offered(cause: Cause, name: str) -> bool:
    return (
        name in shape_names()
        or name in shapes_of(cause)
        or any(draft.shape == name for draft in drafts_of(cause))
    )


def sights_of(cause: Cause) -> list[tuple[str, int]]:
    """Return [(count in a preview's URL, number of butterflies)], the current number first."""
    now = cause_numbers(cause.id)[0]
    return [*([("now", now)] if now else []), *((str(count), count) for count in COUNTS)]


def shape_fact(action: str, cause: Cause, **details: Any) -> Fact:
    """Return the Fact to record for a change to the shapes of this cause."""
    return Fact(action, on=("cause", cause.id), cause_id=cause.id, details=details)


def back_to_shapes(cause: Cause) -> BaseResponse:
    """Return a redirect to the page of all shapes."""
    return redirect(url_for("organize.causes.shape", slug=cause.slug), 303)


def any_draft(cause: Cause, draft_id: int) -> ShapeDraft | None:
    """Return this ShapeDraft of the cause, or flash a message and return None."""
    draft = draft_of(cause, draft_id)
    if draft is None:
        flash(_("Someone else has used or discarded this picture."), "waiting")
    return draft


def _look(cause: Cause, name: str) -> str:
    titles = titles_of(cause)
    return render_template(
        "organize/causes/shape_look.html",
        cause=cause,
        name=name,
        titles=titles,
        heading=titles.get(name) or abort(404),
        sights=sights_of(cause),
    )
