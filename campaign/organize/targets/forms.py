"""The forms of a target: who it is, and how to reach it."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self, cast

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Form, RadioField, SelectChoice, SelectField
from wtforms.validators import Optional, StopValidation

from campaign.i18n.locales import UnknownLanguage, normalised
from campaign.imports.targets.rows import MAX_EMAILS, CellRefused, parse_telephones
from campaign.organize.core.fields import (
    ChosenFileField,
    InLanguages,
    LineField,
    LinesField,
    VersionField,
    by_language,
    in_language,
    max_length,
)
from campaign.organize.core.time_fields import DayField, zone_choices
from campaign.organize.organisations.forms import WebAddressField
from campaign.organize.targets.labels import FIELD_LABELS, FILTER_LABELS, KIND_LABELS
from campaign.signatures.fields import ADDRESS_FAULTS
from campaign.site.languages import languages_with
from campaign.targets.exporting import TRANSLATED, telephones_text
from campaign.targets.models import TargetProfile
from campaign.text.email_addresses import AddressRefused, parse_address

MAX_TEXT_LENGTH = 200
MAX_PARTY_LENGTH = 120
MAX_HONORIFIC_LENGTH = 80
MAX_POSTAL_ADDRESS_LENGTH = 1000
MAX_SOURCE_LENGTH = 500


def _choices(labels: Mapping[str, Any]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in labels.items()]


class FindForm(FlaskForm):
    """What to look for in the list of targets."""

    words = LineField(_l("Search"))
    status = SelectField(_l("Show"), choices=_choices(FILTER_LABELS), validate_choice=False)


class LanguagesField(LineField):
    """Tags of languages in one line, such as "es en"."""

    def tags(self) -> list[str]:
        """Return the tags."""
        return [
            normalised(tag) for tag in dict.fromkeys((self.data or "").replace(",", " ").split())
        ]

    def pre_validate(self, form: Form) -> None:
        try:
            self.tags()
        except UnknownLanguage as error:
            raise StopValidation(
                _l(
                    "“%(value)s” is not a language code. Use one like en or fr-CA.",
                    value=str(error),
                )
            ) from error


class OptionalZoneField(SelectField):
    """A time zone, or none. An old name that was stored once stays a choice."""

    def process(self, *arguments: Any, **named: Any) -> None:
        super().process(*arguments, **named)
        self.choices = [SelectChoice("", _l("Same as the organization")), *zone_choices(self.data)]


class EmailsField(LinesField):
    """Email addresses, one per line."""

    def addresses(self) -> list[str]:
        """Return the addresses."""
        return [parse_address(line).normalized for line in self._lines()]

    def pre_validate(self, form: Form) -> None:
        if len(self._lines()) > MAX_EMAILS:
            raise StopValidation(_l("Enter %(max)s lines or fewer.", max=MAX_EMAILS))
        for line in self._lines():
            try:
                parse_address(line)
            except AddressRefused as refusal:
                raise StopValidation(f"{line}: {ADDRESS_FAULTS[refusal.code]}") from refusal

    def _lines(self) -> list[str]:
        return [line for line in (self.data or "").splitlines() if line.strip()]


class TelephonesField(LinesField):
    """Telephone numbers, one per line, each with an optional note in parentheses."""

    def telephones(self) -> list[dict[str, str]]:
        """Return the numbers as a TargetProfile holds them."""
        return parse_telephones(self.data or "")

    def pre_validate(self, form: Form) -> None:
        try:
            self.telephones()
        except CellRefused as refusal:
            raise StopValidation(
                _l("There are too many. Enter ten or fewer.")
                if refusal.code == "too_many"
                else _l("“%(value)s” is not a phone number.", value=refusal.detail)
            ) from refusal


class AboutForm(InLanguages, FlaskForm):
    """Who a target is, with its texts in each language."""

    parts = tuple(TRANSLATED)
    missing_errors: ClassVar = {"name": _l("Enter a name.")}
    version = VersionField()
    target_kind = RadioField(
        FIELD_LABELS["target_kind"], choices=_choices(KIND_LABELS), default="person"
    )
    party = LineField(FIELD_LABELS["party"], [max_length(MAX_PARTY_LENGTH)])
    area = LineField(FIELD_LABELS["area"], [max_length(MAX_TEXT_LENGTH)])
    languages_spoken = LanguagesField(FIELD_LABELS["languages"], [max_length(MAX_TEXT_LENGTH)])
    time_zone = OptionalZoneField(FIELD_LABELS["time_zone"])
    valid_from = DayField(FIELD_LABELS["valid_from"], [Optional()])
    valid_until = DayField(FIELD_LABELS["valid_until"], [Optional()])
    external_id = LineField(FIELD_LABELS["external_id"], [max_length(MAX_TEXT_LENGTH)])

    @classmethod
    def fields_in(cls, languages: tuple[str, ...]) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        for part, column in TRANSLATED.items():
            limit = MAX_HONORIFIC_LENGTH if part == "honorific" else MAX_TEXT_LENGTH
            fields |= by_language(languages, part, _text_field(FIELD_LABELS[column], limit))
        return fields

    @classmethod
    def class_for(cls, profile: TargetProfile | None) -> Any:
        """Return the class of the form for a target, or for a new one."""
        written = (
            [lang for column in TRANSLATED.values() for lang in getattr(profile, column)]
            if profile
            else []
        )
        return cls.in_languages(languages_with(written))

    @classmethod
    def of(cls, profile: TargetProfile) -> Self:
        """Return the form filled with a target."""
        texts = {
            f"{part}_{lang}": text
            for part, column in TRANSLATED.items()
            for lang, text in getattr(profile, column).items()
        }
        names = ("target_kind", "party", "area", "time_zone", "valid_from", "valid_until")
        data = {
            "version": profile.version_of("about"),
            **{name: getattr(profile, name) for name in (*names, "external_id")},
            "languages_spoken": " ".join(profile.languages),
            **texts,
        }
        return cast(Self, cls.class_for(profile)(formdata=None, data=data))

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, that there is a name, and that the days are in order."""
        valid: bool = super().validate(extra_validators)
        if not any(self[f"name_{lang}"].data for lang in self.languages):
            valid = self.require_parts(self.languages[:1], ("name",))
        since, until = self.valid_from.data, self.valid_until.data
        if since and until and until < since:
            self.valid_until.errors = [
                _l("This date is before the first day in office. Check both dates.")
            ]
            valid = False
        return valid

    def columns(self) -> dict[str, Any]:
        """Return {column: value}."""
        names = ("target_kind", "party", "area", "valid_from", "valid_until", "external_id")
        return {
            **{name: self[name].data for name in names},
            "time_zone": self.time_zone.data or "",
            "languages": self.languages_spoken.tags(),
            **{
                column: {
                    lang: text for lang in self.languages if (text := self[f"{part}_{lang}"].data)
                }
                for part, column in TRANSLATED.items()
            },
        }


