"""The signing form: what was typed, made canonical, or a kind word at the field."""

from functools import lru_cache

from flask import current_app, request
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext as ngettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import Length, StopValidation, ValidationError

from campaign.lib.countries import countries
from campaign.lib.mail_addresses import AddressRefused, parse_address
from campaign.lib.names import NameRefused, clean_name, clean_text
from campaign.lib.postal_codes import PostalCodeRefused, clean_postal_code, has_postal_codes, postal_code_example
from campaign.lib.quick_fields import QuickFields
from campaign.signatures.measures import MOST_ANSWER, MOST_COMMENT, MOST_NAME, MOST_POSTAL_CODE
from campaign.subscriptions.consents import SIGNATURE, WORDINGS

NAME_FAULTS = {
    "empty": _l("Write the name by which you sign."),
    "link": _l("A name cannot hold an address or a link."),
    "control": _l("The name holds a character that cannot be shown. Please type it again."),
    "no_letter": _l("A name needs at least one letter."),
}
ADDRESS_FAULTS = {
    "no_at": _l("An e-mail address has an @ in it, as in name@example.org."),
    "no_domain_ending": _l("The address stops too early. Add its ending, such as .mx or .org."),
    "domain": _l("The part after the @ is not an address that can receive mail."),
    "local": _l("The part before the @ is not quite right."),
    "too_long": _l("That address is longer than an address can be."),
    "spaces": _l("An e-mail address has no spaces in it."),
    "several": _l("Write one address only."),
}


class Missing(StopValidation):
    """The field must be filled; `message` says with what."""


class NameField(StringField):
    """A name of any script, in its canonical form."""

    def pre_validate(self, form):
        if not (self.data or "").strip():
            self.data = ""
            return
        too_long = Missing(_l("That is longer than %(most)s letters.", most=MOST_NAME))
        if len(self.data) > 4 * MOST_NAME:
            raise too_long
        try:
            name = clean_name(self.data)
        except NameRefused as fault:
            raise Missing(NAME_FAULTS[fault.code]) from fault
        # Counted as it is kept: composing can shorten a name, and lengthen one.
        if len(name) > MOST_NAME:
            raise too_long
        self.data = name


class EmailField(StringField):
    """An e-mail address; `address` holds it parsed once it is valid."""

    address = None
    missing = _l("We need your e-mail address to ask whether it was you.")

    def pre_validate(self, form):
        if not (self.data or "").strip():
            raise Missing(self.missing)
        try:
            self.address = parse_address(self.data)
        except AddressRefused as fault:
            raise Missing(ADDRESS_FAULTS[fault.code]) from fault


class OptionalEmailField(EmailField):
    """An e-mail address that may be left out."""

    def pre_validate(self, form):
        if (self.data or "").strip():
            super().pre_validate(form)


class CountryField(SelectField):
    """A country, by its two letters; the campaign's own countries come first."""

    def __init__(self, label=None, **kwargs):
        super().__init__(label, choices=[], validate_choice=False, **kwargs)

    def iter_choices(self):
        for code, name in (("", ""), *self._countries()):
            yield code, name, code == (self.data or ""), {}

    def pre_validate(self, form):
        self.data = (self.data or "").strip().upper()
        if self.data and self.data not in _country_codes():
            raise Missing(_l("Choose a country from the list."))

    def _countries(self):
        return countries(str(get_locale()), current_app.config["FIRST_COUNTRIES"])


class CommentField(TextAreaField):
    """A few plain words."""

    def pre_validate(self, form):
        self.data = clean_text(self.data or "")
        if len(self.data) > MOST_COMMENT:
            over = len(self.data) - MOST_COMMENT
            raise Missing(
                ngettext(
                    "That is one letter more than the %(most)s that fit.",
                    "That is %(num)s letters more than the %(most)s that fit.",
                    over,
                    most=MOST_COMMENT,
                )
            )


