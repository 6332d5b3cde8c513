"""The settings of the site: the page and its form."""

import re
from typing import Any, Self

from babel import Locale
from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from limits import parse
from wtforms import BooleanField, Form, SelectChoice, SelectField, SelectMultipleField
from wtforms.validators import InputRequired, NumberRange, StopValidation

from campaign.i18n.countries import countries
from campaign.i18n.locales import (
    INTERFACE_LANGUAGES,
    UnknownLanguage,
    current_locale,
    language_name,
    normalised,
)
from campaign.organisations.queries import organisation_count
from campaign.organize.core.access import allowed
from campaign.organize.core.audit import AuditEvent, changed_values
from campaign.organize.core.edit_conflicts import Editor, save
from campaign.organize.core.fields import LineField, VersionField, WholeNumberField
from campaign.organize.core.time_fields import ZoneField
from campaign.organize.setup.steps import after_saving, shown_steps
from campaign.site.languages import languages_with
from campaign.site.models import SITE_ID, Site
from campaign.site.operations import change_site
from campaign.site.queries import load_site
from campaign.site.settings import SiteSettings, default_settings, settings_of

MAX_COUNTRIES = 10
_GAP = re.compile(r"[\s,;]+")


def _number(label: Any, minimum: int, maximum: int) -> WholeNumberField:
    wrong = _l("Enter a whole number from %(min)s to %(max)s.", min=minimum, max=maximum)
    return WholeNumberField(label, [InputRequired(wrong), NumberRange(minimum, maximum, wrong)])


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
            raise StopValidation(_l("Enter %(max)s countries or fewer.", max=MAX_COUNTRIES))
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

    Its fields are named as those of SiteSettings. `first_language` says which language comes first.
    """

    version = VersionField()
    languages = SelectMultipleField(_l("Languages"))
    other_languages = LanguagesField(_l("More languages"))
    first_language = SelectField(_l("Main language"))
    time_zone = ZoneField()
    first_countries = CountriesField(_l("Countries listed first"))
    confirm_days = _number(_l("Days to confirm a signature"), 1, 60)
    own_link_days = _number(_l("Days that a personal link works"), 1, 365)
    erase_pending_days = _number(_l("Days until unconfirmed and withdrawn data is deleted"), 1, 365)
    address_days = _number(_l("Days that we keep codes made from IP addresses"), 1, 90)
    registration_days = _number(_l("Days until registrations are deleted"), 1, 365)
    max_emails_per_address_per_day = _number(_l("Emails per day to one address"), 1, 100)
    sign_limit = _number(_l("Signatures per minute from one IP address"), 1, 100_000)
    hold_per_address = _number(_l("Signatures per hour from one IP address"), 0, 1_000_000)
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
                    "Enter %(days)s or more. We must keep unconfirmed data as long as its confirmation link works.",
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
        """Return the chosen languages: the first, those of the site in order, then new ones."""
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


blueprint = Blueprint("site", __name__, url_prefix="/site")


@blueprint.get("")
@allowed("site.edit")
def index() -> ResponseReturnValue:
    site = load_site()
    return _render_page(site, _form_of(site))


@blueprint.post("")
@allowed("site.edit")
def change() -> ResponseReturnValue:
    form, site = SiteForm(), load_site()
    if not form.validate():
        return _render_page(site, form, 422)
    present = settings_of(site)
    settings = form.settings(present)
    save(
        Editor(form, load_site, _form_of, _render_page),
        AuditEvent(
            "site.edit",
            on=("site", SITE_ID),
            details={"changes": changed_values(vars(present), {**vars(present), **settings})},
        ),
        change_site,
        settings=settings,
    )
    flash(_("Saved."), "success")
    return redirect(after_saving("languages", url_for("organize.site.index")), 303)


def _form_of(site: Site) -> SiteForm:
    return SiteForm.of(settings_of(site), site.version)


def _render_page(site: Site, form: SiteForm, status: int = 200) -> tuple[str, int]:
    defaults = default_settings()
    return render_template(
        "organize/site/index.html",
        form=form,
        defaults=_readable(defaults),
        first_countries=country_names(settings_of(site).first_countries, current_locale()),
        organisation_count=organisation_count(),
        steps=shown_steps(),
    ), status


def _readable(defaults: SiteSettings) -> dict[str, Any]:
    """Return the defaults as people read them: what the form shows, and names of languages."""
    shown = {name: field.data for name, field in SiteForm.of(defaults, 0)._fields.items()}
    return {**shown, "languages": ", ".join(language_name(lang) for lang in defaults.languages)}