def _text_field(label: Any, limit: int) -> Any:
    return lambda lang: LineField(in_language(label, lang), [max_length(limit)])


class ContactForm(FlaskForm):
    """How to reach a target, and from where that is known."""

    version = VersionField()
    emails = EmailsField(FIELD_LABELS["emails"])
    telephones = TelephonesField(FIELD_LABELS["telephones"])
    contact_form = WebAddressField(FIELD_LABELS["contact_form"])
    postal_address = LinesField(
        FIELD_LABELS["postal_address"], [max_length(MAX_POSTAL_ADDRESS_LENGTH)]
    )
    source = LineField(FIELD_LABELS["source"], [max_length(MAX_SOURCE_LENGTH)])
    checked_on = DayField(FIELD_LABELS["checked_on"], [Optional()])

    @classmethod
    def class_for(cls, _profile: TargetProfile | None) -> Any:
        """Return the class of the form, as AboutForm does."""
        return cls

    @classmethod
    def of(cls, profile: TargetProfile) -> Self:
        """Return the form filled with a target."""
        names = ("contact_form", "postal_address", "source", "checked_on")
        return cls(
            formdata=None,
            data={
                "version": profile.version_of("contact"),
                **{name: getattr(profile, name) for name in names},
                "emails": "\n".join(email.address for email in profile.listed_emails),
                "telephones": telephones_text(profile.telephones, "\n"),
            },
        )

    def columns(self) -> dict[str, Any]:
        """Return the arguments for `change_profile`: columns, and the addresses."""
        names = ("contact_form", "postal_address", "source", "checked_on")
        return {
            **{name: self[name].data for name in names},
            "telephones": self.telephones.telephones(),
            "emails": [(address, None) for address in self.emails.addresses()],
        }


class NewForm(AboutForm):
    """A new target, with its addresses."""

    emails = EmailsField(FIELD_LABELS["emails"])

    def columns(self) -> dict[str, Any]:
        return {
            **super().columns(),
            "emails": [(address, None) for address in self.emails.addresses()],
        }


class UploadForm(FlaskForm):
    """A file of targets, or of postal codes and their areas."""

    file = ChosenFileField(_l("File"))
