"""Edit the letter that supporters write: its fixed texts and prompts, with a live preview."""

from functools import partial
from typing import Any, Self

from flask import flash, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Form, FormField, HiddenField

from campaign.actions.letters.editing import (
    PART,
    TEXT_NAMES,
    change_letter_text,
    letter_texts_of,
    questions_with,
    version_texts,
)
from campaign.actions.letters.text.composition import MAX_SUBJECT_LENGTH
from campaign.actions.letters.text.samples import sample_letter
from campaign.organize.core.access import allowed
from campaign.organize.core.drafts import is_preview_requested
from campaign.organize.core.edit_conflicts import save
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
from campaign.organize.core.languages import original_first
from campaign.organize.core.scope import load_letter_action
from campaign.organize.petitions.parts import onward
from campaign.organize.petitions.routes import audit_event_of, blueprint, editor_of
from campaign.organize.petitions.versions import review_of, saved
from campaign.petitions.models import Petition
from campaign.petitions.queries import petition_in_any_state
from campaign.petitions.questions import MAX_LABEL_LENGTH, prompts_among
from campaign.petitions.readiness import PetitionNotReady
from campaign.process.clock import utcnow

MAX_PART_LENGTH = 2000
MAX_PROMPTS = 5
MISSING_ERRORS = {
    "subject": _l("Enter a subject. It is the first thing that the target reads."),
    "opening": _l("Enter an opening, or add a prompt."),
}


class PromptRow(InLanguages, Form):
    """A prompt: what supporters are asked to write about, in each language."""

    name = HiddenField()
    required = BooleanField(_l("Supporters must answer it"))

    @classmethod
    def fields_in(cls, languages: tuple[str, ...]) -> dict[str, Any]:
        return by_language(languages, "label", _label)


def _label(lang: str) -> LineField:
    return LineField(in_language(_l("Prompt"), lang), [max_length(MAX_LABEL_LENGTH)])


class LetterTextForm(InLanguages, FlaskForm):
    """The fixed texts of a letter in the languages of the page, and its prompts."""

    parts, missing_errors = TEXT_NAMES, MISSING_ERRORS
    version = VersionField()

    @classmethod
    def fields_in(cls, languages: tuple[str, ...]) -> dict[str, Any]:
        row = FormField(PromptRow.in_languages(languages))
        return {
            **by_language(languages, "subject", _subject),
            **by_language(languages, "opening", partial(_part, _l("Opening"))),
            "rows": RowsField(row, _l("Prompts"), max_entries=MAX_PROMPTS),
            **by_language(languages, "closing", partial(_part, _l("Closing"))),
        }

    @classmethod
    def of(cls, petition: Petition) -> Self:
        """Return the form filled with the current letter."""
        texts = {
            f"{name}_{lang}": text
            for lang, parts in letter_texts_of(petition).items()
            for name, text in parts.items()
        }
        rows = [_row(prompt) for prompt in prompts_among(petition.questions)] or [{}]
        return cls.in_languages(_languages(petition))(
            formdata=None, data={"version": petition.version_of(PART), "rows": rows, **texts}
        )

    def with_rows(self, rows: list[dict[str, Any]]) -> Self:
        """Return the form with other prompts. Everything else stays as entered."""
        typed = {
            f"{name}_{lang}": self[f"{name}_{lang}"].data
            for name in TEXT_NAMES
            for lang in self.languages
        }
        data = {"version": self.version.data, "rows": rows[:MAX_PROMPTS], **typed}
        return type(self)(formdata=None, data=data)

    def letter_texts(self) -> dict[str, dict[str, str]]:
        """Return {language: {name: text}} for each language of the form."""
        return {
            lang: {name: self[f"{name}_{lang}"].data or "" for name in TEXT_NAMES}
            for lang in self.languages
        }

    def prompts(self) -> list[dict[str, Any]]:
        """Return the prompts that are not empty: `name`, `label` and `required`."""
        rows = (
            {
                "name": row["name"].data or "",
                "required": row["required"].data,
                "label": {lang: text for lang in self.languages if (text := _label_of(row, lang))},
            }
            for row in self.rows
        )
        return [row for row in rows if row["label"]]

    def validate_for(self, petition: Petition) -> bool:
        """Check the texts. Each prompt needs its label in the original language.

        A public action needs a subject in each language, and an opening or a prompt.
        """
        valid = self.validate()
        for row in self.rows:
            label = row[f"label_{petition.original_lang}"]
            is_used = any(_label_of(row, lang) for lang in self.languages)
            if is_used and not label.data:
                label.errors = [_l("Enter the prompt in the original language.")]
        # The error summary reads the list's own errors, which were set before these checks.
        self.rows.errors = [row.errors for row in self.rows if row.errors]
        needed = () if petition.state == "draft" else self._needed()
        return self.require_parts(self.languages, needed) and valid and not self.rows.errors

    def _needed(self) -> tuple[str, ...]:
        return ("subject",) if self.prompts() else ("subject", "opening")


