"""The form for an export, and the labels of exports: purposes, states, what each offers."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import starmap
from typing import Any, Self

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as pgettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, RadioField, SelectChoice, SelectField, SelectMultipleField
from wtforms.validators import DataRequired, InputRequired, Optional, ValidationError

from campaign.exports.columns import COLUMNS, EVERYTHING
from campaign.exports.models import SUBSCRIBERS, Export, ExportChoice
from campaign.exports.selection import Selection
from campaign.i18n.countries import countries
from campaign.i18n.locales import current_locale
from campaign.organize.core.fields import LineField, language_choices, max_length
from campaign.organize.core.time_fields import DayField
from campaign.organize.signatures.labels import EVIDENCE_LABELS
from campaign.organize.statistics.figures import zone
from campaign.petitions.models import DELIVERED_DETAILS, Petition
from campaign.sharing.attribution import clean_source

AIM_LABELS = {
    "delivery": _l("Delivery list"),
    "letters": _l("Mailing list"),
    "records": _l("Our own records"),
}
AIM_HINTS = {
    "delivery": _l("A list without email addresses. Names appear as each person chose"),
    "letters": _l("Only people who asked for updates, with their email addresses"),
    "records": _l("All the data about each person"),
}
# The columns offered for each aim. A column that an aim does not need is not offered. The usual
# ones follow in DEFAULT_COLUMNS.
OFFERED = {
    "delivery": (
        "number",
        "evidence",
        "shown_name",
        "full_name",
        "country",
        "postal_code",
        "shown_comment",
        "version",
        "day",
    ),
    "letters": (
        "full_name",
        "given_name",
        "family_name",
        "email",
        "country",
        "postal_code",
        "lang",
    ),
    "records": tuple(COLUMNS),
}
DEFAULT_COLUMNS = {
    "delivery": ("number", "evidence", "shown_name", "country", "day"),
    "letters": ("given_name", "family_name", "email", "lang"),
    "records": EVERYTHING,
}
STATE_LABELS = {
    "counted": pgettext("which signatures", "Counted"),
    "pending": _l("Waiting for confirmation"),
    "held": _l("Held for review"),
    "withdrawn": pgettext("which signatures", "Withdrawn"),
    "all": _l("Any status"),
}
KIND_LABELS = {
    "csv": _l("Spreadsheet (CSV)"),
    "xlsx": _l("Excel (XLSX)"),
    "jsonl": _l("For programs (JSON Lines)"),
}
BRIEF_KINDS = {"csv": "CSV", "xlsx": "XLSX", "jsonl": "JSON Lines", "pack": _l("Delivery pack")}
EXPORT_STATES = {
    "waiting": _l("in the queue"),
    "working": _l("in progress"),
    "ready": _l("ready"),
    "failed": _l("failed"),
}
STATE_TAGS = {"waiting": "waiting", "working": "waiting", "ready": "success", "failed": "danger"}
FAULTS = {
    "no_room": _l("The server’s disk is full. Free some space, then try again."),
    "no_storage": _l("The file storage is not responding. We will try again every minute."),
    "too_large": _l(
        "The file would be larger than 4 GB. Choose fewer columns, fewer days, or CSV."
    ),
    "broken": _l(
        "We tried three times and failed. Ask the person who runs the server to look at its log."
    ),
}


def offered(aim: str, petition: Petition) -> tuple[str, ...]:
    """Return the columns offered for an aim, for delivery only those the petition discloses."""
    if aim != "delivery":
        return OFFERED[aim]
    withheld = {*DELIVERED_DETAILS, "full_name"} - {
        *petition.delivered_details,
        f"{petition.delivered_names}_name",
    }
    return tuple(name for name in OFFERED[aim] if name not in withheld)


def how_far(export: Export) -> str:
    """Return a sentence about the progress of an export."""
    if export.state == "waiting" and export.error_code:
        return str(FAULTS[export.error_code])
    if export.state == "waiting" or not export.total:
        return _("Your poster is in the queue.")
    if export.aim == SUBSCRIBERS:
        return ngettext(
            "%(done)s of %(total)s subscriber",
            "%(done)s of %(total)s subscribers",
            export.total,
            done=format_decimal(export.done),
            total=format_decimal(export.total),
        )
    if export.done >= export.total:
        return _("Everything is in the file. We are finishing it.")
    return ngettext(
        "%(done)s of %(total)s signature",
        "%(done)s of %(total)s signatures",
        export.total,
        done=format_decimal(export.done),
        total=format_decimal(export.total),
    )


def label_context() -> dict[str, Any]:
    """Return the template context that all pages about exports need for their texts."""
    return {
        "aim_labels": AIM_LABELS,
        "aim_hints": AIM_HINTS,
        "brief_kinds": BRIEF_KINDS,
        "export_states": EXPORT_STATES,
        "export_tags": STATE_TAGS,
        "faults": FAULTS,
        "how_far": how_far,
    }


MAX_PURPOSE_LENGTH = 300
FILTERS = ("state", "evidence", "country", "lang", "source", "subscribed")


class PurposeForm(FlaskForm):
    """The purpose that must be given before signatures are exported."""

    purpose = LineField(
        _l("What exactly is the file for?"),
        [
            DataRequired(
                _l("Say what the file is for, in a few words. We record this with your name.")
            ),
            max_length(MAX_PURPOSE_LENGTH),
        ],
    )


class ExportForm(PurposeForm):
    """Columns, filters and file type, for one of the AIMS."""

    columns = SelectMultipleField(
        _l("Columns"), validators=[InputRequired(_l("Choose at least one column."))]
    )
    state = SelectField(_l("Which signatures"), default="counted")
    evidence = SelectField(_l("Type of proof"), default="")
    country = SelectField(_l("Country"), default="")
    lang = SelectField(_l("Language"), default="")
    source = LineField(_l("Code in the link (?source=)"), [max_length(40)])
    since = DayField(_l("First day"), [Optional()])
    until = DayField(_l("Last day"), [Optional()])
    subscribed = BooleanField(_l("Only people who asked for updates"))
    kind = RadioField(_l("File"), choices=list(starmap(SelectChoice, KIND_LABELS.items())))

    def __init__(self, aim: str, petition: Petition, **named: Any) -> None:
        super().__init__(**named)
        self._aim = aim
        self.columns.choices = [
            SelectChoice(name, COLUMNS[name].label)
            for name in COLUMNS
            if name in offered(aim, petition)
        ]
        self.state.choices = list(starmap(SelectChoice, STATE_LABELS.items()))
        self.evidence.choices = [
            SelectChoice("", _l("Any type of proof")),
            *starmap(SelectChoice, EVIDENCE_LABELS.items()),
        ]
        self.country.choices = [
            SelectChoice("", _l("Any country")),
            *starmap(SelectChoice, countries(str(current_locale()))),
        ]
        self.lang.choices = [SelectChoice("", _l("Any language")), *language_choices()]
        if aim == "letters":
            # Nobody else may be written to.
            del self.state, self.subscribed

    @classmethod
    def begin(cls, aim: str, petition: Petition, chosen: ExportChoice | None) -> Self:
        """Return the form with the last ExportChoice for this petition, or the defaults."""
        if chosen is None:
            default_columns = [
                name for name in DEFAULT_COLUMNS[aim] if name in offered(aim, petition)
            ]
            return cls(
                aim,
                petition,
                formdata=None,
                data={"columns": default_columns, "state": "counted", "kind": "csv"},
            )
        saved = {name: chosen.choice.get(name) for name in (*FILTERS, "columns")}
        return cls(
            aim,
            petition,
            formdata=None,
            data={**saved, **_days(chosen.choice), "kind": chosen.kind},
        )

    def validate_source(self, field: Field) -> None:
        if field.data and not clean_source(field.data):
            raise ValidationError(
                _l("Enter the code the way it appears after ?source= in the link.")
            )

    def validate_until(self, field: Field) -> None:
        if field.data and self.since.data and field.data < self.since.data:
            raise ValidationError(_l("The last day is before the first day. Choose a later one."))

    def selection(self, petition_id: int) -> Selection:
        """Return the requested Selection."""
        is_mailing_list = self._aim == "letters"
        return Selection(
            petition_id,
            columns=tuple(name for name in COLUMNS if name in self.columns.data),
            state="counted" if is_mailing_list else self.state.data,
            evidence=self.evidence.data,
            country=self.country.data,
            lang=self.lang.data,
            source=clean_source(self.source.data or ""),
            subscribed=is_mailing_list or self.subscribed.data,
            delivered=self._aim == "delivery",
            since=_start(self.since.data),
            until=_start(self.until.data, days=1),
        )


def _start(day: date | None, days: int = 0) -> datetime | None:
    """Return the first instant of a day in the site's time zone.

    Return None, which sets no limit, without a day or at the ends of the calendar.
    """
    if day is None:
        return None
    try:
        return datetime.combine(day + timedelta(days=days), time(), zone()).astimezone(UTC)
    except OverflowError:
        return None


def _days(choice: dict[str, Any]) -> dict[str, date | None]:
    """Return the days that the instants of a saved choice were made from."""
    selection = Selection.from_json(choice)
    since = selection.since and selection.since.astimezone(zone()).date()
    until = selection.until and (selection.until.astimezone(zone()) - timedelta(days=1)).date()
    return {"since": since, "until": until}
