"""The forms made of rows: an event's programme and its people."""

from collections import Counter
from datetime import time
from typing import Any, Self

from flask_babel import lazy_gettext as _l
from wtforms import Form, FormField, SelectChoice, SelectField
from wtforms.validators import Optional

from campaign.events.models import Event
from campaign.i18n.locales import LOCALES
from campaign.organize.content_fields import (
    LineField,
    RowsField,
    by_language,
    in_language,
    most,
    moved,
)
from campaign.organize.events.forms import PartForm
from campaign.organize.hour_fields import TimeOfDayField

MAX_ROWS = 40
MAX_TEXT_LENGTH = 300
MAX_NAME_LENGTH = 120
ROLES = [SelectChoice("speaker", _l("Speaker")), SelectChoice("host", _l("Host"))]


class _RowsForm(PartForm):
    """A part that is a list of rows."""

    def rearranged(self, press: str | None) -> Self | None:
        rows = moved(self.rows.data, press)
        if rows is None:
            return None
        return type(self)(
            self.event, formdata=None, data={"version": self.version.data, "rows": rows[:MAX_ROWS]}
        )


class _Hour(Form):
    """A time, and what happens then."""

    at = TimeOfDayField(_l("Time"), [Optional()])


HourRow = type(
    "HourRow",
    (_Hour,),
    by_language(
        "what",
        lambda lang: LineField(in_language(_l("What happens"), lang), [most(MAX_TEXT_LENGTH)]),
    ),
)


class ProgrammeForm(_RowsForm):
    """The programme, by time."""

    part = "programme"
    rows = RowsField(FormField(HourRow), _l("Times"), max_entries=MAX_ROWS)

    @classmethod
    def values(cls, event: Event) -> dict[str, Any]:
        rows = {}
        for text in sorted(event.texts, key=lambda text: text.lang != event.original_lang):
            seen = Counter()
            for at, what in text.programme:
                seen[at] += 1
                rows.setdefault((at, seen[at]), {"at": at})[f"what_{text.lang}"] = what
        ordered = [rows[key] for key in sorted(rows)]
        return {"rows": [{**row, "at": time.fromisoformat(row["at"])} for row in ordered] or [{}]}

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        for row in self.rows:
            if (
                not row["at"].data
                and not row["at"].errors
                and any(row[f"what_{lang}"].data for lang in LOCALES)
            ):
                row["at"].errors = [_l("Enter a time.")]
        self.rows.errors = [row.errors for row in self.rows if row.errors]
        return valid and not self.rows.errors

    def changes(self) -> dict[str, Any]:
        rows = sorted((row for row in self.rows.data if row["at"]), key=lambda row: row["at"])
        return {
            "texts": {
                lang: {
                    "programme": [
                        [f"{row['at']:%H:%M}", row[f"what_{lang}"]]
                        for row in rows
                        if row[f"what_{lang}"]
                    ]
                }
                for lang in self.written
            }
        }


class _Person(Form):
    """A person who speaks or invites."""

    name = LineField(_l("Name"), [most(MAX_NAME_LENGTH)])
    role = SelectField(_l("Role at the event"), choices=ROLES)


PersonRow = type(
    "PersonRow",
    (_Person,),
    by_language(
        "words",
        lambda lang: LineField(in_language(_l("About this person"), lang), [most(MAX_TEXT_LENGTH)]),
    ),
)


class PeopleForm(_RowsForm):
    """The people who speak and invite."""

    part = "people"
    rows = RowsField(FormField(PersonRow), _l("People"), max_entries=MAX_ROWS)

    @classmethod
    def values(cls, event: Event) -> dict[str, Any]:
        return {"rows": [_row(person) for person in event.people] or [{}]}

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        for row in self.rows:
            if not row["name"].data and any(row[f"words_{lang}"].data for lang in LOCALES):
                row["name"].errors = [_l("Enter the name.")]
        self.rows.errors = [row.errors for row in self.rows if row.errors]
        return valid and not self.rows.errors

    def changes(self) -> dict[str, Any]:
        return {"people": [_person(row) for row in self.rows.data if row["name"]]}


def _row(person: dict[str, Any]) -> dict[str, Any]:
    words = {f"words_{lang}": said for lang, said in person.get("words", {}).items()}
    return {"name": person["name"], "role": person["role"], **words}


def _person(row: dict[str, Any]) -> dict[str, Any]:
    words = {lang: said for lang in LOCALES if (said := row[f"words_{lang}"])}
    return {"name": row["name"], "role": row["role"], "words": words}
