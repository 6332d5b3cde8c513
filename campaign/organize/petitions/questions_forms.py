"""The form about the form: what supporters of a petition are asked."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
)

from campaign.i18n.locales import LOCALES
from campaign.organize.content_fields import (
    LineField,
    LinesField,
    RevisionField,
    RowsField,
    by_language,
    in_language,
    most,
)
from campaign.text.slugs import free_slug, slug_of

MAX_QUESTIONS = 12
MAX_LABEL_LENGTH = 200
MAX_CHOICES_LENGTH = 4000
FIELDS = [
    SelectChoice("family_name", _l("Family name")),
    SelectChoice("country", _l("Country")),
    SelectChoice("postal_code", _l("Postal code")),
    SelectChoice("comment", _l("A few words")),
]
KINDS = [
    SelectChoice("text", _l("A line to write")),
    SelectChoice("choice", _l("One of several")),
    SelectChoice("tick", _l("A box to tick")),
]
CONFIRMATIONS = [
    SelectChoice("email", _l("By the link in the mail")),
    SelectChoice("email_or_witness", _l("By the mail, or by a witness at a table")),
]


# What is set besides the questions.
SETTINGS = ("revision", "required_fields", "confirmation", "two_per_address", "neutral_emails")


class _Question(Form):
    """A question of the petition's own, as it is asked in each language."""

    name = HiddenField()
    type = SelectField(_l("Kind"), choices=KINDS)
    required = BooleanField(_l("Must be answered"))


QuestionRow = type(
    "QuestionRow",
    (_Question,),
    {
        **by_language(
            "label",
            lambda lang: LineField(in_language(_l("Question"), lang), [most(MAX_LABEL_LENGTH)]),
        ),
        **by_language(
            "choices",
            lambda lang: LinesField(in_language(_l("Answers"), lang), [most(MAX_CHOICES_LENGTH)]),
        ),
    },
)


class FormForm(FlaskForm):
    """What is asked, what must be filled, and how one confirms."""

    revision = RevisionField()
    required_fields = SelectMultipleField(_l("Must be filled"), choices=FIELDS)
    confirmation = RadioField(_l("How a signature is confirmed"), choices=CONFIRMATIONS)
    two_per_address = BooleanField(_l("Two people may share one e-mail address"))
    neutral_emails = BooleanField(
        _l("Neutral emails: the subject does not say that someone signed")
    )
    rows = RowsField(FormField(QuestionRow), _l("Questions"), max_entries=MAX_QUESTIONS)

    @classmethod
    def of(cls, petition):
        return cls(
            formdata=None,
            data={
                "revision": petition.revision,
                "required_fields": petition.required_fields,
                "confirmation": petition.confirmation,
                "two_per_address": petition.two_per_address,
                "neutral_emails": petition.neutral_emails,
                "rows": rows_of(petition.questions),
            },
        )

    def with_rows(self, rows):
        """Return the form with other rows, all else as typed."""
        typed = {name: self[name].data for name in SETTINGS}
        return type(self)(formdata=None, data={**typed, "rows": rows[:MAX_QUESTIONS]})

    def validate_asking(self, original):
        """Check the form and its questions, whose words in the language `original` count."""
        valid = self.validate()
        return check_rows(self.rows, original) and valid

    def questions(self, original):
        return questions_in(self.rows, original)


def check_rows(rows, original):
    """Check a list of QuestionRows: each needs words in the language `original`, a choice as many answers in each."""
    for row in rows:
        label, choices = row[f"label_{original}"], row[f"choices_{original}"]
        if _is_empty(row.form):
            continue
        if not label.data:
            label.errors = [_l("Write the question in the language that was written first.")]
        if row["type"].data == "choice":
            _check_choices(row.form, choices)
    # The summary over the form asks the list, which looked at its rows before.
    rows.errors = [row.errors for row in rows if row.errors]
    return not rows.errors


def questions_in(rows, original):
    """Return the questions as `Petition` and `Event` keep them; a new one is named after its words in the language `original`."""
    kept = [row.form for row in rows if not _is_empty(row.form)]
    names = {row.name.data for row in kept if row.name.data}
    order = (original, *(lang for lang in LOCALES if lang != original))
    return [_question(row, names, order) for row in kept]


def rows_of(questions):
    """Return the questions of a petition or an event as rows of a form."""
    return [_row(question) for question in questions]


def _is_empty(row):
    return not any(row[f"{part}_{lang}"].data for part in ("label", "choices") for lang in LOCALES)


def _check_choices(row, first):
    wanted = len(_lines(first.data))
    if wanted < 2:
        first.errors = [_l("Write at least two answers, one on each line.")]
    for lang in LOCALES:
        field = row[f"choices_{lang}"]
        if field.data and len(_lines(field.data)) != wanted and field is not first:
            field.errors = [
                _l("There must be as many answers as in the first language, in the same order.")
            ]


def _question(row, names, order):
    """Answers are kept in the first language of the petition, so that stands first."""
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
        "label": {lang: words for lang in order if (words := row[f"label_{lang}"].data)},
    }
    if row.type.data == "choice":
        question["choices"] = {
            lang: lines for lang in order if (lines := _lines(row[f"choices_{lang}"].data))
        }
    return question


def _row(question):
    labels = {f"label_{lang}": words for lang, words in question["label"].items()}
    choices = {
        f"choices_{lang}": "\n".join(lines) for lang, lines in question.get("choices", {}).items()
    }
    facts = {
        "name": question["name"],
        "type": question["type"],
        "required": bool(question.get("required")),
    }
    return {**facts, **labels, **choices}


def _lines(text):
    return list(filter(None, map(str.strip, (text or "").split("\n"))))
