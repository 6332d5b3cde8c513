"""Forms for pictures of events, petitions and updates: file, alt texts and focal point."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms.validators import InputRequired, NumberRange

from campaign.organize.content_fields import (
    ShortTextField,
    VersionField,
    WholeField,
    by_language,
    in_language,
    most,
)
from campaign.publishing.picture_upload import MAX_BYTES, PictureRefused, clean_picture

# The form's text fields are sent along with the file.
MAX_UPLOAD_BYTES = MAX_BYTES + 256 * 1024
MAX_ALT_LENGTH = 300
REFUSALS = {
    "format": _l("We cannot show this file. Use JPEG, PNG or WebP."),
    "bytes": _l("The file is larger than 12 MB. Make it smaller, or choose another."),
    "pixels": _l(
        "The picture has more than 50 million pixels. Make it smaller, or choose another."
    ),
}


def _share(label: Any) -> WholeField:
    wrong = _l("Enter a number from 0 to 100.")
    return WholeField(label, [InputRequired(wrong), NumberRange(0, 100, wrong)], default=50)


class _Seen(FlaskForm):
    """A picture with its alt texts."""

    version = VersionField()
    picture = FileField(_l("Picture"))
    # The CleanPicture of the uploaded file once the form is valid; None without a file.
    sent = None

    def alts(self, langs: Iterable[str]) -> dict[str, str]:
        return {lang: self[f"alt_{lang}"].data or "" for lang in langs}

    def validate_about(self, *, has_picture: bool, spoken: Iterable[str]) -> bool:
        """Check the form: a picture needs a file, and an alt text in each language of `spoken`."""
        valid = self.validate()
        if not has_picture and not self.picture.data:
            self.picture.errors = [_l("Choose a file.")]
        alts = [self[f"alt_{lang}"] for lang in spoken]
        for alt in alts:
            if not alt.data and not alt.errors:
                alt.errors = [_l("Describe the picture for people who cannot see it.")]
        # Decode the file here, outside the write transaction, so that other writers do not wait.
        self._read()
        return valid and not self.picture.errors and not any(alt.errors for alt in alts)

    def _read(self) -> None:
        if self.picture.data and not self.picture.errors:
            try:
                self.sent = clean_picture(self.picture.data.read())
            except PictureRefused as refusal:
                self.picture.errors = [REFUSALS[refusal.code]]


class _Cut(_Seen):
    """A picture that lists and phones crop around its focal point."""

    focal_x = _share(_l("Distance from the left, in percent"))
    focal_y = _share(_l("Distance from the top, in percent"))

    def focal(self) -> tuple[int | None, int | None]:
        return self.focal_x.data, self.focal_y.data


_ALTS = by_language(
    "alt",
    lambda lang: ShortTextField(in_language(_l("Image description"), lang), [most(MAX_ALT_LENGTH)]),
)
PictureForm = type("PictureForm", (_Cut,), _ALTS)
BodyPictureForm = type("BodyPictureForm", (_Seen,), _ALTS)


def shown_picture(picture: Any) -> dict[str, str]:
    """Return the form data that says, in an edit conflict, that there is a picture."""
    return {"picture": _("Current picture")} if picture else {}
