"""The forms of a hand-over: the delivery pack, its contents, and the receipt."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any, Self

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, RadioField, SelectChoice, SelectField, SelectMultipleField
from wtforms.validators import DataRequired, InputRequired, NumberRange, ValidationError

from campaign.i18n.locales import NAMES
from campaign.organize.content_fields import LineField, LinesField, VersionField, WholeField, most
from campaign.organize.exports.forms import PurposeForm
from campaign.organize.hour_fields import DayField
from campaign.petitions.models import Petition
from campaign.process.clock import utcnow

MAX_RECEIVER_LENGTH, MAX_NOTE_LENGTH = 200, 1000
MAX_SIGNATURES = 2**31 - 1
NAME_CHOICES = {
    "shown": _l("As each person chose"),
    "full": _l("Full names"),
}
NAME_HINTS = {
    "shown": _l(
        "People who do not show their name appear as a number. This is what supporters expect."
    ),
    "full": _l(
        "Only if a law or the target’s rules require it. The petition’s page tells people before they sign."
    ),
}
DETAIL_CHOICES = {
    "country": _l("Country"),
    "postal_code": _l("Postal code"),
    "shown_comment": _l("Approved comments, if the name or initials are shown"),
    "day": _l("Day of signing"),
}


class PackForm(PurposeForm):
    """The language and paper size of a delivery pack."""

    lang = SelectField(_l("Language"))
    paper = RadioField(
        _l("Paper"),
        choices=[
            SelectChoice("letter", _l("Letter (Canada, Mexico, United States)")),
            SelectChoice("a4", _l("A4 (everywhere else)")),
        ],
        validators=[InputRequired(_l("Choose an option."))],
    )

    def __init__(self, languages: Collection[str], **named: Any) -> None:
        super().__init__(**named)
        self.lang.choices = [SelectChoice(code, NAMES[code]) for code in NAMES if code in languages]


class HandingForm(FlaskForm):
    """What the targets see of each signature."""

    version = VersionField()
    names = RadioField(
        _l("Names"),
        choices=[SelectChoice(*each) for each in NAME_CHOICES.items()],
        validators=[InputRequired(_l("Choose an option."))],
    )
    details = SelectMultipleField(
        _l("Details next to each name"),
        choices=[SelectChoice(*each) for each in DETAIL_CHOICES.items()],
    )

    @classmethod
    def of(cls, petition: Petition) -> Self:
        """Return the form with the petition's current values."""
        data = {
            "version": petition.version_of("handing"),
            "names": petition.handed_names,
            "details": petition.handed_details,
        }
        return cls(formdata=None, data=data)


class ReceiptForm(FlaskForm):
    """Who received the signatures, when, and what they said; all shown on the petition's page."""

    day = DayField(_l("Day"), [InputRequired(_l("Enter the date."))])
    received_by = LineField(
        _l("Received by"),
        [
            DataRequired(_l("Enter who received them: a name, an office, or both.")),
            most(MAX_RECEIVER_LENGTH),
        ],
    )
    signatures = WholeField(
        _l("How many signatures"),
        [NumberRange(min=1, max=MAX_SIGNATURES, message=_l("Enter a number, like 12408."))],
    )
    note = LinesField(_l("Outcome"), [most(MAX_NOTE_LENGTH)])

    def validate_day(self, field: Field) -> None:
        # Allow tomorrow: in other time zones that day may have begun.
        if field.data and field.data > (utcnow() + timedelta(days=1)).date():
            raise ValidationError(
                _l("That date is in the future. Record it after it has happened.")
            )
