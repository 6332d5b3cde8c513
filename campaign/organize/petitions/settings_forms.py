"""The forms for a petition's targets and dates."""

from typing import Any, Self

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Form, FormField
from wtforms.validators import Optional

from campaign.i18n.local_times import local_time
from campaign.i18n.locales import LOCALES, NAMES
from campaign.organize.content_fields import (
    LineField,
    RowsField,
    VersionField,
    by_language,
    in_language,
    most,
)
from campaign.organize.hour_fields import DayField, HourField, ZoneField
from campaign.petitions.models import Petition

MAX_TARGETS = 30
MAX_TARGET_LENGTH = 200

TargetRow = type(
    "TargetRow",
    (Form,),
    {lang: LineField(NAMES[lang], [most(MAX_TARGET_LENGTH)]) for lang in LOCALES},
)


class TargetsForm(FlaskForm):
    """The targets in order, each with its name in each language."""

    version = VersionField()
    rows = RowsField(FormField(TargetRow), _l("Addressed to"), max_entries=MAX_TARGETS)

    @classmethod
    def of(cls, petition: Petition) -> Self:
        return cls.with_rows(
            [target.names for target in petition.targets] or [{}], petition.version_of("settings")
        )

    @classmethod
    def with_rows(cls, rows: list[dict[str, str]], version: int) -> Self:
        return cls(formdata=None, data={"rows": rows[:MAX_TARGETS], "version": version})

    def targets(self) -> list[dict[str, str]]:
        """Return the rows that are not empty, as {language: name}."""
        rows = ({lang: row[lang] for lang in LOCALES if row[lang]} for row in self.rows.data)
        return [row for row in rows if row]


class _Dates(FlaskForm):
    """When supporters can sign, and when and where the signatures are delivered."""

    version = VersionField()
    time_zone = ZoneField()
    opens_at = HourField(_l("Opens"), [Optional()])
    closes_at = HourField(_l("Closes"), [Optional()])
    deliver_on = DayField(_l("Delivery date"), [Optional()])

    @classmethod
    def of(cls, petition: Petition, usual_zone: str) -> Self:
        zone = petition.time_zone or usual_zone
        times = {
            name: local_time(moment, zone)
            for name in ("opens_at", "closes_at")
            if (moment := getattr(petition, name))
        }
        places = {f"deliver_place_{lang}": place for lang, place in petition.deliver_places.items()}
        data = {
            "version": petition.version_of("settings"),
            "time_zone": zone,
            "deliver_on": petition.deliver_on,
            **times,
            **places,
        }
        return cls(formdata=None, data=data)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.opens, self.closes = None, None

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        if self.time_zone.errors:
            return False
        self.opens, self.closes = (  # type: ignore[assignment]
            field.instant_in(self.time_zone.data) if field.data and not field.errors else None
            for field in (self.opens_at, self.closes_at)
        )
        if self.opens and self.closes and self.closes <= self.opens:
            self.closes_at.errors = [_l("The closing time must be after the opening time.")]
        return valid and not self.opens_at.errors and not self.closes_at.errors

    def places(self) -> dict[str, str]:
        """Return {language: where the signatures are delivered}."""
        typed = {lang: self[f"deliver_place_{lang}"].data for lang in LOCALES}
        return {lang: place for lang, place in typed.items() if place}


def _place(lang: str) -> LineField:
    return LineField(in_language(_l("Delivery place"), lang), [most(MAX_TARGET_LENGTH)])


DatesForm = type(
    "DatesForm",
    (_Dates,),
    by_language("deliver_place", _place),
)
