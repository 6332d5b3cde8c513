"""The forms for what is set about a petition: whom it asks, and when."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Form, FormField
from wtforms.validators import Optional

from campaign.i18n.local_times import local_time
from campaign.i18n.locales import LOCALES, NAMES
from campaign.organize.content_fields import (
    LineField,
    RevisionField,
    RowsField,
    by_language,
    in_language,
    most,
)
from campaign.organize.hour_fields import DayField, HourField, ZoneField

MAX_TARGETS = 30
MAX_TARGET_LENGTH = 200

TargetRow = type(
    "TargetRow",
    (Form,),
    {lang: LineField(NAMES[lang], [most(MAX_TARGET_LENGTH)]) for lang in LOCALES},
)


class TargetsForm(FlaskForm):
    """Who is asked, in their order, each called as in each language."""

    revision = RevisionField()
    rows = RowsField(FormField(TargetRow), _l("Addressed to"), max_entries=MAX_TARGETS)

    @classmethod
    def of(cls, petition):
        return cls.with_rows(
            [target.names for target in petition.targets] or [{}], petition.revision
        )

    @classmethod
    def with_rows(cls, rows, revision):
        return cls(formdata=None, data={"rows": rows[:MAX_TARGETS], "revision": revision})

    def targets(self):
        """Return the rows in which anything was typed as {language: name}."""
        rows = ({lang: row[lang] for lang in LOCALES if row[lang]} for row in self.rows.data)
        return [row for row in rows if row]


class _Dates(FlaskForm):
    """When it can be signed, and when and where the signatures are handed over."""

    revision = RevisionField()
    time_zone = ZoneField()
    opens_at = HourField(_l("Opens"), [Optional()])
    closes_at = HourField(_l("Closes"), [Optional()])
    deliver_on = DayField(_l("Day of the hand-over"), [Optional()])

    @classmethod
    def of(cls, petition, usual_zone):
        zone = petition.time_zone or usual_zone
        times = {
            name: local_time(moment, zone)
            for name in ("opens_at", "closes_at")
            if (moment := getattr(petition, name))
        }
        places = {f"deliver_place_{lang}": place for lang, place in petition.deliver_places.items()}
        data = {
            "revision": petition.revision,
            "time_zone": zone,
            "deliver_on": petition.deliver_on,
            **times,
            **places,
        }
        return cls(formdata=None, data=data)

    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        self.opens, self.closes = None, None

    def validate(self, extra_validators=None):
        valid = super().validate(extra_validators)
        if self.time_zone.errors:
            return False
        self.opens, self.closes = (
            field.instant_in(self.time_zone.data) if field.data and not field.errors else None
            for field in (self.opens_at, self.closes_at)
        )
        if self.opens and self.closes and self.closes <= self.opens:
            self.closes_at.errors = [_l("That is not after it opens.")]
        return valid and not self.opens_at.errors and not self.closes_at.errors

    def places(self):
        """Return {language: where the signatures are handed over}."""
        typed = {lang: self[f"deliver_place_{lang}"].data for lang in LOCALES}
        return {lang: place for lang, place in typed.items() if place}


def _place(lang):
    return LineField(in_language(_l("Place of the hand-over"), lang), [most(MAX_TARGET_LENGTH)])


DatesForm = type(
    "DatesForm",
    (_Dates,),
    by_language("deliver_place", _place),
)
