"""The form that starts a draft of any kind."""

from collections.abc import Iterable
from typing import Self

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectChoice, SelectField
from wtforms.validators import DataRequired, InputRequired

from campaign.causes.models import Cause
from campaign.i18n.locales import NAMES
from campaign.organize.content_fields import LineField, SlugField, most
from campaign.organize.fields import unchosen

MAX_TITLE_LENGTH = 200


class DraftForm(FlaskForm):
    """The first fields of an event, a petition or an update; the rest is added later."""

    cause = SelectField(_l("Cause"), [InputRequired(_l("Choose a cause."))])
    lang = SelectField(
        _l("Original language"), choices=[SelectChoice(*each) for each in NAMES.items()]
    )
    title = LineField(_l("Title"), [DataRequired(_l("Enter a title.")), most(MAX_TITLE_LENGTH)])
    slug = SlugField(_l("Address"))

    def offer(self, causes: Iterable[Cause], lang: str) -> Self:
        """Offer these Causes, titled in `lang`; return the form."""
        choices = [SelectChoice(str(cause.id), cause.text(lang).title) for cause in causes]
        self.cause.choices = unchosen(choices, _l("Choose a cause"))
        return self
