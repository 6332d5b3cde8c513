"""Choose the shape of a montage: list shapes, preview one, use it."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path, PurePath
from typing import Any, Self

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
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from werkzeug.wrappers import Response as BaseResponse
from wtforms import BooleanField, RadioField, SelectChoice
from wtforms.validators import InputRequired, NumberRange

from campaign.causes.models import Cause
from campaign.causes.queries import cause_in_any_state, cause_numbers
from campaign.montage.models import ShapeDraft
from campaign.montage.queries import draft_of, drafts_of, shapes_of
from campaign.montage.shapes.creation import MAX_BYTES
from campaign.montage.shapes.extraction import MAX_THRESHOLD, MIN_THRESHOLD, Cut
from campaign.montage.shapes.files import shape_names
from campaign.montage.shapes.image_subprocess import preview_png
from campaign.montage.shapes.operations import ShapeInUse, accept_shape, drop_shape
from campaign.organize.causes.routes import SHAPES, blueprint
from campaign.organize.core.access import allowed
from campaign.organize.core.audit import AuditEvent, act
from campaign.organize.core.edit_conflicts import Editor, save
from campaign.organize.core.fields import LineField, VersionField, WholeNumberField, max_length
from campaign.organize.core.scope import load_cause
from campaign.process.clock import utcnow
from campaign.text.names import clean_text

# The form's text fields are sent along with the file.
MAX_UPLOAD_BYTES = MAX_BYTES + 256 * 1024
MAX_TITLE_LENGTH = 80
OUT_OF_RANGE = _l("Enter a whole number from 1 to 254.")
REFUSALS = {
    "too_heavy": _l("The file is larger than 12 MB. Make it smaller, or choose another."),
    "not_a_picture": _l("We cannot read this file. Use PNG, JPEG or WebP."),
    "too_many_pixels": _l(
        "The picture has more than 40 million pixels. Make it smaller, or choose another."
    ),
    "broken": _l("The picture file is damaged. Save it again, or choose another."),
    "too_coarse": _l(
        "The shape would be less than 160 pixels wide and high. Choose a larger picture."
    ),
    "empty": _l(
        "We cannot tell the subject from the background. Try a smaller number, or a picture with a plain background."
    ),
    "too_small": _l(
        "The shape covers too little of its square, so butterflies would overlap. Choose a larger subject."
    ),
    "fills_all": _l(
        "The shape fills the whole square, so nobody would recognize it. Try a larger number, or a picture with space around it."
    ),
    "too_thin": _l(
        "The shape is too thin or has too many pieces, so butterflies would hide its lines. Try another value."
    ),
}
# When transparency decides the shape, there is no number to try.
REFUSALS_BY_ALPHA = {
    **REFUSALS,
    "empty": _l(
        "Your choice leaves nothing to make a shape from. Change it, or use another picture."
    ),
    "fills_all": _l(
        "The shape fills the whole square, so nobody would recognize it. Change your choice, or use a picture with space around it."
    ),
    "too_thin": _l(
        "The shape is too thin or has too many pieces, so butterflies would hide its lines. Change your choice, or use another picture."
    ),
}


class ShapePictureForm(FlaskForm):
    """A picture that may become a shape, and its title for organizers."""

    picture = FileField(_l("Picture"), [FileRequired(_l("Choose a file."))])
    title = LineField(_l("Name of the shape"), [max_length(MAX_TITLE_LENGTH)])

    def called(self) -> str:
        """Return the entered title, else the file name without its extension, else "1"."""
        stem = clean_text(PurePath(self.picture.data.filename or "").stem, lines=False)
        return self.title.data or stem[:MAX_TITLE_LENGTH].strip() or "1"


class CutForm(FlaskForm):
    """How a picture is cut out."""

    version = VersionField()
    cut_by = RadioField(
        _l("Which part becomes the shape"),
        choices=[
            SelectChoice("alpha", _l("The parts that are not transparent")),
            SelectChoice("colour", _l("The parts that differ from the edge colour")),
        ],
        default="colour",
    )
    threshold = WholeNumberField(
        _l("How much the background colour may vary"),
        [InputRequired(OUT_OF_RANGE), NumberRange(MIN_THRESHOLD, MAX_THRESHOLD, OUT_OF_RANGE)],
        default=40,
    )
    inverted = BooleanField(_l("Invert: the background becomes the shape"))

    @classmethod
    def of(cls, draft: ShapeDraft | Any) -> Self:
        cut = {"cut_by": draft.cut_by, "inverted": draft.inverted}
        threshold = {"threshold": draft.threshold} if draft.threshold else {}
        return cls(formdata=None, data={"version": draft.version, **cut, **threshold})

    def tell(self, error_code: str) -> None:
        """Set the error on the deciding field: why this picture and cut make no shape."""
        if self.cut_by.data == "alpha":
            self.cut_by.errors = [REFUSALS_BY_ALPHA[error_code]]
        else:
            self.threshold.errors = [REFUSALS[error_code]]

    def cut(self) -> Cut:
        """Return the chosen Cut."""
        return Cut(self.cut_by.data, self.threshold.data, self.inverted.data)


class ChooseShapeForm(FlaskForm):
    """The shape that a cause takes. Its name is in the URL, so the page shows only a button."""

    version = VersionField()
    shape = RadioField(_l("Shape of the montage"))

    @classmethod
    def of(cls, cause: Cause | Any, titles: Mapping[str, Any]) -> Self:
        """Return the form with the cause's shape. `titles` are {name: title} of all shapes."""
        form = cls(formdata=None, data={"version": cause.version_of("shape"), "shape": cause.shape})
        return form.offer(titles)

    def offer(self, titles: Mapping[str, Any]) -> Self:
        self.shape.choices = [SelectChoice(*pair) for pair in titles.items()]
        return self


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
def choose_shape(cause: Cause, name: str) -> ResponseReturnValue:
    titles = titles_of(cause)
    drafts = {draft.shape: draft.title for draft in drafts_of(cause) if draft.shape}
    if name not in titles and name not in drafts:
        flash(
            _(
                "Someone else changed the outline or discarded this picture. Here is the current version."
            ),
            "waiting",
        )
        return back_to_shapes(cause)
    former, form = cause.shape, ChooseShapeForm().offer({**drafts, **titles})
    form.shape.data = name
    save(
        Editor(
            form,
            partial(cause_in_any_state, cause.slug),
            lambda present: ChooseShapeForm.of(present, titles_of(present)),
            lambda present, _form: (
                _look(present, name)
                if name in titles
                else shapes_page(present, ShapePictureForm(formdata=None))
            ),
        ),
        shape_audit_event("causes.shape", cause, shape=name, was=former),
        _choose_shape,
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
            shape_audit_event("causes.shape_drop", cause, shape=name),
            drop_shape,
            cause_id=cause.id,
            name=name,
        )
    except ShapeInUse:
        flash(_("The montage uses this shape now, so you cannot remove it."), "waiting")
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
    counts = {"now": last, **{str(item): item for item in (AMONG_OTHERS, *COUNTS)}}
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


def _choose_shape(*, cause_id: int, name: str, version: int, now: datetime) -> Cause:
    """Give the cause this shape. The editor was told that butterflies move."""
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


def views_of(cause: Cause) -> list[tuple[str, int]]:
    """Return [(count in a preview's URL, number of butterflies)], the current number first."""
    now = cause_numbers(cause.id)[0]
    return [*([("now", now)] if now else []), *((str(count), count) for count in COUNTS)]


def shape_audit_event(action: str, cause: Cause, **details: Any) -> AuditEvent:
    """Return the AuditEvent to record for a change to the shapes of this cause."""
    return AuditEvent(action, on=("cause", cause.id), cause_id=cause.id, details=details)


def back_to_shapes(cause: Cause) -> BaseResponse:
    """Return a redirect to the page of all shapes."""
    return redirect(url_for("organize.causes.shape", slug=cause.slug), 303)


def load_draft(cause: Cause, draft_id: int) -> ShapeDraft | None:
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
        sights=views_of(cause),
    )
