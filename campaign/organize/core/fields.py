"""Form fields and behaviour that several forms of the workspace share."""

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, ClassVar, Self, cast

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf import file as uploads
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    FileField,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    PasswordField,
    SelectChoice,
    SelectField,
    SelectFieldBase,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, StopValidation

from campaign.accounts.passwords import MIN_LENGTH, PasswordTooWeak, check_strength
from campaign.causes.models import Cause
from campaign.i18n.locales import INTERFACE_LANGUAGES, language_name
from campaign.signatures.fields import NAME_FAULTS, EmailField
from campaign.signatures.models import MAX_NAME_LENGTH
from campaign.site.paper import site_paper
from campaign.site.settings import site_settings
from campaign.text.names import NameRefused, clean_name, clean_text
from campaign.text.slugs import MAX_SLUG_LENGTH, is_slug

# Accept digits with or without the usual thousands separators.
_WHOLE_NUMBER = re.compile(r"[-+]?(\d+|\d{1,3}([., ’'\u00a0\u202f]\d{3})+)", re.ASCII)


def max_length(characters: int) -> Length:
    """Return a validator that accepts at most this many characters."""
    return Length(max=characters, message=_l("Use %(max)s characters or fewer.", max=characters))


class LineField(StringField):
    """One line of plain text."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        self.data = clean_text(self.data or "", lines=False)


class ShortTextField(TextAreaField):
    """A sentence or two: shown in full while editing, and stored as one line."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        self.data = clean_text(self.data or "", lines=False)


class LinesField(TextAreaField):
    """Several lines of plain text or Markdown."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        self.data = clean_text(self.data or "")


class WholeNumberField(IntegerField):
    """A whole number as people write it: 12408, 12,408, 12.408 or 12 408.

    Invalid input becomes None and is left to the field's validators, so that the message is
    translated.
    """

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        text = valuelist[0].strip()
        self.data = (
            int(re.sub(r"[^\d-]", "", text))
            if len(text) < 20 and _WHOLE_NUMBER.fullmatch(text)
            else None
        )


class SlugField(StringField):
    """The last part of a URL."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        self.data = (self.data or "").strip().lower()

    def pre_validate(self, form: Form) -> None:
        if len(self.data or "") > MAX_SLUG_LENGTH:
            raise StopValidation(_l("Use %(max)s characters or fewer.", max=MAX_SLUG_LENGTH))
        if self.data and not is_slug(self.data):
            raise StopValidation(
                _l("Use lowercase letters (no accents), digits and hyphens, like law-of-2026.")
            )


class VersionField(HiddenField):
    """The version of what the form shows (see `db.versioned`), in a hidden field."""

    def process_formdata(self, valuelist: list[str]) -> None:
        # A form without a valid version must conflict, so it gets one that no row has.
        text = valuelist[0] if valuelist else ""
        self.data = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


class _Versioned(FlaskForm):
    version = VersionField()


def sent_version() -> int:
    """Return the version that a form without fields sent, such as that of a button."""
    return _Versioned().version.data


def by_language(languages: Iterable[str], name: str, field: Callable[[str], Any]) -> dict[str, Any]:
    """Return {"<name>_en": field("en"), …} for each of the languages, as form members."""
    return {f"{name}_{lang}": field(lang) for lang in languages}


def in_language(label: Any, lang: str) -> Any:
    """Return a lazy label that names the language: Title (Español)."""
    return _l("%(field)s (%(language)s)", field=label, language=language_name(lang))