def _label_of(row: Any, lang: str) -> str:
    return row[f"label_{lang}"].data or ""


def _row(prompt: dict[str, Any]) -> dict[str, Any]:
    labels = {f"label_{lang}": label for lang, label in prompt["label"].items()}
    return {"name": prompt["name"], "required": bool(prompt.get("required")), **labels}


def _subject(lang: str) -> LineField:
    return LineField(in_language(_l("Subject"), lang), [max_length(MAX_SUBJECT_LENGTH)])


def _part(label: Any, lang: str) -> LinesField:
    return LinesField(in_language(label, lang), [max_length(MAX_PART_LENGTH)])


def _languages(petition: Petition) -> tuple[str, ...]:
    """Return the languages in which the page has text, the original one first."""
    written = tuple(text.lang for text in petition.current_version.texts)
    return tuple(
        lang for lang in original_first(petition.original_lang, written) if lang in written
    )


@blueprint.get("/<slug>/letter-text", endpoint="letter_text")
@allowed("petitions.edit", load_letter_action)
def edit_letter_text(petition: Petition) -> ResponseReturnValue:
    return _render_page(petition, LetterTextForm.of(petition))


@blueprint.post("/<slug>/letter-text")
@allowed("petitions.edit", load_letter_action)
def save_letter_text(petition: Petition) -> ResponseReturnValue:
    """Save the letter.

    Once the action has opened, the editor first sees what will become a new version.
    """
    form = LetterTextForm.in_languages(_languages(petition))()
    press = request.form.get("press", "")
    rows = moved(form.rows.data, press)
    if rows is not None:
        return _render_page(petition, form.with_rows(rows))
    if press == "back":
        return _render_page(petition, form)
    if is_preview_requested():
        return render_template(
            "organize/petitions/letter_preview.html",
            petition=petition,
            letter=_as_entered(petition, form, press.partition("-")[2]),
        )
    if not form.validate_for(petition):
        return _render_page(petition, form, 422)
    texts, prompts = form.letter_texts(), form.prompts()
    if page := review_of(
        petition,
        PART,
        form.version.data,
        "organize.petitions.letter_text",
        texts=version_texts(petition, texts),
        questions=questions_with(petition, prompts),
    ):
        return page
    number = petition.current_version.number
    try:
        changed = save(
            editor_of(petition, form, LetterTextForm.of, _render_page),
            audit_event_of("petitions.edit", petition, part="letter"),
            change_letter_text,
            petition_id=petition.id,
            texts=texts,
            prompts=prompts,
            now=utcnow(),
        )
    except PetitionNotReady:
        # The action was published since the check above, and a public letter must be complete.
        present = petition_in_any_state(petition.slug) or petition
        form.validate_for(present)
        return _render_page(present, form, 422)
    flash(saved(number, changed), "success")
    return onward(petition, "letter_text")


@blueprint.post("/<slug>/letter-as-read/<lang_code>")
@allowed("petitions.edit", load_letter_action)
def letter_as_read(petition: Petition, lang_code: str) -> ResponseReturnValue:
    """Return the entered letter as its target will read it, for the live preview."""
    form = LetterTextForm.in_languages(_languages(petition))()
    return render_template(
        "organize/petitions/letter_as_read.html", letter=_as_entered(petition, form, lang_code)
    )


def _as_entered(petition: Petition, form: LetterTextForm, lang: str) -> Any:
    chosen = lang if lang in form.languages else form.languages[0]
    return sample_letter(
        petition, chosen, texts=form.letter_texts()[chosen], prompts=form.prompts()
    )


def _render_page(petition: Petition | Any, form: Any, status: int = 200) -> tuple[str, int]:
    return render_template(
        "organize/petitions/letter_text.html",
        petition=petition,
        form=form,
        has_opened=petition.has_opened(utcnow()),
        samples={lang: _as_entered(petition, form, lang) for lang in form.languages},
        title=petition.current_version.text(g.lang, petition.original_lang).title,
    ), status
