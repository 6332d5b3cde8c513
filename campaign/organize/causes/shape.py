"""The shape of a montage: those to choose from, how each looks, taking one. Joined to the views of pages.py."""

from pathlib import Path

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
from flask_babel import gettext as _

from campaign.causes.queries import cause_in_any_state, cause_numbers
from campaign.montage.image_jobs import preview_png
from campaign.montage.queries import draft_of, drafts_of, shapes_of
from campaign.montage.shapes import shape_names
from campaign.montage.shaping import ShapeEditConflict, ShapeInUse, accept_shape, drop_shape
from campaign.organize.access import allowed
from campaign.organize.audited_write import Fact, act
from campaign.organize.causes.forms import SHAPES
from campaign.organize.causes.routes import blueprint, load_cause
from campaign.organize.causes.shape_forms import ShapePictureForm
from campaign.process.clock import utcnow

PREVIEW_WIDTH = 480
# How many butterflies an uploaded shape is looked at with before it is taken, and one among others.
COUNTS = (100, 10_000, 1_000_000)
AMONG_OTHERS = 2_000


@blueprint.get("/<slug>/shape")
@allowed("causes.edit", load_cause)
def shape(cause):
    return shapes_page(cause, ShapePictureForm(formdata=None))


@blueprint.get("/<slug>/shape/<name>")
@allowed("causes.edit", load_cause)
def shape_look(cause, name):
    """One shape, with few and with very many butterflies, before the cause takes it."""
    return _look(cause, name)


@blueprint.post("/<slug>/shape/<name>")
@allowed("causes.edit", load_cause)
def take_shape(cause, name):
    former = request.form.get("former", "")
    titles = titles_of(cause)
    if name not in titles and not any(draft.shape == name for draft in drafts_of(cause)):
        flash(
            _(
                "This picture was cut out in another way, or thrown away, meanwhile. Here is what there is now."
            ),
            "waiting",
        )
        return back_to_shapes(cause)
    fact = shape_fact("causes.shape", cause, shape=name, was=former)
    try:
        act(fact, take, cause_id=cause.id, name=name, former=former, now=utcnow())
    except ShapeEditConflict:
        return _told(cause_in_any_state(cause.slug), name)
    flash(
        _(
            "The montage has its new shape. Whoever has a page open sees it when they load it again."
        ),
        "sure",
    )
    if former != name and former in titles:
        flash(
            _(
                "To undo this, take “%(shape)s” again: each butterfly is then back where it was.",
                shape=titles[former],
            ),
            "note",
        )
    return back_to_shapes(cause)


@blueprint.post("/<slug>/shape/<name>/drop")
@allowed("causes.edit", load_cause)
def drop_own_shape(cause, name):
    try:
        act(
            shape_fact("causes.shape_drop", cause, shape=name),
            drop_shape,
            cause_id=cause.id,
            name=name,
        )
    except ShapeInUse:
        flash(_("The montage has this shape now, so it stays."), "waiting")
    else:
        flash(_("The shape is gone."), "sure")
    return back_to_shapes(cause)


@blueprint.get("/<slug>/shape/<name>/<count>.png")
@allowed("causes.edit", load_cause)
def shape_preview(cause, name, count):
    """The montage as it would be; `count` is "now" or one of those that shapes are looked at with."""
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


def take(*, cause_id, name, former, now):
    """Give the cause the shape: its editor was told that butterflies move."""
    return accept_shape(cause_id, name=name, former=former, now=now, may_move=True)


def shapes_page(cause, form, status=200):
    """Return the page of all shapes, with the ShapePictureForm as it stands."""
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


def titles_of(cause):
    """Return {name: title} of the shapes that the cause may take: ours, and those made of its pictures."""
    return {choice.value: choice.label for choice in SHAPES} | shapes_of(cause)


def is_offered(cause, name):
    return (
        name in shape_names()
        or name in shapes_of(cause)
        or any(draft.shape == name for draft in drafts_of(cause))
    )


def sights_of(cause):
    """Return [(what a preview's address says, how many butterflies)], first as many as there are now."""
    now = cause_numbers(cause.id)[0]
    return [*([("now", now)] if now else []), *((str(count), count) for count in COUNTS)]


def shape_fact(action, cause, **details):
    """Return what the audit trail is told of a change to the shapes of this cause."""
    return Fact(action, on=("cause", cause.id), cause_id=cause.id, details=details)


def back_to_shapes(cause):
    """Return a redirect to the page of all shapes."""
    return redirect(url_for("organize.causes.shape", slug=cause.slug), 303)


def any_draft(cause, draft_id):
    """Return this ShapeDraft of the cause, or None and a word about it for the next page."""
    draft = draft_of(cause, draft_id)
    if draft is None:
        flash(_("This picture was taken as the shape, or thrown away, meanwhile."), "waiting")
    return draft


def _told(cause, name):
    """Return the page that shows the shape again, and says that the cause has another one by now."""
    titles = titles_of(cause)
    if name in titles:
        return _look(cause, name, 409)
    draft = next(draft for draft in drafts_of(cause) if draft.shape == name)
    flash(_("Somebody else gave the montage another shape while you were looking."), "waiting")
    flash(
        _(
            "It is “%(shape)s” now. Nothing of yours was changed; take this one only if it shall stand in its place.",
            shape=titles[cause.shape],
        ),
        "note",
    )
    return redirect(url_for("organize.causes.shape_draft", slug=cause.slug, draft_id=draft.id), 303)


def _look(cause, name, status=200):
    titles = titles_of(cause)
    return render_template(
        "organize/causes/shape_look.html",
        cause=cause,
        name=name,
        titles=titles,
        heading=titles.get(name) or abort(404),
        sights=sights_of(cause),
        has_changed=status == 409,
    ), status
