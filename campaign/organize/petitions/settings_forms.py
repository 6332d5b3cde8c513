"""The forms for what is set about a petition: whom it asks, and when."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, DateTimeLocalField, FieldList, Form, FormField, SelectChoice, SelectField
from wtforms.validators import Optional

from campaign.lib.local_times import NoSuchHour, instant, local_time, zone_names
from campaign.lib.locales import LOCALES, NAMES
from campaign.organize.content_fields import LineField, RevisionField, by_language, in_language, most

MOST_TARGETS = 30
MOST_TARGET = 200

TargetRow = type("TargetRow", (Form,), {lang: LineField(NAMES[lang], [most(MOST_TARGET)]) for lang in LOCALES})


class TargetsForm(FlaskForm):
    """Who is asked, in their order, each called as in each language."""

    revision = RevisionField()
    rows = FieldList(FormField(TargetRow), _l("Addressed to"), max_entries=MOST_TARGETS)

    @classmethod
    def of(cls, petition):
        return cls.with_rows([target.names for target in petition.targets] or [{}], petition.revision)

    @classmethod
    def with_rows(cls, rows, revision):
        return cls(formdata=None, data={"rows": rows[:MOST_TARGETS], "revision": revision})

    def targets(self):
        """Return the rows in which anything was typed as {language: name}."""
        rows = ({lang: row[lang] for lang in LOCALES if row[lang]} for row in self.rows.data)
        return [row for row in rows if row]


class _Dates(FlaskForm):
    """When it can be signed, and when and where the signatures are handed over."""

    revision = RevisionField()
    time_zone = SelectField(_l("Time zone"))
    opens_at = DateTimeLocalField(_l("Opens"), [Optional()], format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])
    closes_at = DateTimeLocalField(_l("Closes"), [Optional()], format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])
    deliver_on = DateField(_l("Day of the hand-over"), [Optional()])

    @classmethod
    def of(cls, petition, usual_zone):
        zone = petition.time_zone or usual_zone
        times = {
            name: local_time(moment, zone) for name in ("opens_at", "closes_at") if (moment := getattr(petition, name))
        }
        places = {f"deliver_place_{lang}": place for lang, place in petition.deliver_places.items()}
        data = {"revision": petition.revision, "time_zone": zone, "deliver_on": petition.deliver_on, **times, **places}
        return cls(formdata=None, data=data)

    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        self.time_zone.choices = [SelectChoice(name, name.replace("_", " ").replace("/", ": ", 1)) for name in zone_names()]
        self.opens, self.closes = None, None

    def validate(self, extra_validators=None):
        valid = super().validate(extra_validators)
        if self.time_zone.errors:
            return False
        self.opens = self._instant(self.opens_at)
        self.closes = self._instant(self.closes_at)
        if self.opens and self.closes and self.closes <= self.opens:
            self.closes_at.errors = [_l("That is not after it opens.")]
        return valid and not self.opens_at.errors and not self.closes_at.errors

    def places(self):
        """Return {language: where the signatures are handed over}."""
        typed = {lang: self[f"deliver_place_{lang}"].data for lang in LOCALES}
        return {lang: place for lang, place in typed.items() if place}

    def _instant(self, field):
        if field.errors or not field.data:
            return None
        try:
            return instant(field.data, self.time_zone.data)
        except (NoSuchHour, OverflowError):
            field.errors = [_l("There is no such hour on that day: the clocks go forward. Choose one an hour later.")]
            return None


def _place(lang):
    return LineField(in_language(_l("Place of the hand-over"), lang), [most(MOST_TARGET)])


DatesForm = type(
    "DatesForm",
    (_Dates,),
    by_language("deliver_place", _place),
)
