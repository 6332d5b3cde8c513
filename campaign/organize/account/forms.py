"""The forms of one's own account."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from campaign.organize.fields import LANGUAGES, CodeField, NewPasswordField, OrganizerNameField


class OrganizerForm(FlaskForm):
    name = OrganizerNameField(_l("Your name"))
    lang = SelectField(_l("Language of your pages and letters"), choices=LANGUAGES)


class ConfirmForm(FlaskForm):
    password = PasswordField(_l("Password"), [InputRequired(_l("Write your password."))])


class ChangePasswordForm(FlaskForm):
    present = PasswordField(
        _l("Present password"), [InputRequired(_l("Write the password that you use now."))]
    )
    password = NewPasswordField(_l("New password"))

    def __init__(self, organizer, **options):
        self.organizer = organizer
        super().__init__(**options)

    def about(self):
        return "Volante", self.organizer.email, self.organizer.name


class AppForm(FlaskForm):
    code = CodeField(_l("Code that the app shows"))


class PasskeyForm(FlaskForm):
    name = StringField(_l("What you call it"), [Length(max=80, message=_l("That is too long."))])
