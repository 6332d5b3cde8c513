"""The forms that search and correct signatures, and set how long data is kept."""

from datetime import datetime, time, timedelta
from itertools import starmap
from typing import Any, Self

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from campaign.i18n.countries import countries
from campaign.i18n.locales import current_locale
from campaign.organize.core.fields import VersionField
from campaign.organize.core.scope import PetitionSummary, chosen
from campaign.organize.core.time_fields import DayField
from campaign.organize.signatures.labels import EVIDENCE_LABELS, STATE_LABELS
from campaign.organize.statistics.figures import zone
from campaign.petitions.models import Petition
from campaign.signatures.forms import SupporterForm
from campaign.signatures.search.queries import STATES, Search

REASON_LENGTH = Length(max=300, message=_l("This is too long. Make it shorter."))


class SignatureSearch(FlaskForm):
    """The search, sent by GET as it changes nothing.

    `petitions` are those that the organizer may see.
    """

    class Meta:
        csrf = False

    words = StringField(_l("Name, email or number"), [Length(max=200)])
    petition = SelectField(_l("Petition"), validate_choice=False)
    state = SelectField(_l("Status"), validate_choice=False)
    evidence = SelectField(_l("Type of proof"), validate_choice=False)
    country = SelectField(_l("Country"), validate_choice=False)
    since = DayField(_l("First day"), [Optional()])
    until = DayField(_l("Last day"), [Optional()])

    def __init__(self, petitions: list[PetitionSummary]) -> None:
        super().__init__(formdata=request.args)
        self._petitions = petitions
        has_letters = any(item.is_letter for item in petitions)
        if has_letters:
            self.petition.label.text = _l("Petition or letter")
        every = _l("All petitions and letters") if has_letters else _l("All petitions")
        titles = (SelectChoice(item.slug, item.title) for item in petitions)
        self.petition.choices = [SelectChoice("", every), *titles]
        self.state.choices = [
            SelectChoice("", _l("Any status")),
            *(SelectChoice(state, STATE_LABELS[state]) for state in STATES),
        ]
        self.evidence.choices = [
            SelectChoice("", _l("Any type of proof")),
            *starmap(SelectChoice, EVIDENCE_LABELS.items()),
        ]
        self.country.choices = [
            SelectChoice("", _l("Any country")),
            *starmap(SelectChoice, countries(str(current_locale()))),
        ]

    def search(self) -> Search:
        """Return the Search that was asked for. Unknown choices are ignored."""
        return Search(
            petition_ids=tuple(petition.id for petition in self.petitions),
            text=(self.words.data or "")[:200],
            state=self._valid_choice(self.state),
            evidence=self._valid_choice(self.evidence),
            country=self._valid_choice(self.country),
            since=_start(self.since),
            until=_start(self.until, days=1),
        )

    @property
    def petitions(self) -> list[PetitionSummary]:
        return chosen(self._petitions, self.petition.data)

    @property
    def params(self) -> dict[str, str]:
        """Return the search's names and values as carried in the URL of the next page."""
        return {
            name: value for name, value in request.args.items() if name in self._fields and value
        }

    @staticmethod
    def _valid_choice(field: Any) -> str:
        return field.data if field.data in {choice.value for choice in field.choices} else ""


class CorrectionForm(SupporterForm):
    """A supporter's data, corrected as they asked.

    `version` is the content version of the data that this page showed.
    """

    class Meta(FlaskForm.Meta):
        csrf = True

    version = HiddenField()
    reason = StringField(
        _l("Who asked for this, and how?"),
        [
            DataRequired(_l("Say who asked for this, and how. We record it in the activity log.")),
            REASON_LENGTH,
        ],
    )


class ReasonForm(FlaskForm):
    """The reason that every serious action on a signature requires."""

    reason = StringField(
        _l("Reason"),
        [
            DataRequired(_l("Say why, in a few words. We record it in the activity log.")),
            REASON_LENGTH,
        ],
    )


class RetentionForm(FlaskForm):
    """How long personal data is kept after a petition ends."""

    version = VersionField()
    keeps = RadioField(
        _l("After the closing date"),
        choices=[
            SelectChoice("days", _l("Delete personal data after some time")),
            SelectChoice("forever", _l("Keep personal data forever")),
        ],
        validators=[InputRequired(_l("Choose whether to delete the data."))],
    )
    days = StringField(_l("Days after the closing date"))
    sure = BooleanField(_l("I know that deleted data cannot be restored"))
    # Whether the editor only asks what would be erased.
    is_trial = False
    # The number of days currently set for the petition.
    before = None

    @classmethod
    def of(cls, petition: Petition) -> Self:
        """Return the form filled with the petition's settings."""
        days = petition.retention_days
        data = {
            "version": petition.version_of("retention"),
            "keeps": "days" if days else "forever",
            "days": str(days or ""),
        }
        return cls(formdata=None, data=data)

    @property
    def number(self) -> int | None:
        """Return the days, or None if the data is kept forever."""
        return int(self.days.data) if self.keeps.data == "days" else None

    def validate_days(self, field: Field) -> None:
        text = (field.data or "").strip()
        if self.keeps.data != "days":
            # Never drop an entered value silently.
            if text and self.keeps.data and text != str(self.before or ""):
                raise ValidationError(
                    _l("Choose “Delete personal data after some time”, or leave this empty.")
                )
            return
        if not (text.isascii() and text.isdecimal() and len(text) <= 4 and 1 <= int(text) <= 3650):
            raise ValidationError(_l("Enter a number of days, from 1 to 3,650."))
        field.data = text

    def validate_sure(self, field: Field) -> None:
        if self.keeps.data == "days" and not field.data and not self.is_trial:
            raise ValidationError(_l("Check this box first."))


def _start(field: DayField, days: int = 0) -> datetime | None:
    """Return the first instant of a day in the campaign's time zone, or None without a day."""
    if field.errors or not field.data:
        return None
    try:
        return datetime.combine(field.data + timedelta(days=days), time(), zone())
    except OverflowError:
        return None
