"""The signing form: its fields for a petition, what was entered, and what is missing."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Protocol, cast

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, RadioField, SelectChoice, StringField
from wtforms.validators import Length, ValidationError

from campaign.http.public_form import PublicForm
from campaign.petitions.kinds import kind_of
from campaign.petitions.questions import ANSWER_PREFIX, PROMPT, field_name
from campaign.signatures import tokens
from campaign.signatures.fields import (
    ChoiceField,
    CommentField,
    CountryField,
    EmailField,
    NameField,
    PromptField,
)
from campaign.signatures.models import MAX_ANSWER_LENGTH, MAX_POSTAL_CODE_LENGTH
from campaign.signatures.signing.commands import SupporterDetails
from campaign.text.names import clean_text
from campaign.text.postal_codes import (
    PostalCodeRefused,
    clean_postal_code,
    has_postal_codes,
    postal_code_example,
)

NOT_CHECKED = ("", "n", "no", "false", "0")


class Action(Protocol):
    """What the form needs of an action: a Petition, its page, or its SigningTerms."""

    @property
    def id(self) -> int: ...

    @property
    def action_kind(self) -> str: ...


class SupporterForm(PublicForm):
    """What supporters enter about themselves, when they sign or correct it."""

    given_name = NameField(_l("First name"))
    family_name = NameField(_l("Last name"))
    country = CountryField(_l("Country"))
    postal_code = StringField(
        _l("Postal code"),
        [Length(max=MAX_POSTAL_CODE_LENGTH, message=_l("This is too long. Make it shorter."))],
    )
    comment = CommentField(_l("Comment"))
    name_display = RadioField(
        _l("How should we show your name?"),
        choices=[
            SelectChoice("full", _l("Full name")),
            SelectChoice("initials", _l("Initials")),
            SelectChoice("counted", _l("Name not shown")),
        ],
        default="counted",
        validate_choice=False,
    )

    required = frozenset({"given_name"})

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        """Check each field, then required fields, then fields that depend on each other."""
        valid = super().validate(extra_validators)
        for name in self.required & self._fields.keys():
            field = self[name]
            if not field.errors and not field.data and not self._is_excused(name):
                field.errors = [MISSING.get(name, MISSING_ANSWER)]
                valid = False
        return self._check_postal_code() and valid

    def validate_name_display(self, field: Field) -> None:
        """Check how the name is shown. Raise ValidationError."""
        field.data = field.data or "counted"
        if field.data not in ("full", "initials", "counted"):
            raise ValidationError(_l("Choose how we show your name."))

    def _is_excused(self, name: str) -> bool:
        """Return whether the field is a postal code and the country has none."""
        return bool(
            name == "postal_code" and self.country.data and not has_postal_codes(self.country.data)
        )

    def _check_postal_code(self) -> bool:
        field = self.postal_code
        if self.country.errors or field.errors or not (field.data or "").strip():
            field.data = (field.data or "").strip()
            return not field.errors
        try:
            field.data = clean_postal_code(self.country.data, field.data)
        except PostalCodeRefused:
            example = postal_code_example(self.country.data)
            field.errors = [
                _l(
                    "Enter a postal code for this country, like %(example)s.",
                    example=example,
                )
                if example
                else _l("Enter a postal code for this country.")
            ]
            return False
        return True


class SignatureForm(SupporterForm):
    """The form under a petition."""

    email = EmailField(_l("Email"))
    # Pages show the consent texts instead, which name the organisation.
    subscribe = BooleanField(_l("Updates by email"), false_values=NOT_CHECKED)

    tell_answer = BooleanField(_l("Tell me when they answer"), false_values=NOT_CHECKED)

    answer_fields: frozenset[str] = frozenset()
    # Fields of the kind of action.
    kind_fields: tuple[str, ...] = ()

    def answers(self) -> dict[str, Any]:
        """Return the answers to the petition's own questions, by name."""
        return {
            name.removeprefix(ANSWER_PREFIX): field.data
            for name, field in self._fields.items()
            if name in self.answer_fields
        }

    def details(self) -> SupporterDetails:
        """Return what the supporter entered, once the form is valid.

        Without an email address, nobody is subscribed or told of answers.
        """
        address, given_name, family_name, postal_code = (
            self.email.address,
            self.given_name.data,
            self.family_name.data,
            self.postal_code.data,
        )
        return SupporterDetails(
            given_name=given_name,
            family_name=family_name,
            email=address and address.typed,
            email_digest=address and tokens.email_digest(address.normalized),
            person_digest=tokens.person_digest(given_name, family_name, postal_code),
            country=self.country.data,
            postal_code=postal_code,
            comment=self.comment.data,
            answers=self.answers(),
            kind_data={name: self[name].data for name in sorted(self.kind_fields)} or None,
            name_display=self.name_display.data,
            subscribe=self.subscribe.data and address is not None,
            tell_answer=self.tell_answer.data and address is not None,
        )

    @property
    def mail_domain(self) -> str:
        """Return the domain of the valid email address, or "" without one."""
        return self.email.address.domain if self.email.address else ""


