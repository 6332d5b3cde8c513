"""The forms about answers: an answer in several languages, a link for a target, and the result."""

from datetime import timedelta
from typing import Any, Self

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as pgettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, RadioField, SelectChoice, SelectField
from wtforms.validators import InputRequired, Optional, ValidationError

from campaign.answers.forms import (
    MAX_NAME_LENGTH,
    MAX_TEXT_LENGTH,
    DocumentField,
    outcome_field,
)
from campaign.answers.labels import OUTCOME_CHOICES, RESULT_LABELS
from campaign.answers.links import DEFAULT_DAYS, MAX_DAYS
from campaign.answers.models import Answer
from campaign.answers.operations import AnswerContent
from campaign.organize.core.fields import (
    InLanguages,
    LineField,
    LinesField,
    VersionField,
    by_language,
    in_language,
    language_choices,
    max_length,
    unchosen,
)
from campaign.organize.core.time_fields import DayField
from campaign.petitions.models import Petition
from campaign.petitions.results import PART
from campaign.process.clock import utcnow
from campaign.site.languages import languages_with

# The value of the target field for an answer by someone who is no target of the petition.
NO_TARGET = "none"
FUTURE = _l("That date is in the future. Enter the date of the answer.")


class AnswerForm(InLanguages, FlaskForm):
    """An answer: who, when, with what outcome, its text in all languages, and a document."""

    parts = ("text",)
    version = VersionField()
    target = SelectField(_l("Who answered"), [InputRequired(_l("Choose who answered."))])
    answered_by = LineField(_l("Name or office"), [max_length(MAX_NAME_LENGTH)])
    day = DayField(_l("Date of the answer"), [InputRequired(_l("Enter the date."))])
    outcome = outcome_field(pgettext("answer", "Outcome"), OUTCOME_CHOICES)
    original_lang = SelectField(_l("Language of the answer"))
    document = DocumentField(_l("Document"))
    removes_document = BooleanField(_l("Remove the document"))

    @classmethod
    def fields_in(cls, languages: tuple[str, ...]) -> dict[str, Any]:
        return by_language(languages, "text", _text)

    @classmethod
    def blank(cls, petition: Petition, lang: str) -> Self:
        """Return the form of a new answer to a petition."""
        languages = answer_languages(petition)
        original = petition.original_lang if petition.original_lang in languages else lang
        chosen = str(petition.targets[0].id) if len(petition.targets) == 1 else None
        form = cls.in_languages(languages)(
            formdata=None, data={"original_lang": original, "target": chosen}
        )
        return form.offer(petition, lang)

    @classmethod
    def of(cls, answer: Answer, lang: str) -> Self:
        """Return the form filled with a saved answer."""
        data = {
            "version": answer.version,
            "target": str(answer.target_id or NO_TARGET),
            "answered_by": answer.answered_by,
            "day": answer.day,
            "outcome": answer.outcome,
            "original_lang": answer.original_lang,
            **({"document": _l("Current document")} if answer.document else {}),
            **{f"text_{tag}": text for tag, text in answer.texts.items()},
        }
        languages = answer_languages(answer.petition, answer)
        form = cls.in_languages(languages)(formdata=None, data=data)
        return form.offer(answer.petition, lang)

    def offer(self, petition: Petition, lang: str) -> Self:
        """Offer the targets of a petition and the languages. Return the form."""
        targets = [
            *(SelectChoice(str(target.id), target.name(lang)) for target in petition.targets),
            SelectChoice(NO_TARGET, _l("Someone else")),
        ]
        self.target.choices = unchosen(targets, _l("Choose who answered"))
        self.original_lang.choices = language_choices(self.languages)
        return self

    def validate_for(self, answer: Answer | None) -> bool:
        """Check the form of a new answer, or of a present one."""
        if answer is not None and answer.written_by_target:
            # The language of what a target wrote is known, and its form has no field for it.
            self.original_lang.data = answer.original_lang
        valid = self.validate()
        if self.target.data == NO_TARGET and not self.answered_by.data:
            self.answered_by.errors = [_l("Enter who answered: a name, an office, or both.")]
        original = (
            self[f"text_{self.original_lang.data}"] if not self.original_lang.errors else None
        )
        is_own = answer is not None and answer.written_by_target
        if original is not None and not is_own and not original.data and not original.errors:
            original.errors = [_l("Enter the answer in the language in which it was given.")]
        return valid and not self.answered_by.errors and not (original and original.errors)

    def content(self) -> AnswerContent:
        """Return what the answer says, once the form is valid."""
        return AnswerContent(
            target_id=None if self.target.data == NO_TARGET else int(self.target.data),
            answered_by=self.answered_by.data,
            day=self.day.data,
            outcome=self.outcome.data,
            original_lang=self.original_lang.data,
            texts={lang: parts["text"] for lang, parts in self.texts().items()},
            document=self.document.document,
            removes_document=self.removes_document.data,
        )

    def validate_day(self, field: Field) -> None:
        _refuse_future(field, FUTURE)


