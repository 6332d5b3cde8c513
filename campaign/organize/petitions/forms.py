"""The forms that start a petition and edit its text."""

from typing import Any, Self

from flask import g
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectChoice, SelectField
from wtforms.validators import DataRequired, InputRequired, NumberRange

from campaign.actions.letters.models import LETTER
from campaign.causes.queries import causes_among
from campaign.organize.core.drafts import DraftForm
from campaign.organize.core.fields import (
    InLanguages,
    LineField,
    LinesField,
    ShortTextField,
    SlugField,
    VersionField,
    WholeNumberField,
    by_language,
    in_language,
    max_length,
)
from campaign.organize.core.identity import causes_where
from campaign.organize.core.languages import petition_languages
from campaign.petitions.kinds import PETITION
from campaign.petitions.models import Petition

MAX_TITLE_LENGTH = 200
MAX_SUMMARY_LENGTH = 1000
MAX_BODY_LENGTH = 20_000
MAX_GOAL = 100_000_000
PARTS = ("title", "summary", "body", "published_by")
MISSING_ERRORS = {
    "title": _l("Enter a title first. Then you can add the other text in this language."),
    "summary": _l("Enter a summary of one or two sentences."),
    "body": _l("Enter the petition text."),
}


class NewPetitionForm(DraftForm):
    """The first fields of an action, and its kind: what people do."""

    action_kind = RadioField(
        _l("What are you asking people to do?"),
        choices=[
            SelectChoice(PETITION, _l("Sign a petition")),
            SelectChoice(LETTER, _l("Write a letter")),
        ],
        default=PETITION,
    )


class SlugForm(FlaskForm):
    """The slug of a cause, petition or update."""

    version = VersionField()
    slug = SlugField(
        _l("Web address"), [DataRequired(_l("Enter the end of the web address, like clean-water."))]
    )


class GoalForm(FlaskForm):
    """The goal for the number of signatures, or 0 for no goal."""

    version = VersionField()
    goal = WholeNumberField(
        _l("Goal"),
        [
            InputRequired(_l("Enter a whole number. Enter 0 for no goal.")),
            NumberRange(0, MAX_GOAL, _l("Enter a number from 0 to 100 million.")),
        ],
    )

    @classmethod
    def of(cls, petition: Petition) -> Self:
        """Return the form filled with the petition's goal."""
        return cls(formdata=None, goal=petition.goal, version=petition.version_of("goal"))


class CloneForm(FlaskForm):
    """The cause in which a copy of a petition is created."""

    cause = SelectField(_l("Cause"))

    @classmethod
    def of(cls, petition: Petition) -> Self:
        """Return the form with the petition's own cause chosen, as it is first shown."""
        return cls(formdata=None).offer(petition)

    def offer(self, petition: Petition) -> Self:
        """Offer the causes of the same organisation where the organizer may edit petitions.

        Archived causes are left out, except the petition's own. Return the form.
        """
        own = petition.cause
        self.cause.choices = [
            SelectChoice(str(cause.id), cause.text(g.lang).title)
            for cause in causes_among(causes_where("petitions.edit"))
            if cause.id == own.id
            or (cause.organisation_id == own.organisation_id and cause.state != "archived")
        ]
        if not self.cause.raw_data:
            self.cause.data = str(own.id)
        return self


class TextForm(InLanguages, FlaskForm):
    """A petition's texts in all languages at once, so that one change makes one version."""

    parts, missing_errors = PARTS, MISSING_ERRORS
    version = VersionField()

    @classmethod
    def fields_in(cls, languages: tuple[str, ...]) -> dict[str, Any]:
        return {
            **by_language(languages, "title", _title),
            **by_language(languages, "summary", _summary),
            **by_language(languages, "body", _body),
            **by_language(languages, "published_by", _published_by),
        }

    @classmethod
    def of(cls, petition: Petition) -> Self:
        """Return the form filled with the petition's current text."""
        texts = {
            f"{part}_{text.lang}": getattr(text, part)
            for text in petition.current_version.texts
            for part in PARTS
        }
        return cls.in_languages(petition_languages(petition))(
            formdata=None, data={"version": petition.version_of("text"), **texts}
        )

    def validate_for(self, petition: Petition) -> bool:
        """Check the texts.

        A public petition needs title, summary and body in each language that has any text.
        """
        valid = self.validate()
        needed = ("title",) if petition.state == "draft" else ("title", "summary", "body")
        return self.require_parts({petition.original_lang, *self.texts()}, needed) and valid


def _title(lang: str) -> LineField:
    return LineField(in_language(_l("Title"), lang), [max_length(MAX_TITLE_LENGTH)])


def _summary(lang: str) -> ShortTextField:
    return ShortTextField(in_language(_l("Summary"), lang), [max_length(MAX_SUMMARY_LENGTH)])


def _body(lang: str) -> LinesField:
    return LinesField(in_language(_l("Text"), lang), [max_length(MAX_BODY_LENGTH)])


def _published_by(lang: str) -> LineField:
    label = in_language(_l("Published by"), lang)
    return LineField(label, [max_length(MAX_TITLE_LENGTH)], name=f"organisation_{lang}")
