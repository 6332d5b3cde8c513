"""The signing form: what was entered, and what is missing."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Self

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, RadioField, SelectChoice, StringField
from wtforms.validators import Length, ValidationError

from campaign.http.cached_fields import CachedFields
from campaign.signatures import tokens
from campaign.signatures.fields import (
    ChoiceField,
    CommentField,
    CountryField,
    EmailField,
    NameField,
)
from campaign.signatures.limits import MAX_ANSWER_LENGTH, MAX_POSTAL_CODE_LENGTH
from campaign.signatures.signing_commands import SupporterDetails
from campaign.subscriptions.consents import SIGNATURE, WORDINGS
from campaign.text.names import clean_text
from campaign.text.postal_codes import (
    PostalCodeRefused,
    clean_postal_code,
    has_postal_codes,
    postal_code_example,
)


class SupporterForm(FlaskForm):
    """What supporters enter about themselves, when they sign or correct it."""

    class Meta(CachedFields):
        # Public pages set no cookie, so there is no token; cross-site posts are rejected by their
        # origin.
        csrf = False

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

    @classmethod
    def sent(cls) -> Self:
        """Return the form filled from the request's form data; files and JSON are ignored."""
        return cls(formdata=request.form if request.method == "POST" else None)

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
        field.data = field.data or "counted"
        if field.data not in ("full", "initials", "counted"):
            raise ValidationError(_l("Choose how we show your name."))

    def _is_excused(self, name):
        """Return whether the field is a postal code and the country has none."""
        return (
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
    subscribe = BooleanField(WORDINGS[SIGNATURE], false_values=("", "n", "no", "false", "0"))

    def answers(self) -> dict[str, Any]:
        """Return the answers to the petition's own questions, by name."""
        prefix = ANSWER_PREFIX
        return {
            name.removeprefix(prefix): field.data
            for name, field in self._fields.items()
            if name.startswith(prefix)
        }

    def details(self) -> SupporterDetails:
        """Return what the supporter entered, once the form is valid.

        Without an email address, nobody is subscribed.
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
            name_display=self.name_display.data,
            subscribe=self.subscribe.data and address is not None,
        )

    @property
    def mail_domain(self) -> str:
        """Return the domain of the valid email address, or "" without one."""
        return self.email.address.domain if self.email.address else ""


class OwnLinkForm(FlaskForm):
    """The form that requests the link to "What I signed"."""

    class Meta(CachedFields):
        # Public pages set no cookie, so there is no token; cross-site posts are rejected by their
        # origin.
        csrf = False

    email = EmailField(_l("Email"))

    @classmethod
    def sent(cls) -> Self:
        return cls(formdata=request.form)


ANSWER_PREFIX = "answers-"
MISSING_ANSWER = _l("Answer this question.")
MISSING = {
    "given_name": _l("Enter your name."),
    "family_name": _l("Enter your last name."),
    "country": _l("Choose your country."),
    "postal_code": _l("Enter your postal code."),
    "comment": _l("Enter a comment."),
}


def signature_form(
    required_fields: Iterable[str], questions: Iterable[Mapping[str, Any]], formdata: Any = None
) -> SignatureForm:
    """Return a petition's form, filled from `formdata` or else the request; see `form_class`."""
    form = form_class(required_fields, questions)
    return form.sent() if formdata is None else form(formdata=formdata)


def form_class(required_fields: Iterable[str], questions: Iterable[Mapping[str, Any]]):
    """Return the class of a petition's form, the same one for the same questions.

    `questions` are dicts of `name`, `type` (text, choice or tick), `label` in the reader's
    language, `required` and `choices`. Choices are pairs of a stored value and its label.
    """
    asked = tuple(
        (q["name"], q["type"], q["label"], tuple(q.get("choices", ())), q["required"])
        for q in questions
    )
    return _form_class(frozenset(required_fields), asked)


@lru_cache(maxsize=256)
def _form_class(required_fields, asked):
    fields = {
        ANSWER_PREFIX + name: answer_field(kind, label, choices)
        for name, kind, label, choices, _ in asked
    }
    needed = {ANSWER_PREFIX + name for name, _, _, _, required in asked if required}
    members = {**fields, "required": frozenset({"given_name"} | required_fields | needed)}
    return type("PetitionForm", (SignatureForm,), members)


def answer_field(kind: str, label: str, choices: Iterable[tuple[str, str]]) -> Field:
    """Return the field for a question: `tick`, `choice` among `choices`, or a text."""
    if kind == "tick":
        return BooleanField(label)
    if kind == "choice":
        options = [SelectChoice(""), *(SelectChoice(kept, read) for kept, read in choices)]
        return ChoiceField(label, choices=options, default="")
    return StringField(
        label,
        [Length(max=MAX_ANSWER_LENGTH, message=_l("This is too long. Make it shorter."))],
        filters=[_plain],
    )


def _plain(text: str | None) -> str:
    return clean_text(text) if text else ""
