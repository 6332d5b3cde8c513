"""The signing form and its fields: what was entered, and what is missing."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Protocol, Self, cast

from flask import request
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext as ngettext
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.form import BaseForm
from wtforms.validators import Length, StopValidation, ValidationError

from campaign.http.cached_fields import CachedFields
from campaign.i18n.countries import countries
from campaign.i18n.locales import current_locale
from campaign.petitions.kinds import kind_of
from campaign.petitions.questions import ANSWER_PREFIX, PROMPT, field_name
from campaign.signatures import tokens
from campaign.signatures.models import (
    MAX_ANSWER_LENGTH,
    MAX_COMMENT_LENGTH,
    MAX_NAME_LENGTH,
    MAX_POSTAL_CODE_LENGTH,
    MAX_PROMPT_LENGTH,
)
from campaign.signatures.signing.commands import SupporterDetails
from campaign.site.settings import site_settings
from campaign.text.email_addresses import Address, AddressRefused, parse_address
from campaign.text.names import NameIsEmpty, NameRefused, clean_name, clean_text
from campaign.text.postal_codes import (
    PostalCodeRefused,
    clean_postal_code,
    has_postal_codes,
    postal_code_example,
)

TOO_LONG = _l("Use %(most)s characters or fewer.", most=MAX_NAME_LENGTH)
NAME_FAULTS = {
    "empty": _l("Enter your name."),
    "link": _l("Enter your name without an email address or a link."),
    "control": _l("Your name has a character that we cannot show. Please enter it again."),
    "no_letter": _l("Enter a name with at least one letter."),
}
ADDRESS_FAULTS = {
    "no_at": _l("Enter an email address with an @, like name@example.org."),
    "no_domain_ending": _l("The email address is missing its ending, like .mx or .org."),
    "domain": _l("Check the part after the @. It cannot receive email."),
    "local": _l("Check the part before the @."),
    "too_long": _l("This email address is too long. Please check it."),
    "spaces": _l("Remove the spaces from the email address."),
    "several": _l("Enter only one email address."),
}


NOT_CHECKED = ("", "n", "no", "false", "0")


class Action(Protocol):
    """What the form needs of an action: a Petition, its page, or its SigningTerms."""

    @property
    def id(self) -> int: ...

    @property
    def action_kind(self) -> str: ...


class Missing(StopValidation):
    """The field is missing or invalid. `message` says what to enter."""


class NameField(StringField):
    """A name in any script, in its canonical form."""

    data: Any

    def pre_validate(self, form: BaseForm) -> None:
        """Make the name canonical. Raise Missing."""
        if not (self.data or "").strip():
            self.data = ""
            return
        if len(self.data) > 4 * MAX_NAME_LENGTH:
            raise Missing(TOO_LONG)
        try:
            name = clean_name(self.data)
        except NameIsEmpty:
            # Only invisible characters: as if nothing had been entered. The form says what is missing.
            self.data = ""
            return
        except NameRefused as fault:
            raise Missing(NAME_FAULTS[fault.code]) from fault
        # We count the canonical name, because composing characters can shorten or lengthen it.
        if len(name) > MAX_NAME_LENGTH:
            raise Missing(TOO_LONG)
        self.data = name


class EmailField(StringField):
    """An email address; `address` holds it parsed once it is valid."""

    address: Address | None = None
    missing = _l("Enter your email address. We need it to confirm your signature.")

    def pre_validate(self, form: BaseForm) -> None:
        """Parse the address. Raise Missing."""
        if not (self.data or "").strip():
            raise Missing(self.missing)
        try:
            self.address = parse_address(self.data)
        except AddressRefused as fault:
            raise Missing(ADDRESS_FAULTS[fault.code]) from fault


class OptionalEmailField(EmailField):
    """An optional email address."""

    def pre_validate(self, form: BaseForm) -> None:
        """Parse the address, if there is one. Raise Missing."""
        if (self.data or "").strip():
            super().pre_validate(form)


class CountryField(SelectField):
    """A country, as its two-letter code. The site's first countries come first."""

    data: Any

    def __init__(self, label: object = None, **kwargs: Any) -> None:
        super().__init__(label, choices=[], validate_choice=False, **kwargs)

    def iter_choices(self) -> Iterator[tuple[str, str, bool, dict[str, Any]]]:
        """Yield an empty choice and the countries, named in the language of the page."""
        for code, name in (("", ""), *self._countries()):
            yield code, name, code == (self.data or ""), {}

    def pre_validate(self, form: BaseForm) -> None:
        """Check the code of the country. Raise Missing."""
        self.data = (self.data or "").strip().upper()
        if self.data and self.data not in _country_codes():
            raise Missing(_l("Choose a country from the list."))

    def _countries(self) -> tuple[tuple[str, str], ...]:
        return countries(str(current_locale()), site_settings().first_countries)


class ChoiceField(SelectField):
    """One of several answers. A page loaded before they changed may send another."""

    def __init__(self, label: object = None, **kwargs: Any) -> None:
        super().__init__(label, validate_choice=False, **kwargs)

    def pre_validate(self, form: BaseForm) -> None:
        """Check that the answer is one of the choices. Raise Missing."""
        if self.data not in {choice.value for choice in self.choices}:
            raise Missing(_l("Choose one of the answers in the list."))


class CommentField(TextAreaField):
    """A short comment in plain text."""

    data: Any
    max_length = MAX_COMMENT_LENGTH

    def pre_validate(self, form: BaseForm) -> None:
        """Clean the text and check its length. Raise Missing."""
        self.data = clean_text(self.data or "")
        if len(self.data) > self.max_length:
            over = len(self.data) - self.max_length
            raise Missing(
                ngettext(
                    "This is 1 character too long. The limit is %(most)s.",
                    "This is %(num)s characters too long. The limit is %(most)s.",
                    over,
                    most=self.max_length,
                )
            )


class PromptField(CommentField):
    """Some paragraphs of what a supporter writes, in plain text."""

    max_length = MAX_PROMPT_LENGTH


@lru_cache(maxsize=1)
def _country_codes() -> frozenset[str]:
    return frozenset(code for code, _ in countries("en", ()))


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
    kind_fields: frozenset[str] = frozenset()

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


class OwnLinkForm(FlaskForm):
    """The form that requests the link to "What I signed"."""

    class Meta(CachedFields):
        # Public pages set no cookie, so there is no token; cross-site posts are rejected by their
        # origin.
        csrf = False

    email = EmailField(_l("Email"))

    @classmethod
    def sent(cls) -> Self:
        """Return the form filled from the request's form data."""
        return cls(formdata=request.form)


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
    """Return a petition's form, filled from `formdata` or else the request; see `form_class`.

    `action` adds the fields of its kind, in the language `lang`.
    """
    form = form_class(required_fields, questions)
    if action is not None and (fields := kind_of(action.action_kind).fields):
        form = with_kind_fields(form, fields(action.id, lang))
    return form.sent() if formdata is None else form(formdata=formdata)


def with_kind_fields(form: type[SignatureForm], fields: Mapping[str, Field]) -> type[SignatureForm]:
    """Return the form with the fields of a kind of action, by name."""
    members = {**fields, "kind_fields": frozenset(fields)}
    return cast(type[SignatureForm], type("ActionForm", (form,), members))


def form_class(
    required_fields: Iterable[str], questions: Iterable[Mapping[str, Any]]
) -> type[SignatureForm]:
    """Return the class of a petition's form, the same one for the same questions.

    `questions` are dicts of `name`, `type` (text, choice, tick or prompt), `label` in the reader's
    language, `required` and `choices`. Choices are pairs of a stored value and its label.
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
