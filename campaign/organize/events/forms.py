"""Forms to start, edit, schedule and cancel an event, and to email the people registered."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, Self

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectChoice
from wtforms.validators import DataRequired, InputRequired, ValidationError

from campaign.events.hours import HourSkipped, instant_of
from campaign.events.messages.models import EventMessage
from campaign.events.models import Event
from campaign.events.operations import Hours
from campaign.i18n.local_times import local_time
from campaign.organize.core.drafts import DraftForm
from campaign.organize.core.fields import (
    InLanguages,
    LineField,
    LinesField,
    ShortTextField,
    SlugField,
    VersionField,
    by_language,
    in_language,
    max_length,
)
from campaign.organize.core.languages import event_languages, original_first
from campaign.organize.core.time_fields import IS_OVER, NO_SUCH_HOUR, HourField, ZoneField
from campaign.process.clock import utcnow

MAX_DURATION = timedelta(days=31)
MAX_TITLE_LENGTH = 200
MAX_KIND_LENGTH = 80
MAX_BODY_LENGTH = 20_000
MAX_ACCESS_LENGTH = 4000
TEXT_PARTS = ("kind", "title", "body", "access")


class _WithHours(FlaskForm):
    """Start and end, in local time of the event's place."""

    zone = ZoneField()
    starts = HourField(_l("Starts"), [InputRequired(_l("Enter the start date and time."))])
    ends = HourField(_l("Ends"), [InputRequired(_l("Enter the end date and time."))])

    def validate(self, extra_validators: Any = None) -> bool:
        valid: bool = super().validate(extra_validators)
        if self.zone.errors:
            return False
        for field in (self.starts, self.ends):
            self._check(field)
        if not self.starts.errors and not self.ends.errors:
            if self.ends.data <= self.starts.data:
                self.ends.errors = [_l("The end must be after the start.")]
            elif self.ends.data - self.starts.data > MAX_DURATION:
                self.ends.errors = [_l("The end must be within a month of the start.")]
        return valid and not self.starts.errors and not self.ends.errors

    def hours(self) -> Hours:
        return Hours(self.starts.data, self.ends.data, self.zone.data)

    def _check(self, field: Any) -> None:
        if field.errors or not field.data:
            return
        try:
            instant_of(field.data, self.zone.data)
        except (HourSkipped, OverflowError):
            field.errors = [NO_SUCH_HOUR]


class NewEventForm(_WithHours, DraftForm):
    """A draft, and when the event takes place."""


class PartForm(FlaskForm):
    """A part of an event, named `part`."""

    part = ""
    version = VersionField()

    def __init__(self, event: Event, **named: Any) -> None:
        self.event = event
        super().__init__(**named)

    @classmethod
    def of(cls, event: Event) -> Self:
        """Return the form filled with the event's saved values."""
        return cls(
            event,
            formdata=None,
            data={"version": event.version_of(cls.part), **cls.values(event)},
        )

    @property
    def written(self) -> list[str]:
        """Return the languages in which the event has texts, its original language first."""
        langs = {text.lang for text in self.event.texts}
        order = original_first(self.event.original_lang, event_languages(self.event))
        return [lang for lang in order if lang in langs]

    def rearranged(self, press: str | None) -> Any:
        """Return the form after a press on a button of one of its rows, or None."""
        return

    def by_language(self, *parts: str) -> dict[str, dict[str, str]]:
        """Return {language: {part: entered text}} for the languages of the event."""
        return {
            lang: {part: self[f"{part}_{lang}"].data or "" for part in parts}
            for lang in self.written
        }


class PartInLanguages(InLanguages, PartForm):
    """A part of an event with fields in several languages."""

    @classmethod
    def for_event(cls, event: Event) -> Any:
        """Return the class of the form for the languages of an event."""
        return cls.in_languages(event_languages(event))

    @classmethod
    def of(cls, event: Event) -> Any:
        return super(PartInLanguages, cls.for_event(event)).of(event)


def texts_of(event: Event, *parts: str) -> dict[str, str]:
    """Return {"<part>_<language>": text} as the fields of a form take them."""
    return {f"{part}_{text.lang}": getattr(text, part) for text in event.texts for part in parts}


class TextForm(PartInLanguages):
    """The event's texts in all languages."""

    part = "words"
    parts = TEXT_PARTS

    @classmethod
    def fields_in(cls, languages: tuple[str, ...]) -> dict[str, Any]:
        return {
            **by_language(languages, "kind", _kind),
            **by_language(languages, "title", _title),
            **by_language(languages, "body", _body),
            **by_language(languages, "access", _access),
        }

    @classmethod
    def values(cls, event: Event) -> dict[str, Any]:
        return texts_of(event, *TEXT_PARTS)

    def changes(self) -> dict[str, Any]:
        return {"texts": self.texts()}

    def validate(self, extra_validators: Any = None) -> bool:
        valid: bool = super().validate(extra_validators)
        for lang in {self.event.original_lang, *self.texts()}:
            field = self[f"title_{lang}"]
            if not field.data and not field.errors:
                field.errors = [
                    _l("Enter a title first. Then you can add the other text in this language.")
                ]
                valid = False
        return valid


