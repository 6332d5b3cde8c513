"""The fields of forms in which people enter a name, an email address, a country or a comment."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext as ngettext
from wtforms import SelectField, StringField, TextAreaField
from wtforms.form import BaseForm
from wtforms.validators import StopValidation

from campaign.i18n.countries import countries
from campaign.i18n.locales import current_locale
from campaign.signatures.models import MAX_COMMENT_LENGTH, MAX_NAME_LENGTH, MAX_PROMPT_LENGTH
from campaign.site.settings import site_settings
from campaign.text.email_addresses import Address, AddressRefused, parse_address
from campaign.text.names import NameIsEmpty, NameRefused, clean_name, clean_text

TOO_LONG = _l("Use %(max)s characters or fewer.", max=MAX_NAME_LENGTH)
NAME_FAULTS = {
    "empty": _l("Enter your name."),
    "link": _l("Enter your name without an email address or a link."),
    "control": _l("Your name has a character that we cannot show. Remove that character."),
    "no_letter": _l("Enter a name with at least one letter."),
}
ADDRESS_FAULTS = {
    "no_at": _l("Enter an email address with an @, like name@example.org."),
    "no_domain_ending": _l("The email address is missing its ending, like .mx or .org."),
    "domain": _l("Check the part after the @. That domain cannot receive email."),
    "local": _l("Check the part before the @."),
    "too_long": _l("This email address is too long. Please check it."),
    "spaces": _l("Remove the spaces from the email address."),
    "several": _l("Enter only one email address."),
}


class Missing(StopValidation):
    """The field is missing or invalid. `message` says what to enter."""


class NameField(StringField):
    """A name in any script, in its canonical form."""

    data: Any

    def pre_validate(self, form: BaseForm) -> None:
        """Make the name canonical. Raise Missing."""
        if not (self.data or "").strip():
            self.data = ""
            return
        if len(self.data) > 4 * MAX_NAME_LENGTH:
            raise Missing(TOO_LONG)
        try:
            name = clean_name(self.data)
        except NameIsEmpty:
            # Only invisible characters: as if nothing had been entered. The form says what is
            # missing.
            self.data = ""
            return
        except NameRefused as fault:
            raise Missing(NAME_FAULTS[fault.code]) from fault
        # We count the canonical name, because composing characters can shorten or lengthen it.
        if len(name) > MAX_NAME_LENGTH:
            raise Missing(TOO_LONG)
        self.data = name


class EmailField(StringField):
    """An email address. `address` holds it parsed once it is valid."""

    address: Address | None = None
    missing = _l("Enter your email address. You need it to confirm.")

    def pre_validate(self, form: BaseForm) -> None:
        """Parse the address. Raise Missing."""
        if not (self.data or "").strip():
            raise Missing(self.missing)
        try:
            self.address = parse_address(self.data)
        except AddressRefused as fault:
            raise Missing(ADDRESS_FAULTS[fault.code]) from fault


class OptionalEmailField(EmailField):
    """An optional email address."""

    def pre_validate(self, form: BaseForm) -> None:
        """Parse the address, if there is one. Raise Missing."""
        if (self.data or "").strip():
            super().pre_validate(form)


class CountryField(SelectField):
    """A country, as its two-letter code. The site's first countries come first."""

    data: Any

    def __init__(self, label: object = None, **kwargs: Any) -> None:
        super().__init__(label, choices=[], validate_choice=False, **kwargs)

    def iter_choices(self) -> Iterator[tuple[str, str, bool, dict[str, Any]]]:
        """Yield an empty choice and the countries, named in the language of the page."""
        for code, name in (("", ""), *self._countries()):
            yield code, name, code == (self.data or ""), {}

    def pre_validate(self, form: BaseForm) -> None:
        """Check the code of the country. Raise Missing."""
        self.data = (self.data or "").strip().upper()
        if self.data and self.data not in _country_codes():
            raise Missing(_l("Choose a country from the list."))

    def _countries(self) -> tuple[tuple[str, str], ...]:
        return countries(str(current_locale()), site_settings().first_countries)


class ChoiceField(SelectField):
    """One of several answers. A page loaded before they changed may send another."""

    def __init__(self, label: object = None, **kwargs: Any) -> None:
        super().__init__(label, validate_choice=False, **kwargs)

    def pre_validate(self, form: BaseForm) -> None:
        """Check that the answer is one of the choices. Raise Missing."""
        if self.data not in {choice.value for choice in self.choices}:
            raise Missing(_l("Choose one of the answers in the list."))


class CommentField(TextAreaField):
    """A short comment in plain text."""

    data: Any
    max_length = MAX_COMMENT_LENGTH

    def pre_validate(self, form: BaseForm) -> None:
        """Clean the text and check its length. Raise Missing."""
        self.data = clean_text(self.data or "")
        if len(self.data) > self.max_length:
            over = len(self.data) - self.max_length
            raise Missing(
                ngettext(
                    "This is 1 character too long. The limit is %(max)s.",
                    "This is %(num)s characters too long. The limit is %(max)s.",
                    over,
                    max=self.max_length,
                )
            )


class PromptField(CommentField):
    """Some paragraphs of what a supporter writes, in plain text."""

    max_length = MAX_PROMPT_LENGTH


@lru_cache(maxsize=1)
def _country_codes() -> frozenset[str]:
    return frozenset(code for code, _ in countries("en", ()))
