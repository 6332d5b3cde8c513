"""The form in which a target writes its answer, and fields that organizers' forms share with it."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import Form, RadioField, SelectChoice, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from campaign.answers.documents import DocumentRefused, NewDocument, checked_document
from campaign.answers.labels import TARGET_CHOICES
from campaign.http.public_form import PublicForm
from campaign.publishing.picture_upload import MAX_BYTES
from campaign.text.names import clean_text

MAX_TEXT_LENGTH, MAX_NAME_LENGTH = 20_000, 200
# The form's text fields are sent along with the file.
MAX_UPLOAD_BYTES = MAX_BYTES + 256 * 1024
REFUSALS = {
    "format": _l("We cannot use this file. Choose a PDF, JPEG, PNG or WebP file."),
    "bytes": _l("The file is larger than 12 MB. Make it smaller, or choose another."),
    "pdf_bytes": _l("The PDF is larger than 6 MB. Make it smaller, or choose another."),
    "pixels": _l(
        "The picture has more than 50 million pixels. Make it smaller, or choose another."
    ),
}


class DocumentField(FileField):
    """The document of an answer. A valid form sets `document`, None without a file."""

    document: NewDocument | None = None

    def post_validate(self, form: Form, validation_stopped: bool) -> None:
        """Read and check the file. Raise ValidationError.

        This is before the transaction, so that other writers do not wait.
        """
        if not self.data or self.errors:
            return
        try:
            self.document = checked_document(self.data.read())
        except DocumentRefused as refusal:
            raise ValidationError(REFUSALS[refusal.code]) from refusal


def outcome_field(label: Any, texts: Mapping[str, Any]) -> RadioField:
    """Return the field for the outcome of an answer. `texts` are its choices."""
    choices = [SelectChoice(value, text) for value, text in texts.items()]
    return RadioField(label, choices=choices, default="")


def _one_line(text: str | None) -> str:
    return clean_text(text or "", lines=False)


def _lines(text: str | None) -> str:
    return clean_text(text or "")


def _length(max_length: int) -> Length:
    return Length(max=max_length, message=_l("Use %(max)s characters or fewer.", max=max_length))


class TargetAnswerForm(PublicForm):
    """What a target answers through its link."""

    text = TextAreaField(
        _l("Your answer"),
        [DataRequired(_l("Enter your answer.")), _length(MAX_TEXT_LENGTH)],
        filters=[_lines],
    )
    outcome = outcome_field(_l("What you decided"), TARGET_CHOICES)
    answered_by = StringField(
        _l("Name and office of the person who answers"),
        [_length(MAX_NAME_LENGTH)],
        filters=[_one_line],
    )
    document = DocumentField(_l("Document"))
