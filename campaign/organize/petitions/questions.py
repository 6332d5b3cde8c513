"""The form of a petition: required fields, its own questions, and how supporters confirm."""

from collections.abc import Iterable
from typing import Any, Self

from flask import g, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
)

from campaign.organize.core.access import allowed
from campaign.organize.core.drafts import is_preview_requested
from campaign.organize.core.fields import (
    InLanguages,
    LineField,
    LinesField,
    RowsField,
    VersionField,
    by_language,
    in_language,
    max_length,
    moved,
)
from campaign.organize.core.languages import original_first, petition_languages
from campaign.organize.core.scope import load_petition
from campaign.organize.petitions.parts import part_page, save_part
from campaign.organize.petitions.routes import blueprint, preview_page
from campaign.petitions.editing import ResponsesCounted, change_form
from campaign.petitions.kinds import PETITION
from campaign.petitions.models import Petition
from campaign.petitions.questions import MAX_LABEL_LENGTH, prompts_among, without_prompts
from campaign.petitions.questions import in_language as question_in_language
from campaign.process.clock import utcnow
from campaign.text.slugs import free_slug, slug_of

MAX_QUESTIONS = 12
MAX_CHOICES_LENGTH = 4000
FIELDS = [
    SelectChoice("family_name", _l("Last name")),
    SelectChoice("country", _l("Country")),
    SelectChoice("postal_code", _l("Postal code")),
    SelectChoice("comment", _l("Comment")),
]
KINDS = [
    SelectChoice("text", _l("Short text")),
    SelectChoice("choice", _l("One choice from a list")),
    SelectChoice("tick", _l("A checkbox")),
]
CONFIRMATIONS = [
    SelectChoice("email", _l("By email")),
    SelectChoice("email_or_witness", _l("By email, or by a witness at a table")),
]


# The settings besides the questions.
SETTINGS = (
    "version", "required_fields", "confirmation", "two_per_address", "neutral_emails",
    "offers_answers", "has_butterflies",
)  # fmt: skip


class QuestionRow(InLanguages, Form):
    """A petition's own question, as asked in each language."""

    name = HiddenField()
    type = SelectField(_l("Type"), choices=KINDS)
    required = BooleanField(_l("Answer required"))

    @classmethod
    def fields_in(cls, languages: tuple[str, ...]) -> dict[str, Any]:
        return {
            **by_language(languages, "label", _label),
            **by_language(languages, "choices", _answers),
        }


def _label(lang: str) -> LineField:
    return LineField(in_language(_l("Question"), lang), [max_length(MAX_LABEL_LENGTH)])


def _answers(lang: str) -> LinesField:
    return LinesField(in_language(_l("Answers"), lang), [max_length(MAX_CHOICES_LENGTH)])


def question_rows(languages: tuple[str, ...]) -> RowsField:
    """Return the field of a list of questions in these languages."""
    return RowsField(
        FormField(QuestionRow.in_languages(languages)), _l("Questions"), max_entries=MAX_QUESTIONS
    )


class FormSettingsForm(InLanguages, FlaskForm):
    """Questions, required fields, and how supporters confirm."""

    version = VersionField()
    required_fields = SelectMultipleField(_l("Required"), choices=FIELDS)
    confirmation = RadioField(_l("How people confirm"), choices=CONFIRMATIONS)
    two_per_address = BooleanField(_l("Two people may share one email address"))
    neutral_emails = BooleanField(
        _l("Neutral emails: the subject does not say that someone took part")
    )
    offers_answers = BooleanField(_l("Offer people an email when a target answers"))

    @classmethod
    def fields_in(cls, languages: tuple[str, ...]) -> dict[str, Any]:
        return {"rows": question_rows(languages)}

    @classmethod
    def of(cls, petition: Petition) -> Self:
        return cls.in_languages(petition_languages(petition))(
            formdata=None,
            data={
                "version": petition.version_of("settings"),
                "required_fields": petition.required_fields,
                "confirmation": petition.confirmation,
                "two_per_address": petition.two_per_address,
                "neutral_emails": petition.neutral_emails,
                "offers_answers": petition.offers_answers,
                "has_butterflies": petition.has_butterflies,
                "rows": rows_of(without_prompts(petition.questions)),
            },
        )

    def with_rows(self, rows: list[dict[str, Any]]) -> Self:
        """Return the form with other rows. Everything else stays as entered."""
        typed = {name: self[name].data for name in SETTINGS if name in self}
        return type(self)(formdata=None, data={**typed, "rows": rows[:MAX_QUESTIONS]})

    def validate_asking(self, original: str) -> bool:
        """Check the form and its questions. Texts in the language `original` are required."""
        valid = self.validate()
        return check_rows(self.rows, original) and valid

    def questions(self, original: str) -> list[dict[str, Any]]:
        return questions_in(self.rows, original)


class ResponseForm(FormSettingsForm):
    """The same of an action that is no petition."""

    has_butterflies = BooleanField(_l("Each signature or letter is a butterfly in the montage"))