class InLanguages(Form):
    """Mixin for a form with each of its `parts` in several languages, such as `title_en`.

    `in_languages` returns the form for some languages, which has them as `languages`. Its class
    method `fields_in` returns the fields that depend on them, by name. `missing_errors` maps a part
    to the error shown if that part is empty.
    """

    parts: tuple[str, ...] = ()
    missing_errors: ClassVar[dict[str, Any]] = {}
    languages: tuple[str, ...] = ()
    fields_in: Callable[[tuple[str, ...]], dict[str, Any]]

    @classmethod
    def in_languages(cls, languages: tuple[str, ...]) -> type[Self]:
        """Return the class of this form for these languages."""
        # mypy takes the hash of a class for that of its instances.
        return cast(type[Self], _form_in(cast(Hashable, cls), languages))

    def texts(self) -> dict[str, dict[str, str]]:
        """Return {language: {part: text}} for the languages in which anything was entered."""
        typed = {
            lang: {part: self[f"{part}_{lang}"].data or "" for part in self.parts}
            for lang in self.languages
        }
        return {lang: parts for lang, parts in typed.items() if any(parts.values())}

    def faulty(self, lang: str) -> bool:
        return any(self[f"{part}_{lang}"].errors for part in self.parts)

    def require_parts(self, langs: Iterable[str], parts: Iterable[str]) -> bool:
        """Return whether all `parts` are filled in all `langs`. Set errors on the empty fields."""
        empty = [
            (part, field)
            for lang in langs
            for part in parts
            if not (field := self[f"{part}_{lang}"]).data and not field.errors
        ]
        for part, field in empty:
            field.errors = [self.missing_errors[part]]
        return not empty


# Of each form there are as many classes as there are sets of languages on one site.
@lru_cache(maxsize=256)
def _form_in(form: type[InLanguages], languages: tuple[str, ...]) -> Any:
    return type(form.__name__, (form,), {"languages": languages, **form.fields_in(languages)})


class RowsField(FieldList):
    """A list of rows named `rows-0`, `rows-1` …. Inputs with an impossible number are ignored."""

    def _extract_indices(self, prefix: str, formdata: Mapping[str, Any]) -> list[int]:
        # WTForms accepts `²` as a digit, and numbers of any length.
        pattern = re.compile(rf"{re.escape(prefix)}-([0-9]{{1,9}})(?:-|$)")
        return [int(match[1]) for name in formdata if (match := pattern.match(name))]


def differences(sent: Form, saved: Form) -> list[tuple[str, str, str]]:
    """Return [(label, saved text, entered text)] for the fields in which two forms differ."""
    # A form finds its fields by attribute, which for some is not the name that is sent.
    saved_fields = {field.name: field for field in saved}
    pairs = (
        (field.label.text, text_of(saved_fields[field.name]), text_of(field))
        for field in sent
        if _is_compared(field) and field.name in saved_fields
    )
    return [(label, present, entered) for label, present, entered in pairs if present != entered]


def text_of(field: Field) -> str:
    """Return a field's value as text that a person can compare."""
    if isinstance(field, FieldList):
        return "\n".join(filter(None, map(_text_of_row, field)))
    if isinstance(field, FileField):
        return getattr(field.data, "filename", None) or field.data or ""
    if isinstance(field, SelectFieldBase):
        return ", ".join(str(choice[1]) for choice in field.iter_choices() if choice[2])
    if isinstance(field, BooleanField):
        return str(field.label.text) if field.data else ""
    return "" if field.data is None else str(field.data)


def _text_of_row(row: Field) -> str:
    return (
        " · ".join(filter(None, (text_of(field) for field in row if _is_compared(field))))
        if isinstance(row, FormField)
        else text_of(row)
    )


def _is_compared(field: Field) -> bool:
    if isinstance(field, FileField):
        # Without a file, the present one stays.
        return bool(field.data)
    # The confirmation "sure" is given again for each save, so it is never in conflict.
    return not isinstance(field, HiddenField) and field.short_name != "sure"


def moved(rows: Sequence[Any], press: str | None) -> list[Any] | None:
    """Return the rows after a press on one of their buttons: `add`, `remove-2`, `up-1` or `down-0`.

    Return None if no such button was pressed.
    """
    verb, _, place = (press or "").partition("-")
    if verb == "add":
        return [*rows, {}]
    places = {str(number): number for number in range(len(rows))}
    if verb not in ("remove", "up", "down") or place not in places:
        return None
    rows, at = list(rows), places[place]
    row = rows.pop(at)
    if verb != "remove":
        rows.insert(max(0, at - 1) if verb == "up" else at + 1, row)
    return rows