class LinkForm(FlaskForm):
    """For which target a link is, in which language, and until when it works."""

    target_id = SelectField(_l("Target"), [InputRequired(_l("Choose a target."))])
    lang = SelectField(_l("Language"), choices=language_choices)
    last_day = DayField(_l("Link works until"), [InputRequired(_l("Enter the date."))])

    @classmethod
    def blank(cls, petition: Petition, lang: str) -> Self:
        """Return the form of a new link for a target of a petition."""
        last_day = utcnow().date() + timedelta(days=DEFAULT_DAYS)
        data = {"lang": petition.original_lang, "last_day": last_day}
        return cls(formdata=None, data=data).offer(petition, lang)

    def offer(self, petition: Petition, lang: str) -> Self:
        """Offer the targets of a petition. Return the form."""
        targets = [SelectChoice(str(target.id), target.name(lang)) for target in petition.targets]
        self.target_id.choices = unchosen(targets, _l("Choose a target"))
        return self

    def validate_last_day(self, field: Field) -> None:
        today = utcnow().date()
        if field.data and not today <= field.data <= today + timedelta(days=MAX_DAYS):
            raise ValidationError(_l("Choose a day within the next %(days)s days.", days=MAX_DAYS))


class ResultForm(FlaskForm):
    """What came of a petition, and since when."""

    version = VersionField()
    result = RadioField(
        _l("Result"),
        choices=[
            SelectChoice("", _l("No result yet")),
            *(SelectChoice(*item) for item in RESULT_LABELS.items()),
        ],
        default="",
    )
    result_on = DayField(_l("Date of the result"), [Optional()])

    @classmethod
    def of(cls, petition: Petition) -> Self:
        """Return the form filled with the present result."""
        data = {
            "version": petition.version_of(PART),
            "result": petition.result,
            "result_on": petition.result_on,
        }
        return cls(formdata=None, data=data)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, and that a result has its day."""
        valid: bool = super().validate(extra_validators)
        if self.result.data and not self.result_on.data and not self.result_on.errors:
            self.result_on.errors = [_l("Enter the date.")]
        return valid and not self.result_on.errors

    def validate_result_on(self, field: Field) -> None:
        _refuse_future(field, _l("That date is in the future. Enter the date of the result."))


def answer_languages(petition: Petition, answer: Answer | None = None) -> tuple[str, ...]:
    """Return the languages of the form of an answer to a petition."""
    written = [petition.original_lang]
    if answer is not None:
        written += [answer.original_lang, *answer.texts]
    return languages_with(written)


def _text(lang: str) -> LinesField:
    return LinesField(in_language(_l("Answer"), lang), [max_length(MAX_TEXT_LENGTH)])


def _refuse_future(field: Field, error: Any) -> None:
    # Allow tomorrow: in other time zones that day may have begun.
    if field.data and field.data > (utcnow() + timedelta(days=1)).date():
        raise ValidationError(error)