def _form_of(petition: Petition) -> type[FormSettingsForm]:
    return FormSettingsForm if petition.action_kind == PETITION else ResponseForm


def _saved_form(petition: Petition) -> FormSettingsForm:
    return _form_of(petition).of(petition)


def check_rows(rows: RowsField, original: str) -> bool:
    """Check a list of QuestionRows, and set errors on their fields.

    Each needs a label in the language `original`. A choice needs the same number of answers in each
    language.
    """
    for row in rows:
        label, choices = row[f"label_{original}"], row[f"choices_{original}"]
        if _is_empty(row.form):
            continue
        if not label.data:
            label.errors = [_l("Enter the question in the original language.")]
        if row["type"].data == "choice":
            _check_choices(row.form, choices)
    # The error summary reads the list's own errors, which were set before these checks.
    rows.errors = [row.errors for row in rows if row.errors]
    return not rows.errors


def questions_in(rows: RowsField, original: str) -> list[dict[str, Any]]:
    """Return the questions as `Petition` and `Event` store them.

    A new question gets its name from its label in the language `original`.
    """
    filled = [row.form for row in rows if not _is_empty(row.form)]
    names = {row.name.data for row in filled if row.name.data}
    return [_question(row, names, original_first(original, row.languages)) for row in filled]


def rows_of(questions: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the questions of a petition or an event as rows of a form."""
    return [_row(question) for question in questions]


def _is_empty(row: Any) -> bool:
    return not any(
        row[f"{part}_{lang}"].data for part in ("label", "choices") for lang in row.languages
    )


def _check_choices(row: Any, first: Field) -> None:
    wanted = len(_lines(first.data))
    if wanted < 2:
        first.errors = [_l("Enter at least two answers, one per line.")]
    for lang in row.languages:
        field = row[f"choices_{lang}"]
        if field.data and len(_lines(field.data)) != wanted and field is not first:
            field.errors = [
                _l("Enter as many answers as in the first language, in the same order.")
            ]


def _question(row: Any, names: set[str], order: list[str]) -> dict[str, Any]:
    """Return a row as a stored question.

    Answers are stored in the petition's first language, so that language comes first.
    """
    name = row.name.data
    if not name:
        name = free_slug(
            slug_of(row[f"label_{order[0]}"].data)[:40].strip("-") or "question", names.__contains__
        )
        names.add(name)
    question = {
        "name": name,
        "type": row.type.data,
        "required": row.required.data,
        "label": {lang: text for lang in order if (text := row[f"label_{lang}"].data)},
    }
    if row.type.data == "choice":
        question["choices"] = {
            lang: lines for lang in order if (lines := _lines(row[f"choices_{lang}"].data))
        }
    return question


def _row(question: dict[str, Any]) -> dict[str, Any]:
    labels = {f"label_{lang}": label for lang, label in question["label"].items()}
    choices = {
        f"choices_{lang}": "\n".join(lines) for lang, lines in question.get("choices", {}).items()
    }
    settings = {
        "name": question["name"],
        "type": question["type"],
        "required": bool(question.get("required")),
    }
    return {**settings, **labels, **choices}


def _lines(text: str | None) -> list[str]:
    return list(filter(None, map(str.strip, (text or "").split("\n"))))


@blueprint.get("/<slug>/form")
@allowed("petitions.edit", load_petition)
def form(petition: Petition) -> ResponseReturnValue:
    return part_page("form", petition, _saved_form(petition))


@blueprint.post("/<slug>/form")
@allowed("petitions.edit", load_petition)
def save_form(petition: Petition) -> ResponseReturnValue:
    typed = _form_of(petition).in_languages(petition_languages(petition))()
    rows = moved(typed.rows.data, request.form.get("press"))
    if rows is not None:
        return part_page("form", petition, typed.with_rows(rows))
    if not typed.validate_asking(petition.original_lang):
        return part_page("form", petition, typed, 422)
    prompts = prompts_among(petition.questions)
    if is_preview_requested():
        questions = tuple(
            question_in_language(question, g.lang)
            for question in (*prompts, *typed.questions(petition.original_lang))
        )
        return preview_page(
            petition, required_fields=frozenset(typed.required_fields.data), questions=questions
        )
    try:
        return save_part(
            *("form", petition, typed, _saved_form, change_form),
            required_fields=typed.required_fields.data,
            versioned={"questions": [*prompts, *typed.questions(petition.original_lang)]},
            confirmation=typed.confirmation.data,
            two_per_address=typed.two_per_address.data,
            neutral_emails=typed.neutral_emails.data,
            offers_answers=typed.offers_answers.data,
            has_butterflies=typed["has_butterflies"].data if "has_butterflies" in typed else None,
            now=utcnow(),
        )
    except ResponsesCounted:
        typed["has_butterflies"].errors = [
            _l("Some signatures or letters are already counted, so you can no longer change this.")
        ]
        return part_page("form", petition, typed, 422)
