"""The forms that edit and publish an update."""

from collections.abc import Iterable
from typing import Any, Self

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectChoice, SelectField, SelectMultipleField
from wtforms.validators import Optional

from campaign.i18n.local_times import local_time
from campaign.organize.core.fields import (
    InLanguages,
    LineField,
    LinesField,
    ShortTextField,
    VersionField,
    by_language,
    in_language,
    max_length,
)
from campaign.organize.core.languages import update_languages
from campaign.organize.core.time_fields import HourField, ZoneField
from campaign.updates.body_pictures import unknown_names
from campaign.updates.models import Update

ELSEWHERE = _l(
    "We do not show pictures from other sites, because those sites would learn who reads this. Add the picture under “Pictures in the text”."
)
PARTS = ("title", "summary", "body")
MISSING_ERRORS = {
    "title": _l("Enter a title first. Then you can add the other text in this language."),
    "body": _l("Enter the text of the update."),
}
MAX_BODY_LENGTH = 20_000


class TextForm(InLanguages, FlaskForm):
    """An update's texts in all languages, and what it is about."""

    parts, missing_errors = PARTS, MISSING_ERRORS
    version = VersionField()
    petitions = SelectMultipleField(_l("Related petitions"))
    event = SelectField(_l("Related event"), default="")

    @classmethod
    def fields_in(cls, languages: tuple[str, ...]) -> dict[str, Any]:
        return {
            **by_language(languages, "title", _title),
            **by_language(languages, "summary", _summary),
            **by_language(languages, "body", _body),
        }

    @classmethod
    def of(cls, update: Update) -> Self:
        """Return the form filled with the saved update."""
        texts = {
            f"{part}_{text.lang}": getattr(text, part) for text in update.texts for part in PARTS
        }
        about = {
            "petitions": [str(petition.petition_id) for petition in update.petitions],
            "event": str(update.event_id or ""),
        }
        return cls.in_languages(update_languages(update))(
            formdata=None, data={"version": update.version_of("text"), **about, **texts}
        )

    def offer(
        self, petitions: Iterable[tuple[int, str]], events: Iterable[tuple[int, str]]
    ) -> Self:
        """Offer these pairs (id, title), and return the form."""
        self.petitions.choices = [
            SelectChoice(str(petition), title) for petition, title in petitions
        ]
        self.event.choices = [
            SelectChoice("", _l("none")),
            *(SelectChoice(str(item), title) for item, title in events),
        ]
        return self

    def validate_for(self, update: Update) -> bool:
        """Check the texts.

        A published update needs title and body in each language that has any text.
        """
        valid = self.validate()
        needed = ("title",) if update.state == "draft" else ("title", "body")
        is_complete = self.require_parts({update.original_lang, *self.texts()}, needed)
        return self._knows_pictures(update) and is_complete and valid

    def _knows_pictures(self, update: Update) -> bool:
        for lang, text in self.texts().items():
            for name in unknown_names(update, text["body"])[:1]:
                is_ours = name.startswith("picture:")
                self[f"body_{lang}"].errors = [
                    _(
                        "The picture %(name)s does not exist. Add it under “Pictures in the text”.",
                        name=name,
                    )
                    if is_ours
                    else ELSEWHERE
                ]
        return not any(self[f"body_{lang}"].errors for lang in self.languages)


def _title(lang: str) -> LineField:
    return LineField(in_language(_l("Title"), lang), [max_length(200)])


def _summary(lang: str) -> ShortTextField:
    return ShortTextField(in_language(_l("Summary"), lang), [max_length(1000)])


def _body(lang: str) -> LinesField:
    return LinesField(in_language(_l("Text of the update"), lang), [max_length(MAX_BODY_LENGTH)])


class PublishForm(FlaskForm):
    """When an update is published. One of its two buttons, `mails`, emails it too."""

    when = RadioField(
        _l("When?"),
        choices=[
            SelectChoice("now", _l("Now")),
            SelectChoice("later", _l("At a time you set")),
        ],
        default="now",
    )
    publish_at = HourField(_l("Date and time"), [Optional()])
    time_zone = ZoneField()
    mails = BooleanField()

    moment = None

    @classmethod
    def of(cls, update: Update, usual_zone: str) -> Self:
        zone = update.time_zone or usual_zone
        planned = (
            {"when": "later", "publish_at": local_time(update.publish_at, zone)}
            if update.publish_at
            else {}
        )
        return cls(formdata=None, data={"time_zone": zone, **planned})

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields. `moment` is then the chosen instant, or None for now."""
        valid: bool = super().validate(extra_validators)
        if self.when.data != "later" or self.time_zone.errors or self.publish_at.errors:
            return valid
        if not self.publish_at.data:
            self.publish_at.errors = [_l("Choose a date and time.")]
            return False
        self.moment = self.publish_at.instant_in(self.time_zone.data)
        return valid and self.moment is not None
