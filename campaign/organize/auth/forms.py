"""The forms for signing in, resetting a password and accepting an invitation."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, SelectField
from wtforms.validators import InputRequired

from campaign.accounts.models import Organizer
from campaign.organisations.identity import identities
from campaign.organize.core.fields import (
    INTERFACE_CHOICES,
    AddressField,
    CodeField,
    NewPasswordField,
    OrganizerNameField,
)
from campaign.site.settings import site_settings


class SignInForm(FlaskForm):
    """Email address and password."""

    email = AddressField(_l("Email"))
    password = PasswordField(_l("Password"), [InputRequired(_l("Enter your password."))])
    next = HiddenField("next")


class SecondStepForm(FlaskForm):
    """A code of the second factor."""

    code = CodeField(_l("Code"))
    next = HiddenField("next")


class ForgottenForm(FlaskForm):
    """Ask for a link to reset the password."""

    email = AddressField(_l("Email"))


class FormOfOrganizer(FlaskForm):
    """A form in which this organizer chooses a password, which must not contain their names."""

    def __init__(self, organizer: Organizer, **options: Any) -> None:
        self.organizer = organizer
        super().__init__(**options)

    def about(self) -> tuple[str, ...]:
        names = (text.name for text in identities().host.texts.values())
        return "Volante", *names, self.organizer.email, self.organizer.name


class PasswordForm(FormOfOrganizer):
    """A new password for the organizer whose link was opened."""

    password = NewPasswordField(_l("New password"))


class WelcomeForm(PasswordForm):
    """Name, language and password of an organizer who accepts an invitation."""

    name = OrganizerNameField(_l("Your name"))
    lang = SelectField(_l("Language"), choices=INTERFACE_CHOICES)

    def about(self) -> tuple[str, ...]:
        return *super().about(), self.name.data or ""


class FirstAdminForm(FlaskForm):
    """The account of a site's first admin."""

    email = AddressField(_l("Email"))
    name = OrganizerNameField(_l("Your name"))
    lang = SelectField(_l("Language"), choices=INTERFACE_CHOICES)
    password = NewPasswordField(_l("Password"))

    def about(self) -> tuple[str, ...]:
        return "Volante", self.email.data or "", self.name.data or ""


def supported_lang(lang: Any) -> str:
    """Return `lang` if the site has this language, else the site's first one."""
    languages = site_settings().languages
    return lang if lang in languages else languages[0]
