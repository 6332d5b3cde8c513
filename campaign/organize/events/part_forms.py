"""The forms for an event's place, registration, subject, programme and people."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import time
from typing import Any, Self

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    Field,
    Form,
    FormField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import InputRequired, NumberRange, Optional, StopValidation

from campaign.events.models import MAX_REMEMBERED, Event
from campaign.events.seats import MAX_SEATS
from campaign.organize.core.fields import (
    InLanguages,
    LineField,
    RowsField,
    WholeNumberField,
    by_language,
    in_language,
    language_choices,
    max_length,
    moved,
)
from campaign.organize.core.time_fields import TimeOfDayField
from campaign.organize.events.forms import PartForm, PartInLanguages, texts_of
from campaign.organize.petitions.questions import (
    MAX_QUESTIONS,
    check_rows,
    question_rows,
    questions_in,
    rows_of,
)
from campaign.signatures.fields import CountryField
from campaign.site.settings import site_settings

MAX_PLACE_LENGTH = 200
MAX_ADDRESS_LENGTH = 300
MAX_TOWN_LENGTH = 80
MAX_URL_LENGTH = 500
MAX_PEOPLE = 1_000_000
# Matches how map services write a point: two decimal numbers, whatever surrounds them.
_PAIR = re.compile(r"(-?\d{1,2}\.\d+)[,/&;\s]+(?:[a-z]+=)?(-?\d{1,3}\.\d+)")
ONLINE_FOR = [
    SelectChoice("everyone", _l("Everyone, on the event page")),
    SelectChoice("registered", _l("Only in the email to people who register")),
]
REGISTRATION_CHOICES = [
    SelectChoice("none", _l("No registration needed")),
    SelectChoice("optional", _l("Registration is optional")),
    SelectChoice("required", _l("Registration is required")),
]


class PointField(StringField):
    """A point on the map: latitude and longitude, or the URL of a map that shows it.

    `point` is the pair, or None.
    """

    data: str | None

    point: tuple[float, float] | None = None

    def pre_validate(self, form: Form) -> None:
        text = (self.data or "").strip()[:MAX_URL_LENGTH]
        if not text:
            return
        match = _PAIR.search(text)
        pair = (float(match[1]), float(match[2])) if match else None
        if pair is None or abs(pair[0]) > 90 or abs(pair[1]) > 180:
            raise StopValidation(
                _l("Enter two numbers, like 45.42153, -75.69719, or a link to a map of the place.")
            )
        self.point = pair
        self.data = point_text(*pair)


def point_text(latitude: float, longitude: float) -> str:
    return f"{latitude:.5f}, {longitude:.5f}"


def _place(lang: str) -> LineField:
    return LineField(in_language(_l("Place"), lang), [max_length(MAX_PLACE_LENGTH)])


def _address(lang: str) -> LineField:
    return LineField(in_language(_l("Street address"), lang), [max_length(MAX_ADDRESS_LENGTH)])


class PlaceForm(PartInLanguages):
    """Where the event takes place, on site and online."""

    part = "place"
    town = LineField(_l("City"), [max_length(MAX_TOWN_LENGTH)])
    country = CountryField(_l("Country"))
    point = PointField(_l("Location on the map"))
    online_url = LineField(_l("Online meeting link"), [max_length(MAX_URL_LENGTH)])
    online_for = RadioField(_l("Who sees the link"), choices=ONLINE_FOR, default="everyone")

    @classmethod
    def fields_in(cls, languages: tuple[str, ...]) -> dict[str, Any]:
        return {
            **by_language(languages, "place", _place),
            **by_language(languages, "address", _address),
        }

    @classmethod
    def values(cls, event: Event) -> dict[str, Any]:
        names = ("town", "country", "online_url", "online_for")
        point = (
            point_text(event.latitude, event.longitude)
            if event.latitude is not None and event.longitude is not None
            else ""
        )
        return {
            **{name: getattr(event, name) for name in names},
            "point": point,
            **texts_of(event, "place", "address"),
        }

    def validate_online_url(self, field: Field) -> None:
        if field.data and not re.match(r"https?://[^\s/]+\.[^\s]+$", field.data):
            raise StopValidation(_l("Enter a full link, like https://meet.example.org/evening."))

    def changes(self) -> dict[str, Any]:
        latitude, longitude = self.point.point or (None, None)
        settings = {
            name: self[name].data or "" for name in ("town", "country", "online_url", "online_for")
        }
        return {
            **settings,
            "latitude": latitude,
            "longitude": longitude,
            "texts": self.by_language("place", "address"),
        }


def _price(lang: str) -> LineField:
    return LineField(in_language(_l("Price"), lang), [max_length(MAX_PLACE_LENGTH)])


class ComingForm(PartInLanguages):
    """How people take part: with or without registration, free or not, and questions for them."""

    part = "coming"
    registration = RadioField(_l("Registration"), choices=REGISTRATION_CHOICES, default="none")
    capacity = WholeNumberField(
        _l("Number of seats"),
        [Optional(), NumberRange(1, MAX_PEOPLE, _l("Enter a number, 1 or more."))],
    )
    most_seats = WholeNumberField(
        _l("Seats per registration"),
        [
            InputRequired(_l("Enter a number from 1 to 20.")),
            NumberRange(1, MAX_SEATS, _l("Enter a number from 1 to 20.")),
        ],
    )
    is_free = BooleanField(_l("Admission is free"))

    @classmethod
    def fields_in(cls, languages: tuple[str, ...]) -> dict[str, Any]:
        return {"rows": question_rows(languages), **by_language(languages, "price", _price)}

    @classmethod
    def values(cls, event: Event) -> dict[str, Any]:
        names = ("registration", "capacity", "most_seats", "is_free")
        return {
            **{name: getattr(event, name) for name in names},
            "rows": rows_of(event.questions),
            **texts_of(event, "price"),
        }

    def rearranged(self, press: str | None) -> Self | None:
        rows = moved(self.rows.data, press)
        if rows is None:
            return None
        typed = {
            field.name: field.data for field in self if field.name not in ("rows", "csrf_token")
        }
        return type(self)(self.event, formdata=None, data={**typed, "rows": rows[:MAX_QUESTIONS]})

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        return check_rows(self.rows, self.event.original_lang) and valid

    def changes(self) -> dict[str, Any]:
        settings = {
            name: self[name].data for name in ("registration", "capacity", "most_seats", "is_free")
        }
        questions = questions_in(self.rows, self.event.original_lang)
        return {**settings, "questions": questions, "texts": self.by_language("price")}


class AboutForm(PartForm):
    """The languages spoken there, and the petitions it is about."""

    part = "about"
    languages = SelectMultipleField(_l("Languages spoken"), choices=language_choices)
    others = LineField(_l("Other languages spoken"), [max_length(MAX_PLACE_LENGTH)])
    petitions = SelectMultipleField(_l("Petitions"), coerce=int)
    remembered = WholeNumberField(
        _l("How many people the event remembers"),
        [
            Optional(),
            NumberRange(
                0,
                MAX_REMEMBERED,
                _l("Enter a number from 0 to %(max)s.", max=MAX_REMEMBERED),
            ),
        ],
    )

    @classmethod
    def values(cls, event: Event) -> dict[str, Any]:
        offered = site_settings().languages
        return {
            "languages": [lang for lang in event.languages if lang in offered],
            "others": ", ".join(lang for lang in event.languages if lang not in offered),
            "petitions": [petition.petition_id for petition in event.petitions],
            "remembered": event.remembered or None,
        }

    def offer(self, petitions: Iterable[Any]) -> Self:
        """Offer these PetitionCards and return the form."""
        self.petitions.choices = [
            SelectChoice(petition.id, petition.title) for petition in petitions
        ]
        return self

    def changes(self) -> dict[str, Any]:
        others = [name for part in (self.others.data or "").split(",") if (name := part.strip())]
        return {
            "languages": [*self.languages.data, *dict.fromkeys(others)],
            "remembered": self.remembered.data or 0,
            "petition_ids": self.petitions.data,
        }


MAX_ROWS = 40
MAX_TEXT_LENGTH = 300
MAX_NAME_LENGTH = 120
ROLES = [SelectChoice("speaker", _l("Speaker")), SelectChoice("host", _l("Host"))]


class _RowsForm(PartInLanguages):
    """A part that is a list of rows."""

    def rearranged(self, press: str | None) -> Self | None:
        rows = moved(self.rows.data, press)
        if rows is None:
            return None
        return type(self)(
            self.event, formdata=None, data={"version": self.version.data, "rows": rows[:MAX_ROWS]}
        )


def _what(lang: str) -> LineField:
    return LineField(in_language(_l("What happens"), lang), [max_length(MAX_TEXT_LENGTH)])


class HourRow(InLanguages, Form):
    """A time, and what happens then."""

    at = TimeOfDayField(_l("Time"), [Optional()])

    @classmethod
    def fields_in(cls, languages: tuple[str, ...]) -> dict[str, Any]:
        return by_language(languages, "what", _what)


class ProgrammeForm(_RowsForm):
    """The programme, by time."""

    part = "programme"

    @classmethod
    def fields_in(cls, languages: tuple[str, ...]) -> dict[str, Any]:
        row = FormField(HourRow.in_languages(languages))
        return {"rows": RowsField(row, _l("Times"), max_entries=MAX_ROWS)}

    @classmethod
    def values(cls, event: Event) -> dict[str, Any]:
        rows: dict[tuple[str, int], dict[str, str]] = {}
        for text in sorted(event.texts, key=lambda text: text.lang != event.original_lang):
            seen: Counter[str] = Counter()
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
                and any(row[f"what_{lang}"].data for lang in self.languages)
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


def _about(lang: str) -> LineField:
    return LineField(in_language(_l("About this person"), lang), [max_length(MAX_TEXT_LENGTH)])


class PersonRow(InLanguages, Form):
    """A person who speaks or invites."""

    name = LineField(_l("Name"), [max_length(MAX_NAME_LENGTH)])
    role = SelectField(_l("Role at the event"), choices=ROLES)

    @classmethod
    def fields_in(cls, languages: tuple[str, ...]) -> dict[str, Any]:
        return by_language(languages, "words", _about)


class PeopleForm(_RowsForm):
    """The people who speak and invite."""

    part = "people"

    @classmethod
    def fields_in(cls, languages: tuple[str, ...]) -> dict[str, Any]:
        row = FormField(PersonRow.in_languages(languages))
        return {"rows": RowsField(row, _l("People"), max_entries=MAX_ROWS)}

    @classmethod
    def values(cls, event: Event) -> dict[str, Any]:
        return {"rows": [_row(person) for person in event.people] or [{}]}

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        for row in self.rows:
            if not row["name"].data and any(row[f"words_{lang}"].data for lang in self.languages):
                row["name"].errors = [_l("Enter the name.")]
        self.rows.errors = [row.errors for row in self.rows if row.errors]
        return valid and not self.rows.errors

    def changes(self) -> dict[str, Any]:
        return {"people": [_person(row, self.languages) for row in self.rows.data if row["name"]]}


def _row(person: dict[str, Any]) -> dict[str, Any]:
    texts = {f"words_{lang}": text for lang, text in person.get("words", {}).items()}
    return {"name": person["name"], "role": person["role"], **texts}


def _person(row: dict[str, Any], languages: tuple[str, ...]) -> dict[str, Any]:
    texts = {lang: text for lang in languages if (text := row[f"words_{lang}"])}
    return {"name": row["name"], "role": row["role"], "words": texts}
