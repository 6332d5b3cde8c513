"""The filters of the event list and the registration form of an event."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

from flask import request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import Form, HiddenField, SelectChoice, SelectField
from wtforms.validators import ValidationError

from campaign.events.presenters import EventPage
from campaign.http.public_form import PublicForm
from campaign.petitions.questions import ANSWER_PREFIX
from campaign.signatures.fields import EmailField, NameField
from campaign.signatures.forms import MISSING_ANSWER, answer_field

MAX_PAGES = 5000
MAX_LENGTH = 80


@dataclass(frozen=True)
class Filters:
    """The filters of the event list. Empty texts mean everything."""

    when: str
    cause: str
    place: str
    page: int

    @classmethod
    def from_args(cls, arguments: MultiDict[str, str]) -> Self:
        """Return the filters in the arguments of a request. Invalid arguments are ignored."""
        number = arguments.get("page", 1, type=int) or 1
        return cls(
            when="past" if arguments.get("when") == "past" else "ahead",
            cause=_clean_text(arguments.get("cause", "")),
            place=_clean_text(arguments.get("place", "")),
            page=min(max(number, 1), MAX_PAGES),
        )

    def address(self, **changes: Any) -> str:
        """Return the URL of the list with other filters. Default values are left out."""
        values = {**vars(self), **changes}
        defaults = {"when": "ahead", "cause": "", "place": "", "page": 1}
        return url_for(
            "events.index",
            **{name: values[name] for name in defaults if values[name] != defaults[name]},
        )


class TicketAddressField(EmailField):
    """The email address to send the ticket to."""

    missing = _l("Enter your email address. We will send your entry code there.")


class SeatsField(SelectField):
    """How many seats, from one to `max_seats`."""

    data: str | None

    def __init__(self, label: Any = None, max_seats: int = 1, **kwargs: Any) -> None:
        choices = [SelectChoice(str(number), str(number)) for number in range(1, max_seats + 1)]
        super().__init__(label, choices=choices, default="1", validate_choice=False, **kwargs)
        self.max_seats = max_seats

    @property
    def number(self) -> int:
        """The chosen number of seats. Use it only after validation."""
        return int(self.data or "1")

    def pre_validate(self, form: Form) -> None:
        """Check and normalize the number. Raise ValidationError."""
        text = (self.data or "1").strip()
        if not (
            text.isascii()
            and text.isdigit()
            and 1 <= int(text[:3]) <= self.max_seats
            and len(text) <= 3
        ):
            raise ValidationError(_l("Choose how many seats you need."))
        self.data = str(int(text))


class SeatForm(PublicForm):
    """What supporters may change in their registration."""

    name = NameField(_l("Your name"))

    needed = frozenset({"name"})

    def validate(self, extra_validators: Any = None) -> bool:
        """Validate each field on its own, then check the required ones."""
        valid: bool = super().validate(extra_validators)
        for name in self.needed & self._fields.keys():
            field = self[name]
            if not field.errors and not field.data:
                field.errors = [_l("Enter your name.") if name == "name" else MISSING_ANSWER]
                valid = False
        return valid

    def answers(self) -> dict[str, Any]:
        """Return the answers to the event's own questions, by question name."""
        prefix = ANSWER_PREFIX
        fields = (
            (name, field.data) for name, field in self._fields.items() if name.startswith(prefix)
        )
        return {name.removeprefix(prefix): data for name, data in fields}


class RegistrationForm(SeatForm):
    """The registration form under an event."""

    email = TicketAddressField(_l("Email"))
    website = HiddenField(_l("Leave this empty"))


def registration_form(event: EventPage, data: Mapping[str, Any] | None = None) -> SeatForm:
    """Return the form of an EventPage, filled from the request or from `data`.

    With `data`, it is the form of an existing registration and has no email field.
    """
    questions = tuple(
        (q["name"], q["type"], q["label"], tuple(q.get("choices", ())), q["required"])
        for q in event.questions
    )
    form_class = _form_class(
        RegistrationForm if data is None else SeatForm, event.most_seats, questions
    )
    sent = request.form if request.method == "POST" else None
    return form_class(formdata=sent, data=data)


@lru_cache(maxsize=256)
def _form_class(base: type[SeatForm], max_seats: int, questions: tuple[Any, ...]) -> type[SeatForm]:
    answers = {
        ANSWER_PREFIX + name: answer_field(kind, label, choices)
        for name, kind, label, choices, _ in questions
    }
    needed = {ANSWER_PREFIX + name for name, _, _, _, required in questions if required}
    seats = SeatsField(_l("Seats"), max_seats=max_seats)
    return type(
        "EventForm", (base,), {"seats": seats, **answers, "needed": frozenset({"name"} | needed)}
    )


def _clean_text(text: str) -> str:
    # No name contains a null byte, and PostgreSQL raises an error for one in a query.
    return text.replace("\0", "")[:MAX_LENGTH]
