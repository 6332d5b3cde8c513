"""The forms by which an event begins, and what each of its parts is written into.

The form of a part says with which `mark` its editor saw it, and gives its changes as `change_part` takes them.
"""

from datetime import timedelta

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField
from wtforms.validators import DataRequired, InputRequired

from campaign.events.editing import mark_of
from campaign.events.hours import HourSkipped, instant_of
from campaign.events.operations import Hours
from campaign.i18n.locales import LOCALES
from campaign.organize.content_fields import (
    LineField,
    LinesField,
    SlugField,
    by_language,
    in_language,
    most,
)
from campaign.organize.draft_forms import DraftForm
from campaign.organize.hour_fields import NO_SUCH_HOUR, HourField, ZoneField

MAX_DURATION = timedelta(days=31)
MAX_TITLE_LENGTH = 200
MAX_KIND_LENGTH = 80
MAX_BODY_LENGTH = 20_000
MAX_ACCESS_LENGTH = 4000
WORDS = ("kind", "title", "body", "access")


class _WithHours(FlaskForm):
    """From when to when, as the clocks of the place show it."""

    zone = ZoneField()
    starts = HourField(_l("Begins"), [InputRequired(_l("Say when it begins."))])
    ends = HourField(_l("Ends"), [InputRequired(_l("Say when it ends."))])

    def validate(self, extra_validators=None):
        valid = super().validate(extra_validators)
        if self.zone.errors:
            return False
        for field in (self.starts, self.ends):
            self._check(field)
        if not self.starts.errors and not self.ends.errors:
            if self.ends.data <= self.starts.data:
                self.ends.errors = [_l("That is not after it begins.")]
            elif self.ends.data - self.starts.data > MAX_DURATION:
                self.ends.errors = [_l("That is more than a month after it begins.")]
        return valid and not self.starts.errors and not self.ends.errors

    def hours(self):
        return Hours(self.starts.data, self.ends.data, self.zone.data)

    def _check(self, field):
        if field.errors or not field.data:
            return
        try:
            instant_of(field.data, self.zone.data)
        except (HourSkipped, OverflowError):
            field.errors = [NO_SUCH_HOUR]


class NewEventForm(_WithHours, DraftForm):
    """A draft, and when it is held."""


class PartForm(FlaskForm):
    """A part of an event; `part` is its name in `editing.PARTS`."""

    part = ""
    mark = HiddenField()

    def __init__(self, event, **named):
        self.event = event
        super().__init__(**named)

    @classmethod
    def of(cls, event):
        """Return the form as the event stands."""
        return cls(
            event, formdata=None, data={"mark": mark_of(event, cls.part), **cls.values(event)}
        )

    @property
    def written(self):
        """The languages in which the event has words, the first one first."""
        there = {text.lang for text in self.event.texts}
        first = self.event.original_lang
        return [
            lang for lang in (first, *(each for each in LOCALES if each != first)) if lang in there
        ]

    def rearranged(self, press):
        """Return the form as a press on a button of one of its rows leaves it, or None."""
        return

    def by_language(self, *parts):
        """Return {language: {part: what was typed}} of the languages that the event has."""
        return {
            lang: {part: self[f"{part}_{lang}"].data or "" for part in parts}
            for lang in self.written
        }


def texts_of(event, *parts):
    """Return {"<part>_<language>": words} as the fields of a form take them."""
    return {f"{part}_{text.lang}": getattr(text, part) for text in event.texts for part in parts}


class _Words(PartForm):
    """What is said of the event, in all languages."""

    part = "words"

    @classmethod
    def values(cls, event):
        return texts_of(event, *WORDS)

    def texts(self):
        """Return {language: columns} of the languages in which anything was typed."""
        typed = {
            lang: {part: self[f"{part}_{lang}"].data or "" for part in WORDS} for lang in LOCALES
        }
        return {lang: words for lang, words in typed.items() if any(words.values())}

    def changes(self):
        return {"texts": self.texts()}

    def faulty(self, lang):
        return any(self[f"{part}_{lang}"].errors for part in WORDS)

    def validate(self, extra_validators=None):
        valid = super().validate(extra_validators)
        for lang in {self.event.original_lang, *self.texts()}:
            field = self[f"title_{lang}"]
            if not field.data and not field.errors:
                field.errors = [_l("Write a title; the other words of this language wait for it.")]
                valid = False
        return valid


WordsForm = type(
    "WordsForm",
    (_Words,),
    {
        **by_language(
            "kind",
            lambda lang: LineField(in_language(_l("Kind of event"), lang), [most(MAX_KIND_LENGTH)]),
        ),
        **by_language(
            "title",
            lambda lang: LineField(in_language(_l("Title"), lang), [most(MAX_TITLE_LENGTH)]),
        ),
        **by_language(
            "body",
            lambda lang: LinesField(
                in_language(_l("What happens there"), lang), [most(MAX_BODY_LENGTH)]
            ),
        ),
        **by_language(
            "access",
            lambda lang: LinesField(
                in_language(_l("Good to know"), lang), [most(MAX_ACCESS_LENGTH)]
            ),
        ),
    },
)


class HoursForm(_WithHours, PartForm):
    """When it is."""

    part = "hours"

    @classmethod
    def values(cls, event):
        return {"zone": event.zone, "starts": event.starts_local, "ends": event.ends_local}

    def changes(self):
        return {"hours": self.hours()}


class EventSlugForm(PartForm):
    """Where its page lives."""

    part = "address"
    slug = SlugField(_l("Address"), [DataRequired(_l("Write an address."))])

    @classmethod
    def values(cls, event):
        return {"slug": event.slug}

    def changes(self):
        return {"slug": self.slug.data}
