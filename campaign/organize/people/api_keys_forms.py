"""The form for a new API key."""

from collections.abc import Iterable
from typing import Self

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectChoice, SelectField
from wtforms.validators import DataRequired, InputRequired

from campaign.api.models import MAX_NAME_LENGTH
from campaign.causes.models import Cause
from campaign.organize.content_fields import LineField, most
from campaign.organize.fields import unchosen


class KeyForm(FlaskForm):
    """The partner, the cause, and whether the partner's signatures count without confirmation."""

    cause = SelectField(_l("Cause"), [InputRequired(_l("Choose a cause."))])
    name = LineField(
        _l("Name of the partner"), [DataRequired(_l("Enter who gets it.")), most(MAX_NAME_LENGTH)]
    )
    is_trusted = BooleanField(_l("Trusted: signatures count at once, without a confirmation email"))

    def offer(self, causes: Iterable[Cause], lang: str) -> Self:
        """Offer these Causes, with their titles in `lang`; return the form."""
        choices = [SelectChoice(str(cause.id), cause.text(lang).title) for cause in causes]
        self.cause.choices = unchosen(choices, _l("Choose a cause"))
        return self
