"""Fields and manners of the forms by which causes and petitions are written."""

import re

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    SelectFieldBase,
    StringField,
    TextAreaField,
)
from wtforms.validators import Length, StopValidation
from wtforms.widgets import HiddenInput

from campaign.i18n.locales import LOCALES, NAMES
from campaign.text.names import clean_text
from campaign.text.slugs import MAX_SLUG_LENGTH, is_slug

# With or without what people write between thousands.
_WHOLE = re.compile(r"[-+]?(\d+|\d{1,3}([., ’'\u00a0\u202f]\d{3})+)", re.ASCII)


def most(letters):
    """Return the validator that lets at most so many letters pass."""
    return Length(max=letters, message=_l("That is longer than %(most)s letters.", most=letters))


class LineField(StringField):
    """One line of plain words."""

    def process_formdata(self, valuelist):
        super().process_formdata(valuelist)
        self.data = clean_text(self.data or "", lines=False)


class ShortTextField(TextAreaField):
    """A sentence or two, shown whole while one writes and kept on one line."""

    def process_formdata(self, valuelist):
        super().process_formdata(valuelist)
        self.data = clean_text(self.data or "", lines=False)


class LinesField(TextAreaField):
    """Several lines of plain words, or Markdown."""

    def process_formdata(self, valuelist):
        super().process_formdata(valuelist)
        self.data = clean_text(self.data or "")


class WholeField(IntegerField):
    """A whole number, as people write it: 12408, 12,408, 12.408 or 12 408. Of what is none its validators tell, in the page's language."""

    def process_formdata(self, valuelist):
        if not valuelist:
            return
        text = valuelist[0].strip()
        self.data = (
            int(re.sub(r"[^\d-]", "", text)) if len(text) < 20 and _WHOLE.fullmatch(text) else None
        )


class SlugField(StringField):
    """The last part of an address."""

    def process_formdata(self, valuelist):
        super().process_formdata(valuelist)
        self.data = (self.data or "").strip().lower()

    def pre_validate(self, form):
        if len(self.data or "") > MAX_SLUG_LENGTH:
            raise StopValidation(_l("That is longer than %(most)s letters.", most=MAX_SLUG_LENGTH))
        if self.data and not is_slug(self.data):
            raise StopValidation(
                _l(
                    "Small letters without accents, digits, and hyphens between them, such as law-of-2026."
                )
            )


class RevisionField(IntegerField):
    """Which state of the thing the editor had before their eyes; hidden."""

    widget = HiddenInput()

    def _value(self):
        # What was sent is not repeated: after a conflict the editor has seen the newer state.
        return "" if self.data is None else str(self.data)


def by_language(name, field):
    """Return {"<name>_en": field("en"), …} for each language of the site, to be members of a form."""
    return {f"{name}_{lang}": field(lang) for lang in LOCALES}


def in_language(label, lang):
    """Return a label that says which language is meant: Title (Español)."""
    return _l("%(field)s (%(language)s)", field=label, language=NAMES[lang])


class InLanguages:
    """The manners of a form that has its `parts` in each language, such as `title_en`; `lacking` says what is wrong where one is not there."""

    parts = ()
    lacking = {}

    def texts(self):
        """Return {language: {part: what was typed}} of the languages in which anything was."""
        typed = {
            lang: {part: self[f"{part}_{lang}"].data or "" for part in self.parts}
            for lang in LOCALES
        }
        return {lang: words for lang, words in typed.items() if any(words.values())}

    def faulty(self, lang):
        return any(self[f"{part}_{lang}"].errors for part in self.parts)

    def demand(self, langs, parts):
        """Return whether all these parts are written in all these languages, and say at each field that is empty what it lacks."""
        empty = [
            (part, field)
            for lang in langs
            for part in parts
            if not (field := self[f"{part}_{lang}"]).data and not field.errors
        ]
        for part, field in empty:
            field.errors = [self.lacking[part]]
        return not empty


def caught_up(mine, theirs):
    """Let a form stand on what is saved by now, as `theirs` holds it; return in which fields it differs, as `conflicts` does."""
    for name in ("revision", "mark"):
        if name in mine:
            mine[name].data = theirs[name].data
    return conflicts(mine, theirs)


class RowsField(FieldList):
    """A list of rows, named `rows-0`, `rows-1` …; what has a number that no row can have belongs to none of them."""

    def _extract_indices(self, prefix, formdata):
        # WTForms' own takes `²` for a digit, and numbers of any length.
        pattern = re.compile(rf"{re.escape(prefix)}-([0-9]{{1,9}})(?:-|$)")
        return [int(found[1]) for name in formdata if (found := pattern.match(name))]


def conflicts(mine, theirs):
    """Return [(label, what is saved, what was typed)] for the fields in which two forms of one kind differ."""
    pairs = (
        (field.label.text, said(theirs[field.name]), said(field))
        for field in mine
        if _is_shown(field)
    )
    return [(label, saved, typed) for label, saved, typed in pairs if saved != typed]


def said(field):
    """Return what stands in a field as text that a person can compare."""
    if isinstance(field, FieldList):
        return "\n".join(filter(None, map(_said_in_row, field)))
    if isinstance(field, SelectFieldBase):
        return ", ".join(str(choice[1]) for choice in field.iter_choices() if choice[2])
    if isinstance(field, BooleanField):
        return str(field.label.text) if field.data else ""
    return "" if field.data is None else str(field.data)


def _said_in_row(row):
    return (
        " · ".join(filter(None, (said(each) for each in row if _is_shown(each))))
        if isinstance(row, FormField)
        else said(row)
    )


def _is_shown(field):
    # That somebody is sure is said anew for each saving.
    return not isinstance(field, HiddenField) and field.short_name not in ("revision", "sure")


def moved(rows, press):
    """Return the rows as a press on one of their buttons leaves them: `add`, `remove-2`, `up-1`, `down-0`.

    None where nothing of the kind was pressed.
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
