"""The forms that turn a picture into the shape of a montage, and the errors."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any, Self

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, RadioField, SelectChoice
from wtforms.validators import InputRequired, NumberRange

from campaign.causes.models import Cause
from campaign.montage.models import ShapeDraft
from campaign.montage.shape_extraction import MAX_THRESHOLD, MIN_THRESHOLD, Cut
from campaign.montage.uploads import MAX_BYTES
from campaign.organize.content_fields import LineField, VersionField, WholeField, most
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
        "Nothing stands out from the background. Try a smaller number, or a picture with a plain background."
    ),
    "too_small": _l(
        "The shape covers too little of its square, so butterflies would overlap. Choose a larger subject."
    ),
    "fills_all": _l(
        "The shape fills the whole square, so nobody would recognize it. Try a larger number, or a picture with space around it."
    ),
    "too_thin": _l(
        "The shape is too thin or in too many pieces, so butterflies would hide its lines. Try another value."
    ),
}
# When transparency decides the shape, there is no number to try.
REFUSALS_BY_ALPHA = {
    **REFUSALS,
    "empty": _l(
        "There is nothing left to make a shape. Change your choice, or use another picture."
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
    title = LineField(_l("Name of the shape"), [most(MAX_TITLE_LENGTH)])

    def called(self) -> str:
        """Return the entered title, else the file name without its extension, else "1"."""
        stem = clean_text(PurePath(self.picture.data.filename or "").stem, lines=False)
        return self.title.data or stem[:MAX_TITLE_LENGTH].strip() or "1"


class CutForm(FlaskForm):
    """How a picture is cut out."""

    version = VersionField()
    cut_by = RadioField(
        _l("What becomes the shape"),
        choices=[
            SelectChoice("alpha", _l("The parts that are not transparent")),
            SelectChoice("colour", _l("The parts that differ from the edge colour")),
        ],
        default="colour",
    )
    threshold = WholeField(
        _l("How much a colour may differ and still be background"),
        [InputRequired(OUT_OF_RANGE), NumberRange(MIN_THRESHOLD, MAX_THRESHOLD, OUT_OF_RANGE)],
        default=40,
    )
    inverted = BooleanField(_l("Invert: the background becomes the shape"))

    @classmethod
    def of(cls, draft: ShapeDraft | Any) -> Self:
        cut = {"cut_by": draft.cut_by, "inverted": draft.inverted}
        known = {"threshold": draft.threshold} if draft.threshold else {}
        return cls(formdata=None, data={"version": draft.version, **cut, **known})

    def tell(self, fault: str) -> None:
        """Set the error on the deciding field: why this picture and cut make no shape."""
        if self.cut_by.data == "alpha":
            self.cut_by.errors = [REFUSALS_BY_ALPHA[fault]]
        else:
            self.threshold.errors = [REFUSALS[fault]]

    def cut(self) -> Cut:
        """Return the chosen Cut."""
        return Cut(self.cut_by.data, self.threshold.data, self.inverted.data)


class TakeShapeForm(FlaskForm):
    """The shape that a cause takes. Its name is in the URL, so the page shows only a button."""

    version = VersionField()
    shape = RadioField(_l("Shape of the montage"))

    @classmethod
    def of(cls, cause: Cause | Any, titles: Mapping[str, Any]) -> Self:
        """Return the form with the cause's shape; `titles` are {name: title} of all shapes."""
        form = cls(formdata=None, data={"version": cause.version_of("shape"), "shape": cause.shape})
        return form.offer(titles)

    def offer(self, titles: Mapping[str, Any]) -> Self:
        self.shape.choices = [SelectChoice(*pair) for pair in titles.items()]
        return self
