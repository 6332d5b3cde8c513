"""The forms at the doors of the workspace."""

from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, SelectField
from wtforms.validators import InputRequired

from campaign.organize.fields import (
    LANGUAGES,
    AddressField,
    CodeField,
    NewPasswordField,
    OrganizerNameField,
)


class SignInForm(FlaskForm):
    email = AddressField(_l("E-mail"))
    password = PasswordField(_l("Password"), [InputRequired(_l("Write your password."))])
    next = HiddenField("next")


class SecondStepForm(FlaskForm):
    code = CodeField(_l("Code"))
    next = HiddenField("next")


class ForgottenForm(FlaskForm):
    email = AddressField(_l("E-mail"))


class PasswordForm(FlaskForm):
    """A new password for the organizer of a link."""

    password = NewPasswordField(_l("New password"))

    def __init__(self, organizer, **options):
        self.organizer = organizer
        super().__init__(**options)

    def about(self):
        return "Volante", self.organizer.email, self.organizer.name


class WelcomeForm(PasswordForm):
    """What is asked of who follows an invitation."""

    name = OrganizerNameField(_l("Your name"))
    lang = SelectField(_l("Language"), choices=LANGUAGES)

    def about(self):
        return *super().about(), self.name.data or ""


def known_lang(lang):
    """Return `lang` where it is a language of ours, else the first."""
    languages = current_app.config["LANGUAGES"]
    return lang if lang in languages else languages[0]
