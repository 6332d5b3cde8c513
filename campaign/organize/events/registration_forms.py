"""The forms for registrations: search, add someone by hand, and download the list."""

from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, RadioField, SelectChoice, SelectField, StringField
from wtforms.validators import DataRequired, Length

from campaign.events.forms import SeatsField
from campaign.signatures import tokens
from campaign.signatures.fields import Missing, NameField, OptionalEmailField

MAX_SEATS = 20
STATE_WORDS = {
    "registered": _l("has a seat"),
    "came": _l("checked in"),
    "missing": _l("not here yet"),
    "unconfirmed": _l("not confirmed yet"),
    "waiting": _l("on the waiting list"),
    "held": _l("under review"),
    "cancelled": _l("no longer coming"),
}


class RegistrationSearch(FlaskForm):
    """The search in the list of one event."""

    class Meta:
        csrf = False

    words = StringField(_l("Name, full email address or code"), [Length(max=200)])
    state = SelectField(_l("Status"), validate_choice=False)

    def __init__(self) -> None:
        super().__init__(formdata=request.args)
        choices = (SelectChoice(state, words) for state, words in STATE_WORDS.items())
        self.state.choices = [SelectChoice("", _l("Any")), *choices]

    @property
    def asked(self) -> dict[str, Any]:
        """Return the search as it is carried in the URL of the next page."""
        state = self.state.data if self.state.data in STATE_WORDS else ""
        asked = {"words": (self.words.data or "")[:200].strip(), "state": state}
        return {name: value for name, value in asked.items() if value}


class ByHandForm(FlaskForm):
    """A person who asks for a seat in person, by telephone or by mail."""

    name = NameField(_l("Name"))
    seats = SeatsField(_l("Seats"), most=MAX_SEATS)
    email = OptionalEmailField(_l("Email"))
    comes_in = BooleanField(_l("They are here: check them in now"))
    anyway = BooleanField(_l("Check them in even if all seats are taken"))

    def validate_name(self, field: Field) -> None:
        if not field.data:
            raise Missing(_l("Enter the name."))

    def address(self) -> tuple[str, bytes] | None:
        """Return (address, its digest), or None if no address was entered."""
        typed = self.email.address
        return (typed.typed, tokens.email_digest(typed.normalized)) if typed else None


class AttendanceForm(FlaskForm):
    """Which list to download, and why."""

    who = RadioField(
        _l("People"),
        choices=[
            SelectChoice("all", _l("Everyone on the list")),
            SelectChoice("registered", _l("People with a seat")),
            SelectChoice("came", _l("People who came")),
        ],
        default="registered",
    )
    reason = StringField(
        _l("What is it for?"),
        [
            DataRequired(_l("Say it in a few words. We record it in the activity log.")),
            Length(max=300, message=_l("Use 300 characters or fewer.")),
        ],
    )
