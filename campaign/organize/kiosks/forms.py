"""The forms for pairing and renaming tablets, and for their PIN."""

from typing import Any, Self

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.form import BaseForm
from wtforms.validators import DataRequired, Length, ValidationError

from campaign.kiosk.codes import is_pin
from campaign.kiosk.pairing import GUESSED_PINS, MAX_NAME_LENGTH
from campaign.organize.content_fields import LineField

TOO_LONG = Length(
    max=MAX_NAME_LENGTH, message=_l("Use %(most)s characters or fewer.", most=MAX_NAME_LENGTH)
)


class PinField(StringField):
    """Six digits that are not among the first guesses."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        self.data = "".join((self.data or "").split())

    def pre_validate(self, form: BaseForm) -> None:
        if not is_pin(self.data or ""):
            raise ValidationError(_l("Enter six digits."))
        if self.data in GUESSED_PINS:
            raise ValidationError(_l("This PIN is too easy to guess. Choose another."))


class PinForm(FlaskForm):
    """The PIN that staff type on every tablet of an event."""

    pin = PinField(_l("Team PIN"))


class PairForm(FlaskForm):
    """A tablet to be paired; with the first tablet of an event, its PIN is set too."""

    name = LineField(_l("Name of the tablet"), [TOO_LONG])
    pin = PinField(_l("Team PIN"))

    def without_pin(self) -> Self:
        """Remove the PIN field, for an event that has a PIN already; return the form."""
        del self.pin
        return self


class NameForm(FlaskForm):
    name = LineField(_l("Name of the tablet"), [DataRequired(_l("Enter a name.")), TOO_LONG])