class OwnLinkForm(PublicForm):
    """The form that requests the link to "What I signed"."""

    email = EmailField(_l("Email"))


MISSING_ANSWER = _l("Answer this question.")
MISSING = {
    "given_name": _l("Enter your first name."),
    "family_name": _l("Enter your last name."),
    "country": _l("Choose your country."),
    "postal_code": _l("Enter your postal code."),
    "comment": _l("Enter a comment."),
}


def signature_form(
    required_fields: Iterable[str],
    questions: Iterable[Mapping[str, Any]],
    formdata: Any = None,
    *,
    action: Action | None = None,
    lang: str = "",
) -> SignatureForm:
    """Return a petition's form, filled from `formdata` or else the request. See `form_class`.

    `action` adds the fields of its kind, in the language `lang`.
    """
    form = form_class(required_fields, questions)
    if action is not None and (fields := kind_of(action.action_kind).fields):
        form = with_kind_fields(form, fields(action.id, lang))
    return form.sent() if formdata is None else form(formdata=formdata)


def with_kind_fields(form: type[SignatureForm], fields: Mapping[str, Field]) -> type[SignatureForm]:
    """Return the form with the fields of a kind of action, by name."""
    members = {**fields, "kind_fields": tuple(fields)}
    return cast(type[SignatureForm], type("ActionForm", (form,), members))


def form_class(
    required_fields: Iterable[str], questions: Iterable[Mapping[str, Any]]
) -> type[SignatureForm]:
    """Return the class of a petition's form, the same one for the same questions.

    `questions` are dicts of `name`, `type` (`text`, `choice`, `tick` or `prompt`), `label` in the
    reader's language, `required` and `choices`. Choices are pairs of a stored value and its label.
    """
    frozen_questions = tuple(
        (field_name(q), q["type"], q["label"], tuple(q.get("choices", ())), q["required"])
        for q in questions
    )
    return _form_class(frozenset(required_fields), frozen_questions)


@lru_cache(maxsize=256)
def _form_class(
    required_fields: frozenset[str], questions: tuple[tuple[Any, ...], ...]
) -> type[SignatureForm]:
    fields = {
        name: answer_field(kind, label, choices) for name, kind, label, choices, _ in questions
    }
    required_answers = {name for name, _, _, _, required in questions if required}
    members = {
        **fields,
        "answer_fields": frozenset(fields),
        "required": frozenset({"given_name"} | required_fields | required_answers),
    }
    return cast(type[SignatureForm], type("PetitionForm", (SignatureForm,), members))


def answer_field(kind: str, label: str, choices: Iterable[tuple[str, str]]) -> Field:
    """Return the field for a question: `tick`, `choice` among `choices`, `prompt`, or a text."""
    if kind == "tick":
        return BooleanField(label)
    if kind == "choice":
        options = [SelectChoice(""), *(SelectChoice(value, text) for value, text in choices)]
        return ChoiceField(label, choices=options, default="")
    if kind == PROMPT:
        return PromptField(label)
    return StringField(
        label,
        [Length(max=MAX_ANSWER_LENGTH, message=_l("This is too long. Make it shorter."))],
        filters=[_clean_answer],
    )


def _clean_answer(text: str | None) -> str:
    return clean_text(text) if text else ""
