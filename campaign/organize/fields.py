"""Fields that several forms of the workspace share."""

import re
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from wtforms import Form, PasswordField, SelectChoice, StringField
from wtforms.validators import StopValidation

from campaign.accounts.passwords import MIN_LENGTH, PasswordTooWeak, demand_strength
from campaign.i18n.locales import NAMES
from campaign.organize.paper_sizes import usual_paper
from campaign.signatures.fields import NAME_FAULTS, EmailField
from campaign.signatures.limits import MAX_NAME_LENGTH
from campaign.text.names import NameRefused, clean_name

LANGUAGES = [SelectChoice(code, name) for code, name in NAMES.items()]
WEAKNESSES = {
    "short": _l(
        "Use at least %(least)s characters. A few words in a row are easy to remember.",
        least=MIN_LENGTH,
    ),
    "long": _l("This password is too long. Choose a shorter one."),
    "guessable": _l(
        "That password is easy to guess. Use several words that are not linked to each other or to you."
    ),
}


def unchosen(choices: list[SelectChoice], prompt: Any) -> list[SelectChoice]:
    """Return the choices after an empty one labelled `prompt`; return a single choice alone."""
    return choices if len(choices) < 2 else [SelectChoice("", prompt), *choices]


def site_paper() -> str:
    """Return the usual paper of the site's first country: "Letter" or "A4"."""
    return usual_paper(next(iter(current_app.config["FIRST_COUNTRIES"]), ""))


class AddressField(EmailField):
    """An organizer's email address; `address` holds it parsed once it is valid."""

    def pre_validate(self, form: Form) -> None:
        if not (self.data or "").strip():
            raise StopValidation(_l("Enter an email address."))
        super().pre_validate(form)


class OrganizerNameField(StringField):
    """The name by which other organizers know this one."""

    def pre_validate(self, form: Form) -> None:
        if not (self.data or "").strip():
            raise StopValidation(_l("Enter the name your team knows you by."))
        if len(self.data) > 4 * MAX_NAME_LENGTH:
            raise StopValidation(_l("Use %(most)s characters or fewer.", most=MAX_NAME_LENGTH))
        try:
            self.data = clean_name(self.data)[:MAX_NAME_LENGTH]
        except NameRefused as fault:
            raise StopValidation(NAME_FAULTS[fault.code]) from fault


class NewPasswordField(PasswordField):
    """A new password; the form's `about()` returns words it must not be guessable from."""

    def pre_validate(self, form: Form) -> None:
        try:
            demand_strength(self.data or "", form.about())
        except PasswordTooWeak as weakness:
            raise StopValidation(WEAKNESSES[weakness.code]) from weakness


class CodeField(StringField):
    """The digits of a code, typed with or without spaces."""

    def pre_validate(self, form: Form) -> None:
        self.data = re.sub(r"[\s\-.]", "", self.data or "")
        if not self.data.isascii() or not self.data.isdecimal():
            raise StopValidation(
                _l("A code has only digits: six from the app, or sixteen from your list.")
            )
