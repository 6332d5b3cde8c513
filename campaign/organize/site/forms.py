"""The form of the settings of the site."""

import re
from typing import Any, Self

from babel import Locale
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from limits import parse
from wtforms import BooleanField, Form, SelectChoice, SelectField, SelectMultipleField
from wtforms.validators import InputRequired, NumberRange, StopValidation

from campaign.i18n.countries import countries
from campaign.i18n.locales import (
    INTERFACE_LANGUAGES,
    UnknownLanguage,
    language_name,
    normalised,
)
from campaign.organize.core.fields import LineField, VersionField, WholeNumberField
from campaign.organize.core.time_fields import ZoneField
from campaign.site.languages import languages_with
from campaign.site.settings import SiteSettings

MAX_COUNTRIES = 10
_GAP = re.compile(r"[\s,;]+")


def _number(label: Any, least: int, most: int) -> WholeNumberField:
    wrong = _l("Enter a whole number from %(least)s to %(most)s.", least=least, most=most)
    return WholeNumberField(label, [InputRequired(wrong), NumberRange(least, most, wrong)])


class CountriesField(LineField):
    """ISO 3166 codes of countries, such as `CA MX US`."""

    def pre_validate(self, form: Form) -> None:
        known = {code for code, _name in countries("en")}
        codes = self.codes()
        unknown = next((code for code in codes if code not in known), None)
        if unknown:
            raise StopValidation(
                _l("“%(code)s” is not a country code. Use two letters, like CA.", code=unknown)
            )
        if len(codes) > MAX_COUNTRIES:
            raise StopValidation(_l("Enter %(most)s countries or fewer.", most=MAX_COUNTRIES))
        self.data = " ".join(codes)

    def codes(self) -> list[str]:
        """Return the codes in order, each once."""
        typed = _GAP.split((self.data or "").upper().strip())
        return list(dict.fromkeys(code for code in typed if code))


class LanguagesField(LineField):
    """BCP 47 tags of languages, such as `pt-BR ar`."""

    def pre_validate(self, form: Form) -> None:
        try:
            self.data = " ".join(self.tags())
        except UnknownLanguage as error:
            raise StopValidation(
                _l("“%(tag)s” is not a language code. Use one like pt-BR or ar.", tag=str(error))
            ) from error

    def tags(self) -> list[str]:
        """Return the tags in order, each once. Raise UnknownLanguage."""
        typed = _GAP.split((self.data or "").strip())
        return list(dict.fromkeys(normalised(tag) for tag in typed if tag))


class SiteForm(FlaskForm):
    """What concerns the whole site: languages, places, periods and limits.

    Its fields are named as those of SiteSettings; `first_language` says which language comes first.
    """

    version = VersionField()
    languages = SelectMultipleField(_l("Languages"))
    other_languages = LanguagesField(_l("More languages"))
    first_language = SelectField(_l("Main language"))
    time_zone = ZoneField()
    first_countries = CountriesField(_l("First countries in lists"))
    confirm_days = _number(_l("Days to confirm a signature"), 1, 60)
    own_link_days = _number(_l("Days that a personal link works"), 1, 365)
    erase_pending_days = _number(_l("Days until unfinished data is deleted"), 1, 365)
    address_days = _number(_l("Days until codes of IP addresses are deleted"), 1, 90)
    registration_days = _number(_l("Days until registrations are deleted"), 1, 365)
    max_emails_per_address_per_day = _number(_l("Emails per day to one address"), 1, 100)
    sign_limit = _number(_l("Signatures per minute from one network"), 1, 100_000)
    hold_per_address = _number(_l("Signatures per hour before we hold the rest"), 0, 1_000_000)
    kiosk_hourly_quota = _number(_l("Signatures per hour from one tablet"), 1, 100_000)
    is_strict = BooleanField(_l("Publish a petition only if all legal details are filled in"))

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        choices = [
            SelectChoice(lang, language_name(lang)) for lang in languages_with(INTERFACE_LANGUAGES)
        ]
        self.languages.choices = self.first_language.choices = choices

    @classmethod
    def of(cls, settings: SiteSettings, version: int) -> Self:
        """Return the form filled with these settings."""
        shown = {
            **vars(settings),
            "languages": list(settings.languages),
            "first_language": settings.default_lang,
            "first_countries": " ".join(settings.first_countries),
            "sign_limit": _per_minute(settings.sign_limit),
        }
        return cls(formdata=None, data={"version": version, **shown})

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each field, and those that depend on each other."""
        valid = super().validate(extra_validators)
        if not self.languages.errors and not self.other_languages.errors:
            self._check_languages()
        pending, confirm = self.erase_pending_days, self.confirm_days
        if not pending.errors and not confirm.errors and (pending.data or 0) < (confirm.data or 0):
            pending.errors = [
                _l(
                    "Enter %(days)s or more: unfinished data must last as long as the link that confirms it.",
                    days=confirm.data,
                )
            ]
        return valid and not self.errors

    def settings(self, present: SiteSettings) -> dict[str, Any]:
        """Return {name: value} of what differs from the `present` settings, for `change_site`.

        What nobody changed keeps following the environment.
        """
        entered = {
            name: field.data
            for name, field in self._fields.items()
            if name in vars(present) and name not in ("languages", "first_countries")
        }
        entered["sign_limit"] = (
            present.sign_limit
            if self.sign_limit.data == _per_minute(present.sign_limit)
            else f"{self.sign_limit.data} per minute"
        )
        entered["languages"] = self._languages(present)
        entered["first_countries"] = tuple(self.first_countries.codes())
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in entered.items()
            if value != getattr(present, name)
        }

    def _languages(self, present: SiteSettings) -> tuple[str, ...]:
        """Return the chosen languages: the first one, those that the site had in order, new ones."""
        chosen = self._chosen()
        order = [self.first_language.data, *present.languages, *chosen]
        return tuple(dict.fromkeys(lang for lang in order if lang in chosen))

    def _check_languages(self) -> None:
        if not self._chosen():
            self.languages.errors = [_l("Choose at least one language.")]
        elif self.first_language.data not in self._chosen():
            self.first_language.errors = [_l("Choose one of the languages of the site.")]

    def _chosen(self) -> list[str]:
        return [*(self.languages.data or ()), *self.other_languages.tags()]


def _per_minute(limit: str) -> int:
    """Return the limit in signatures a minute, at least 1."""
    item = parse(limit)
    return max(1, round(item.amount * 60 / item.get_expiry()))


def country_names(codes: tuple[str, ...], locale: Locale | str) -> list[str]:
    """Return the names of countries in the language of the page."""
    names = dict(countries(str(locale)))
    return [names.get(code, code) for code in codes]
