"""Form fields for people who sign, register or subscribe.

They clean the input, or explain what is wrong with it.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from flask import current_app
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext as ngettext
from wtforms import SelectField, StringField, TextAreaField
from wtforms.form import BaseForm
from wtforms.validators import StopValidation

from campaign.i18n.countries import countries
from campaign.signatures.limits import MAX_COMMENT_LENGTH, MAX_NAME_LENGTH
from campaign.text.email_addresses import AddressRefused, parse_address
from campaign.text.names import NameRefused, clean_name, clean_text

TOO_LONG = _l("That is longer than %(most)s letters.", most=MAX_NAME_LENGTH)
NAME_FAULTS = {
    "empty": _l("Write the name by which you sign."),
    "link": _l("A name cannot hold an address or a link."),
    "control": _l("The name holds a character that cannot be shown. Please type it again."),
    "no_letter": _l("A name needs at least one letter."),
}
ADDRESS_FAULTS = {
    "no_at": _l("An e-mail address has an @ in it, as in name@example.org."),
    "no_domain_ending": _l("The address stops too early. Add its ending, such as .mx or .org."),
    "domain": _l("The part after the @ is not an address that can receive mail."),
    "local": _l("The part before the @ is not quite right."),
    "too_long": _l("That address is longer than an address can be."),
    "spaces": _l("An e-mail address has no spaces in it."),
    "several": _l("Write one address only."),
}


class Missing(StopValidation):
    """The field is missing or invalid. `message` says what to enter."""


class NameField(StringField):
    """A name in any script, in its canonical form."""

    def pre_validate(self, form: BaseForm) -> None:
        if not (self.data or "").strip():
            self.data = ""
            return
        if len(self.data) > 4 * MAX_NAME_LENGTH:
            raise Missing(TOO_LONG)
        try:
            name = clean_name(self.data)
        except NameRefused as fault:
            raise Missing(NAME_FAULTS[fault.code]) from fault
        # We count the canonical name, because composing characters can shorten or lengthen it.
        if len(name) > MAX_NAME_LENGTH:
            raise Missing(TOO_LONG)
        self.data = name


class EmailField(StringField):
    """An email address; `address` holds it parsed once it is valid."""

    address = None
    missing = _l("We need your e-mail address to ask whether it was you.")

    def pre_validate(self, form: BaseForm) -> None:
        if not (self.data or "").strip():
            raise Missing(self.missing)
        try:
            self.address = parse_address(self.data)
        except AddressRefused as fault:
            raise Missing(ADDRESS_FAULTS[fault.code]) from fault


class OptionalEmailField(EmailField):
    """An optional email address."""

    def pre_validate(self, form: BaseForm) -> None:
        if (self.data or "").strip():
            super().pre_validate(form)


class CountryField(SelectField):
    """A country, as its two-letter code. The site's first countries come first."""

    def __init__(self, label=None, **kwargs):
        super().__init__(label, choices=[], validate_choice=False, **kwargs)

    def iter_choices(self) -> Iterator[tuple[str, str, bool, dict[str, Any]]]:
        for code, name in (("", ""), *self._countries()):
            yield code, name, code == (self.data or ""), {}

    def pre_validate(self, form: BaseForm) -> None:
        self.data = (self.data or "").strip().upper()
        if self.data and self.data not in _country_codes():
            raise Missing(_l("Choose a country from the list."))

    def _countries(self) -> tuple[tuple[str, str], ...]:
        return countries(str(get_locale()), current_app.config["FIRST_COUNTRIES"])


class ChoiceField(SelectField):
    """One of several answers. A page loaded before they changed may send another."""

    def __init__(self, label=None, **kwargs):
        super().__init__(label, validate_choice=False, **kwargs)

    def pre_validate(self, form: BaseForm) -> None:
        if self.data not in {choice.value for choice in self.choices}:
            raise Missing(_l("Choose one of the answers in the list."))


class CommentField(TextAreaField):
    """A short comment in plain text."""

    def pre_validate(self, form: BaseForm) -> None:
        self.data = clean_text(self.data or "")
        if len(self.data) > MAX_COMMENT_LENGTH:
            over = len(self.data) - MAX_COMMENT_LENGTH
            raise Missing(
                ngettext(
                    "That is one letter more than the %(most)s that fit.",
                    "That is %(num)s letters more than the %(most)s that fit.",
                    over,
                    most=MAX_COMMENT_LENGTH,
                )
            )


@lru_cache(maxsize=1)
def _country_codes() -> frozenset[str]:
    return frozenset(code for code, _ in countries("en", ()))
