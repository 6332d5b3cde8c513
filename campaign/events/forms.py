"""What visitors ask of the list of events, and the form under one: who comes, and with how many."""

from dataclasses import dataclass
from functools import lru_cache

from flask import request, url_for
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectChoice, SelectField
from wtforms.validators import ValidationError

from campaign.http.cached_fields import CachedFields
from campaign.signatures.fields import EmailField, NameField
from campaign.signatures.forms import ANSWER_PREFIX, MISSING_ANSWER, answer_field

MAX_PAGES = 5000
MAX_LENGTH = 80


@dataclass(frozen=True)
class Filters:
    """What the list was asked for; empty texts stand for everything."""

    when: str
    cause: str
    place: str
    page: int

    @classmethod
    def asked(cls, arguments):
        """Return the filters in the arguments of a request; what makes no sense is as if it had not been said."""
        number = arguments.get("page", 1, type=int) or 1
        return cls(
            when="past" if arguments.get("when") == "past" else "ahead",
            cause=_plain(arguments.get("cause", "")),
            place=_plain(arguments.get("place", "")),
            page=min(max(number, 1), MAX_PAGES),
        )

    def address(self, **changes):
        """Return the address of the list with other filters; what is usual is left out."""
        asked = {**vars(self), **changes}
        usual = {"when": "ahead", "cause": "", "place": "", "page": 1}
        return url_for(
            "events.index", **{name: asked[name] for name in usual if asked[name] != usual[name]}
        )


class TicketAddressField(EmailField):
    """The address that the letter with the ticket goes to."""

    missing = _l("We need your e-mail address to send you the letter that is your ticket.")


class SeatsField(SelectField):
    """How many seats, from one to the most that one person may take."""

    def __init__(self, label=None, most=1, **kwargs):
        choices = [SelectChoice(str(number), str(number)) for number in range(1, most + 1)]
        super().__init__(label, choices=choices, default="1", validate_choice=False, **kwargs)
        self.most = most

    @property
    def number(self):
        return int(self.data)

    def pre_validate(self, form):
        text = (self.data or "1").strip()
        if not (
            text.isascii() and text.isdigit() and 1 <= int(text[:3]) <= self.most and len(text) <= 3
        ):
            raise ValidationError(_l("Choose a number of seats from the list."))
        self.data = str(int(text))


class SeatForm(FlaskForm):
    """What the owner of a registration may change."""

    class Meta(CachedFields):
        # Public pages set no cookie, so there is no token; foreign posts are refused by their origin.
        csrf = False

    name = NameField(_l("Your name"))

    needed = frozenset({"name"})

    def validate(self, extra_validators=None):
        """Check each field by itself, then what must be filled."""
        valid = super().validate(extra_validators)
        for name in self.needed & self._fields.keys():
            field = self[name]
            if not field.errors and not field.data:
                field.errors = [_l("Write your name.") if name == "name" else MISSING_ANSWER]
                valid = False
        return valid

    def answers(self):
        """Return what was answered to the event's own questions, by name."""
        prefix = ANSWER_PREFIX
        found = (
            (name, field.data) for name, field in self._fields.items() if name.startswith(prefix)
        )
        return {name.removeprefix(prefix): data for name, data in found}


class RegistrationForm(SeatForm):
    """The form under an event."""

    email = TicketAddressField(_l("E-mail"))
    website = HiddenField(_l("Leave this empty"))


def registration_form(event, kept=None):
    """Return the form of an EventPage, filled from the request or, on its own page, with what is `kept`.

    With `kept`, a mapping, the form is that of an owner and asks for no address.
    """
    asked = tuple(
        (q["name"], q["type"], q["label"], tuple(q.get("choices", ())), q["required"])
        for q in event.questions
    )
    form_class = _form_class(
        RegistrationForm if kept is None else SeatForm, event.most_seats, asked
    )
    sent = request.form if request.method == "POST" else None
    return form_class(formdata=sent, data=kept)


@lru_cache(maxsize=256)
def _form_class(base, most_seats, asked):
    answers = {
        ANSWER_PREFIX + name: answer_field(kind, label, choices)
        for name, kind, label, choices, _ in asked
    }
    needed = {ANSWER_PREFIX + name for name, _, _, _, required in asked if required}
    seats = SeatsField(_l("Seats"), most=most_seats)
    return type(
        "EventForm", (base,), {"seats": seats, **answers, "needed": frozenset({"name"} | needed)}
    )


def _plain(text):
    # A null byte is in no name, and PostgreSQL would take the question for an error.
    return text.replace("\0", "")[:MAX_LENGTH]
