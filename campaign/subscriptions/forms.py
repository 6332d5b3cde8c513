"""The form to subscribe to news, and the form for a subscriber's preferences."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectChoice, SelectField
from wtforms.validators import StopValidation

from campaign.http.public_form import PublicForm
from campaign.i18n.locales import language_name
from campaign.signatures.fields import EmailField
from campaign.site.settings import site_settings

FREQUENCIES = [
    SelectChoice("each", _l("Every update")),
    SelectChoice("weekly", _l("Once a week, in one email")),
]


class NewsAddressField(EmailField):
    """The email address to send news to."""

    missing = _l("Enter the email address for your updates.")


class FrequencyField(RadioField):
    """How often we email. No choice means each update."""

    data: str | None

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        super().__init__(
            label, choices=FREQUENCIES, default="each", validate_choice=False, **kwargs
        )

    def pre_validate(self, form: Any) -> None:
        self.data = self.data or "each"
        if self.data not in {choice.value for choice in FREQUENCIES}:
            raise StopValidation(_l("Choose how often we may email you."))


class SubscribeForm(PublicForm):
    """The form under a cause, and on the home page for all causes."""

    email = NewsAddressField(_l("Email"))
    frequency = FrequencyField(_l("How often?"))
    website = HiddenField(_l("Leave this empty"))


class PreferencesForm(PublicForm):
    """What a subscriber may change."""

    frequency = FrequencyField(_l("How often?"))
    lang = SelectField(
        _l("Language of the emails"),
        choices=lambda: [
            SelectChoice(lang, language_name(lang)) for lang in site_settings().languages
        ],
    )