class SupporterForm(FlaskForm):
    """What a supporter says of themselves, when signing or when correcting it."""

    class Meta(QuickFields):
        # Public pages set no cookie, so there is no token; foreign posts are refused by their origin.
        csrf = False

    given_name = NameField(_l("Given name"))
    family_name = NameField(_l("Family name"))
    country = CountryField(_l("Country"))
    postal_code = StringField(_l("Postal code"), [Length(max=MOST_POSTAL_CODE, message=_l("That is too long."))])
    comment = CommentField(_l("A few words"))
    name_display = RadioField(
        _l("How should your name appear?"),
        choices=[
            SelectChoice("full", _l("In full")),
            SelectChoice("initials", _l("Initials")),
            SelectChoice("counted", _l("Counted only")),
        ],
        default="counted",
        validate_choice=False,
    )

    required = frozenset({"given_name"})

    @classmethod
    def sent(cls):
        """Return the form filled with the text fields of the request: a file or JSON holds no words of a person."""
        return cls(formdata=request.form if request.method == "POST" else None)

    def validate(self, extra_validators=None):
        """Check each field by itself, then what must be filled, then what one field says of another."""
        valid = super().validate(extra_validators)
        for name in self.required & self._fields.keys():
            field = self[name]
            if not field.errors and not field.data and not self._is_excused(name):
                field.errors = [MISSING.get(name, MISSING_ANSWER)]
                valid = False
        return self._check_postal_code() and valid

    def validate_name_display(self, field):
        field.data = field.data or "counted"
        if field.data not in ("full", "initials", "counted"):
            raise ValidationError(_l("Choose how your name should appear."))

    def _is_excused(self, name):
        """A postal code cannot be asked of people whose country has none."""
        return name == "postal_code" and self.country.data and not has_postal_codes(self.country.data)

    def _check_postal_code(self):
        field = self.postal_code
        if self.country.errors or field.errors or not (field.data or "").strip():
            field.data = (field.data or "").strip()
            return not field.errors
        try:
            field.data = clean_postal_code(self.country.data, field.data)
        except PostalCodeRefused:
            example = postal_code_example(self.country.data)
            field.errors = [
                _l("That is not a postal code of this country, such as %(example)s.", example=example)
                if example
                else _l("That is not a postal code of this country.")
            ]
            return False
        return True


class SignatureForm(SupporterForm):
    """The form under a petition."""

    email = EmailField(_l("E-mail"))
    subscribe = BooleanField(WORDINGS[SIGNATURE], false_values=("", "n", "no", "false", "0"))
    # The labels are never shown; without one WTForms would translate the field's name at each request.
    version = HiddenField("version")
    website = HiddenField(_l("Leave this empty"))
    altcha = HiddenField("altcha")

    def answers(self):
        """Return what was answered to the petition's own questions, by name."""
        prefix = ANSWER_PREFIX
        return {
            name.removeprefix(prefix): field.data
            for name, field in self._fields.items()
            if name.startswith(prefix)
        }


ANSWER_PREFIX = "answers-"
MISSING_ANSWER = _l("This question needs an answer.")
MISSING = {
    "given_name": _l("Write the name by which you sign."),
    "family_name": _l("Write your family name."),
    "country": _l("Choose your country."),
    "postal_code": _l("Write your postal code."),
    "comment": _l("Write a few words."),
}


def signature_form(required_fields, questions, formdata=None):
    """Return the form of a petition with these fields and questions, filled from `formdata` or else the request; see `form_class`."""
    form = form_class(required_fields, questions)
    return form.sent() if formdata is None else form(formdata=formdata)


def form_class(required_fields, questions):
    """Return the class of a petition's form, the same one for the same questions.

    `questions` are dicts of `name`, `type` (text, choice or tick), `label` in the reader's language, `required`, and `choices`, pairs of
    what is kept and what is read.
    """
    asked = tuple(
        (q["name"], q["type"], q["label"], tuple(q.get("choices", ())), q["required"]) for q in questions
    )
    return _form_class(frozenset(required_fields), asked)


@lru_cache(maxsize=256)
def _form_class(required_fields, asked):
    fields = {ANSWER_PREFIX + name: answer_field(kind, label, choices) for name, kind, label, choices, _ in asked}
    needed = {ANSWER_PREFIX + name for name, _, _, _, required in asked if required}
    members = {**fields, "required": frozenset({"given_name"} | required_fields | needed)}
    return type("PetitionForm", (SignatureForm,), members)


def answer_field(kind, label, choices):
    """Return the field that asks a question: `tick`, `choice` among `choices`, or a text."""
    if kind == "tick":
        return BooleanField(label)
    if kind == "choice":
        options = [SelectChoice(""), *(SelectChoice(kept, read) for kept, read in choices)]
        return SelectField(label, choices=options, default="")
    return StringField(label, [Length(max=MOST_ANSWER, message=_l("That is too long."))], filters=[_plain])


def _plain(text):
    return clean_text(text) if text else ""


@lru_cache(maxsize=1)
def _country_codes():
    return frozenset(code for code, _ in countries("en", ()))