def language_choices(languages: Iterable[str] | None = None) -> list[SelectChoice]:
    """Return the choices of a field for a language, by default one of the site's."""
    offered = site_settings().languages if languages is None else languages
    return [SelectChoice(lang, language_name(lang)) for lang in offered]


PAPER_LABELS = {"Letter": _l("Letter (North America)"), "A4": _l("A4 (most countries)")}
INTERFACE_CHOICES = language_choices(INTERFACE_LANGUAGES)
WEAKNESSES = {
    "short": _l(
        "Use at least %(min)s characters. A few words in a row are easy to remember.",
        min=MIN_LENGTH,
    ),
    "long": _l("This password is too long. Choose a shorter one."),
    "guessable": _l(
        "That password is easy to guess. Use several words that have nothing to do with each other or with you."
    ),
}


def paper_choices() -> list[SelectChoice]:
    """Return the sizes of paper, the site's usual one first."""
    usual = site_paper()
    sizes = sorted(PAPER_LABELS, key=lambda size: size != usual)
    return [SelectChoice(size, PAPER_LABELS[size]) for size in sizes]


def unchosen(choices: list[SelectChoice], prompt: Any) -> list[SelectChoice]:
    """Return the choices after an empty one labelled `prompt`. Return a single choice alone."""
    return choices if len(choices) < 2 else [SelectChoice("", prompt), *choices]


class CauseChoiceForm(FlaskForm):
    """Base of the forms that begin with the choice of a cause."""

    cause = SelectField(_l("Cause"), [InputRequired(_l("Choose a cause."))])

    def offer(self, causes: Iterable[Cause], lang: str) -> Self:
        """Offer these Causes, with their titles in `lang`, and return the form."""
        choices = [SelectChoice(str(cause.id), cause.text(lang).title) for cause in causes]
        self.cause.choices = unchosen(choices, _l("Choose a cause"))
        return self


class AddressField(EmailField):
    """An organizer's email address. `address` holds it parsed once it is valid."""

    def pre_validate(self, form: Form) -> None:
        if not (self.data or "").strip():
            raise StopValidation(_l("Enter an email address."))
        super().pre_validate(form)


class OrganizerNameField(StringField):
    """The name by which other organizers know this one."""

    data: Any

    def pre_validate(self, form: Form) -> None:
        if not (self.data or "").strip():
            raise StopValidation(_l("Enter the name your team knows you by."))
        if len(self.data or "") > 4 * MAX_NAME_LENGTH:
            raise StopValidation(_l("Use %(max)s characters or fewer.", max=MAX_NAME_LENGTH))
        try:
            self.data = clean_name(self.data or "")[:MAX_NAME_LENGTH]
        except NameRefused as fault:
            raise StopValidation(NAME_FAULTS[fault.code]) from fault


class NewPasswordField(PasswordField):
    """A new password. The form's `about()` returns words it must not be guessable from."""

    def pre_validate(self, form: Form) -> None:
        try:
            check_strength(self.data or "", form.about())
        except PasswordTooWeak as weakness:
            raise StopValidation(WEAKNESSES[weakness.code]) from weakness


class ChosenFileField(uploads.FileField):
    """A file, which must be chosen."""

    def pre_validate(self, form: Form) -> None:
        if not self.data or not self.data.filename:
            raise StopValidation(_l("Choose a file."))


class CodeField(StringField):
    """The digits of a code, typed with or without spaces."""

    data: Any

    def pre_validate(self, form: Form) -> None:
        self.data = re.sub(r"[\s\-.]", "", self.data or "")
        if not self.data.isascii() or not self.data.isdecimal():
            raise StopValidation(
                _l("Enter only digits: six from the app, or the sixteen of a recovery code.")
            )
