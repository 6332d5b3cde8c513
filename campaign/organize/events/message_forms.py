"""The form for an email to the people registered for an event."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Self

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectChoice

from campaign.events.messages.models import EventMessage
from campaign.events.models import Event
from campaign.organize.core.fields import (
    InLanguages,
    LineField,
    LinesField,
    VersionField,
    by_language,
    in_language,
    max_length,
)

MAX_SUBJECT_LENGTH = 120
MAX_BODY_LENGTH = 1500
PARTS = ("subject", "body")
MISSING_ERRORS = {
    "subject": _l("Enter the subject."),
    "body": _l("Enter the text of the email."),
}
AUDIENCE_LABELS = {
    "registered": _l("People with a seat"),
    "waiting": _l("People on the waiting list"),
    "everyone": _l("People with a seat and on the waiting list"),
    "came": _l("People who were checked in"),
}


class MessageForm(InLanguages, FlaskForm):
    """Who gets the email, and its subject and text in each language of the event."""

    parts, missing_errors = PARTS, MISSING_ERRORS
    version = VersionField()
    audience = RadioField(_l("Who gets it?"), default="registered")

    @classmethod
    def fields_in(cls, languages: tuple[str, ...]) -> dict[str, Any]:
        return {
            **by_language(languages, "subject", _subject),
            **by_language(languages, "body", _body),
        }

    @classmethod
    def for_event(cls, event: Event, message: EventMessage | None = None) -> type[Self]:
        """Return the class of the form for the languages of an event's texts."""
        written = [event.original_lang, *(text.lang for text in event.texts)]
        return cls.in_languages(
            tuple(dict.fromkeys([*written, *(message.texts if message else ())]))
        )

    @classmethod
    def of(cls, message: EventMessage) -> Self:
        """Return the form filled with the saved draft."""
        texts = {
            f"{part}_{lang}": text[part] for lang, text in message.texts.items() for part in PARTS
        }
        form = cls.for_event(message.event, message)
        data = {"version": message.version, "audience": message.audience, **texts}
        return form(formdata=None, data=data)

    def offer(self, audiences: Collection[str]) -> Self:
        """Offer these audiences; return the form."""
        self.audience.choices = [
            SelectChoice(name, label)
            for name, label in AUDIENCE_LABELS.items()
            if name in audiences
        ]
        return self

    def validate_texts(self) -> bool:
        """Check the fields. Each language with any text needs both parts, and one needs them."""
        valid = self.validate()
        return self.require_parts(self.texts() or self.languages[:1], PARTS) and valid


def offered_audiences(event: Event, *, has_waiting: bool, now: datetime, chosen: str) -> set[str]:
    """Return the audiences that make sense for an event now, and the one that was chosen."""
    audiences = {"registered", chosen}
    if has_waiting:
        audiences |= {"waiting", "everyone"}
    if now >= event.starts_at:
        audiences |= {"came"}
    return audiences


def _subject(lang: str) -> LineField:
    return LineField(in_language(_l("Subject"), lang), [max_length(MAX_SUBJECT_LENGTH)])


def _body(lang: str) -> LinesField:
    return LinesField(in_language(_l("Text"), lang), [max_length(MAX_BODY_LENGTH)])
