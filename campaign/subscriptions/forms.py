"""The box that takes an address for news, and what a subscriber may choose."""

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectChoice, SelectField
from wtforms.validators import StopValidation

from campaign.http.cached_fields import CachedFields
from campaign.i18n.locales import NAMES
from campaign.signatures.fields import EmailField

FREQUENCIES = [
    SelectChoice("each", _l("Each update")),
    SelectChoice("weekly", _l("Once a week, all in one letter")),
]


class NewsAddressField(EmailField):
    """The address that news is to go to."""

    missing = _l("Write the e-mail address that the news is to go to.")


class FrequencyField(RadioField):
    """How often one is written to; nothing said means each update."""

    def __init__(self, label=None, **kwargs):
        super().__init__(
            label, choices=FREQUENCIES, default="each", validate_choice=False, **kwargs
        )

    def pre_validate(self, form):
        self.data = self.data or "each"
        if self.data not in {choice.value for choice in FREQUENCIES}:
            raise StopValidation(_l("Choose how often we may write."))


class _PublicForm(FlaskForm):
    class Meta(CachedFields):
        # Public pages set no cookie, so there is no token; foreign posts are refused by their origin.
        csrf = False


class SubscribeForm(_PublicForm):
    """The box under a cause, and on the home page for all causes."""

    email = NewsAddressField(_l("E-mail"))
    frequency = FrequencyField(_l("How often?"))
    website = HiddenField(_l("Leave this empty"))

    @classmethod
    def sent(cls):
        return cls(formdata=request.form if request.method == "POST" else None)


class PreferencesForm(_PublicForm):
    """What the owner of a subscription may change."""

    frequency = FrequencyField(_l("How often?"))
    lang = SelectField(
        _l("Language of the letters"), choices=[SelectChoice(*each) for each in NAMES.items()]
    )
