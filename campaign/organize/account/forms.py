"""The forms of an organizer's own account."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from campaign.accounts.models import Organizer
from campaign.organize.fields import LANGUAGES, CodeField, NewPasswordField, OrganizerNameField


class OrganizerForm(FlaskForm):
    """Name and language."""

    name = OrganizerNameField(_l("Your name"))
    lang = SelectField(_l("Language of your pages and emails"), choices=LANGUAGES)


class ConfirmForm(FlaskForm):
    """The password, before a sensitive step."""

    password = PasswordField(_l("Password"), [InputRequired(_l("Enter your password."))])


class ChangePasswordForm(FlaskForm):
    """The current password and a new one."""

    present = PasswordField(
        _l("Current password"), [InputRequired(_l("Enter your current password."))]
    )
    password = NewPasswordField(_l("New password"))

    def __init__(self, organizer: Organizer, **options: Any) -> None:
        self.organizer = organizer
        super().__init__(**options)

    def about(self) -> tuple[str, ...]:
        return "Volante", self.organizer.email, self.organizer.name


class AppForm(FlaskForm):
    """A code of the authenticator app."""

    code = CodeField(_l("Code from the app"))


class PasskeyForm(FlaskForm):
    """The name of a new passkey."""

    name = StringField(
        _l("Name of this passkey"),
        [Length(max=80, message=_l("This is too long. Make it shorter."))],
    )
