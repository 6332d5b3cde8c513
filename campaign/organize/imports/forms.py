"""The forms for printing, typing or uploading paper sheets, and for importing their rows."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Self

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.form import BaseForm
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    ValidationError,
)

from campaign.i18n.countries import countries
from campaign.i18n.locales import current_locale
from campaign.imports.checking import MAX_SHEET_LENGTH
from campaign.imports.values import MIN_DATE, newest_day
from campaign.organize.core.fields import (
    ChosenFileField,
    VersionField,
    WholeNumberField,
    language_choices,
    paper_choices,
    unchosen,
)
from campaign.organize.core.scope import PetitionSummary
from campaign.organize.core.time_fields import DayField
from campaign.petitions.models import PetitionVersion
from campaign.process.clock import utcnow
from campaign.site.paper import site_paper
from campaign.site.settings import site_settings

MAX_SHEETS = 100
MAX_WORDING_LENGTH = 3000
TOO_LONG = _l("This is too long. Make it shorter.")


class CountryChoice(SelectField):
    """The country of rows that do not name one."""

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label, choices=[], validate_choice=False, **options)

    def iter_choices(self) -> Iterator[tuple[Any, ...]]:
        yield "", _l("None"), not self.data, {}
        for code, name in countries(str(current_locale()), site_settings().first_countries):
            yield code, name, code == self.data, {}

    def pre_validate(self, form: BaseForm) -> None:
        if self.data and self.data not in {code for code, _name in countries("en", ())}:
            raise ValidationError(_l("Choose a country from the list."))


class SigningDayField(DayField):
    """The day on which people signed."""

    def post_validate(self, form: BaseForm, validation_stopped: bool) -> None:
        if self.data and not self.errors and not MIN_DATE <= self.data <= newest_day(utcnow()):
            raise ValidationError(_l("Enter a date in the past."))


class _OfPetition(FlaskForm):
    petition = SelectField(
        _l("Petition or letter"), [InputRequired(_l("Choose a petition or letter."))]
    )

    def offer(self, petitions: Iterable[PetitionSummary]) -> Self:
        """Offer these petitions and return the form."""
        choices = [SelectChoice(item.slug, item.title) for item in petitions]
        self.petition.choices = unchosen(choices, _l("Choose a petition or letter"))
        return self


class PrintForm(_OfPetition):
    """Which sheets to print, and how many."""

    lang = SelectField(_l("Language of the sheets"), choices=language_choices)
    paper = RadioField(_l("Paper"), choices=paper_choices, default=site_paper)
    sheets = WholeNumberField(
        _l("How many sheets?"),
        [
            InputRequired(_l("Enter the number of sheets.")),
            NumberRange(1, MAX_SHEETS, _l("Enter a number from 1 to %(max)s.", max=MAX_SHEETS)),
        ],
        default=10,
    )


class SheetChoice(_OfPetition):
    """The petition and language of a sheet, chosen first: the consent text depends on them."""

    lang = SelectField(_l("Language of the sheet"), choices=language_choices)


class SheetForm(SheetChoice):
    """A sheet to be typed in: one of ours by its serial, or any other by what is written on it."""

    sheet = StringField(
        _l("Sheet number"),
        [
            DataRequired(_l("Enter the sheet number, so that you can find the sheet later.")),
            Length(max=MAX_SHEET_LENGTH, message=TOO_LONG),
        ],
    )
    signed_on = SigningDayField(
        _l("Signed on"), [InputRequired(_l("Enter the date when people signed."))]
    )
    country = CountryChoice(_l("Country for rows without one"))
    wording = TextAreaField(
        _l("Consent text on the sheet"),
        [
            DataRequired(_l("Copy the text from the sheet.")),
            Length(max=MAX_WORDING_LENGTH, message=TOO_LONG),
        ],
    )


class UploadForm(_OfPetition):
    """A file of people who signed on paper."""

    file = ChosenFileField(_l("File"))


class ColumnsForm(FlaskForm):
    """What the columns of a file hold, and what applies to all its rows."""

    version = VersionField()
    has_heading = BooleanField(_l("The first row has the column names"))
    lang = SelectField(_l("Language for rows without one"), choices=language_choices)
    country = CountryChoice(_l("Country for rows without one"))
    signed_on = SigningDayField(_l("Signing date for rows without one"), [Optional()])
    petition_version = SelectField(
        _l("Which version of the text is on the sheets?"), validate_choice=False
    )
    dates = RadioField(
        _l("Dates like 03/04/2026"),
        choices=[
            SelectChoice("day", _l("start with the day")),
            SelectChoice("month", _l("start with the month")),
        ],
        default="day",
    )
    wording = TextAreaField(
        _l("Consent text on the sheets"),
        [
            DataRequired(_l("Copy the text from the sheets.")),
            Length(max=MAX_WORDING_LENGTH, message=TOO_LONG),
        ],
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each field, and that a column or the form says when people signed."""
        valid: bool = super().validate(extra_validators)
        field = self.signed_on
        if not field.data and not field.errors and "signed_at" not in self.fields:
            field.errors = [_l("No column has the signing date. Enter it here.")]
            valid = False
        return valid

    def offer_versions(self, versions: Sequence[PetitionVersion]) -> Self:
        """Offer the PetitionVersions of a petition, the newest first, and return the form."""
        self.petition_version.choices = [
            SelectChoice(str(version.id), str(version.number)) for version in reversed(versions)
        ]
        return self

    @property
    def version_id(self) -> int:
        """The chosen version, or the newest if the form data names none of them."""
        offered = [choice.value for choice in self.petition_version.choices]
        return int(
            self.petition_version.data if self.petition_version.data in offered else offered[0]
        )

    # The fields assigned to columns and set from the form data before validating.
    fields: tuple[str, ...] = ()


class AcceptForm(FlaskForm):
    """The organizer's statement before a batch is imported."""

    version = VersionField()
    attested = BooleanField(
        _l("We have the signed sheets, and this import matches what is written on them")
    )

    def validate_attested(self, field: Field) -> None:
        if not field.data:
            raise ValidationError(
                _l("Check this box first. Without it, we do not count paper signatures.")
            )
