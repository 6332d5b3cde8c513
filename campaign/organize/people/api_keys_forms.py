"""The form for a new key."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectChoice, SelectField
from wtforms.validators import DataRequired, InputRequired

from campaign.api.models import MAX_NAME_LENGTH
from campaign.organize.content_fields import LineField, most
from campaign.organize.fields import unchosen


class KeyForm(FlaskForm):
    """Who gets it, for which cause, and how far their word goes."""

    cause = SelectField(_l("Cause"), [InputRequired(_l("Choose a cause."))])
    name = LineField(
        _l("Whose key it is"), [DataRequired(_l("Write who gets it.")), most(MAX_NAME_LENGTH)]
    )
    is_trusted = BooleanField(_l("Their signatures count at once, on their word"))

    def offer(self, causes, lang):
        """Offer these Causes, called as in `lang`; return the form."""
        choices = [SelectChoice(str(cause.id), cause.text(lang).title) for cause in causes]
        self.cause.choices = unchosen(choices, _l("Choose a cause"))
        return self
