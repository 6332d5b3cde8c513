"""The form by which a draft begins, of whatever kind."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectChoice, SelectField
from wtforms.validators import DataRequired, InputRequired

from campaign.i18n.locales import NAMES
from campaign.organize.content_fields import LineField, SlugField, most
from campaign.organize.fields import unchosen

MAX_TITLE_LENGTH = 200


class DraftForm(FlaskForm):
    """What an event, a petition or an update begins with; all the rest comes later."""

    cause = SelectField(_l("Cause"), [InputRequired(_l("Choose a cause."))])
    lang = SelectField(
        _l("Language that you write first"), choices=[SelectChoice(*each) for each in NAMES.items()]
    )
    title = LineField(_l("Title"), [DataRequired(_l("Write a title.")), most(MAX_TITLE_LENGTH)])
    slug = SlugField(_l("Address"))

    def offer(self, causes, lang):
        """Offer these Causes, called as in `lang`; return the form."""
        choices = [SelectChoice(str(cause.id), cause.text(lang).title) for cause in causes]
        self.cause.choices = unchosen(choices, _l("Choose a cause"))
        return self