def _kind(lang: str) -> LineField:
    return LineField(in_language(_l("Type of event"), lang), [max_length(MAX_KIND_LENGTH)])


def _title(lang: str) -> LineField:
    return LineField(in_language(_l("Title"), lang), [max_length(MAX_TITLE_LENGTH)])


def _body(lang: str) -> LinesField:
    return LinesField(in_language(_l("Description"), lang), [max_length(MAX_BODY_LENGTH)])


def _access(lang: str) -> LinesField:
    return LinesField(in_language(_l("Good to know"), lang), [max_length(MAX_ACCESS_LENGTH)])


class HoursForm(_WithHours, PartForm):
    """When the event takes place."""

    part = "hours"

    @classmethod
    def values(cls, event: Event) -> dict[str, Any]:
        return {"zone": event.zone, "starts": event.starts_local, "ends": event.ends_local}

    def changes(self) -> dict[str, Any]:
        return {"hours": self.hours()}


class EventSlugForm(PartForm):
    """The slug of the event's page."""

    part = "address"
    slug = SlugField(
        _l("Web address"), [DataRequired(_l("Enter the end of the web address, like clean-water."))]
    )

    @classmethod
    def values(cls, event: Event) -> dict[str, Any]:
        return {"slug": event.slug}

    def changes(self) -> dict[str, Any]:
        return {"slug": self.slug.data}


MAX_NOTICE_LENGTH = 600


class LaterForm(FlaskForm):
    """When a draft is published automatically, in local time of its place.

    `moment` holds the instant once the form is valid.
    """

    publish_at = HourField(_l("Schedule"), [InputRequired(_l("Choose a date and time."))])
    moment = None

    def __init__(self, event: Event, **named: Any) -> None:
        self.event = event
        saved = local_time(event.publish_at, event.zone) if event.publish_at else None
        super().__init__(data={"publish_at": saved}, **named)

    @property
    def zone(self) -> str:
        """The time zone in which the time was entered."""
        return self.event.zone

    def validate_publish_at(self, field: HourField) -> None:
        if not field.data:
            # The field has already reported that the value is no valid time.
            return
        try:
            self.moment = instant_of(field.data, self.event.zone)
        except (HourSkipped, OverflowError):
            raise ValidationError(NO_SUCH_HOUR) from None
        if self.moment <= utcnow():
            raise ValidationError(IS_OVER)


class CancelForm(InLanguages, FlaskForm):
    """Why an event is cancelled, in each of its languages."""

    @classmethod
    def fields_in(cls, languages: tuple[str, ...]) -> dict[str, Any]:
        return by_language(languages, "notice", _notice)

    def notices(self, langs: Iterable[str]) -> dict[str, str]:
        return {lang: self[f"notice_{lang}"].data or "" for lang in langs}


def _notice(lang: str) -> ShortTextField:
    return ShortTextField(
        in_language(_l("Reason, and what happens instead"), lang), [max_length(MAX_NOTICE_LENGTH)]
    )


MAX_SUBJECT_LENGTH = 120
MAX_MESSAGE_LENGTH = 1500
MESSAGE_PARTS = ("subject", "body")
MISSING_MESSAGE_ERRORS = {
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

    parts, missing_errors = MESSAGE_PARTS, MISSING_MESSAGE_ERRORS
    version = VersionField()
    audience = RadioField(_l("Who gets it?"), default="registered")

    @classmethod
    def fields_in(cls, languages: tuple[str, ...]) -> dict[str, Any]:
        return {
            **by_language(languages, "subject", _message_subject),
            **by_language(languages, "body", _message_body),
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
            f"{part}_{lang}": text[part]
            for lang, text in message.texts.items()
            for part in MESSAGE_PARTS
        }
        form = cls.for_event(message.event, message)
        data = {"version": message.version, "audience": message.audience, **texts}
        return form(formdata=None, data=data)

    def offer(self, audiences: Collection[str]) -> Self:
        """Offer these audiences. Return the form."""
        self.audience.choices = [
            SelectChoice(name, label)
            for name, label in AUDIENCE_LABELS.items()
            if name in audiences
        ]
        return self

    def validate_texts(self) -> bool:
        """Check the fields. Each language with any text needs both parts, and one needs them."""
        valid = self.validate()
        return self.require_parts(self.texts() or self.languages[:1], MESSAGE_PARTS) and valid


def offered_audiences(event: Event, *, has_waiting: bool, now: datetime, chosen: str) -> set[str]:
    """Return the audiences that make sense for an event now, and the one that was chosen."""
    audiences = {"registered", chosen}
    if has_waiting:
        audiences |= {"waiting", "everyone"}
    if now >= event.starts_at:
        audiences |= {"came"}
    return audiences


def _message_subject(lang: str) -> LineField:
    return LineField(in_language(_l("Subject"), lang), [max_length(MAX_SUBJECT_LENGTH)])


def _message_body(lang: str) -> LinesField:
    return LinesField(in_language(_l("Text"), lang), [max_length(MAX_MESSAGE_LENGTH)])
