"""Check imported rows by the rules of the signing form, thousands at a time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, cast

from campaign.imports.tables import MAX_CELL_LENGTH
from campaign.imports.values import (
    TOO_LONG,
    ValueRefused,
    choice_answer,
    country,
    instant,
    language,
    name_display,
    newest_day,
    read_name,
    short_text,
    was_counted,
    yes_or_no,
)
from campaign.petitions.queries import SigningTerms
from campaign.petitions.questions import ANSWER_PREFIX
from campaign.signatures import tokens
from campaign.signatures.models import MAX_COMMENT_LENGTH, MAX_POSTAL_CODE_LENGTH
from campaign.signatures.signing.commands import SupporterDetails
from campaign.text.email_addresses import Address, AddressRefused, parse_address
from campaign.text.formulas import restored
from campaign.text.names import NameRefused, clean_text
from campaign.text.postal_codes import (
    PostalCodeRefused,
    clean_postal_code,
    has_postal_codes,
    postal_code_example,
)

MAX_SHEET_LENGTH, MAX_ROW_LENGTH = 40, 20
MAX_LEADING_ZEROS = 2
MISSING = "missing"


@dataclass(frozen=True, slots=True)
class BatchContext:
    """What applies to all rows of a batch.

    `lang`, `country` and `signed_at` are defaults for rows that leave them out. `from_spreadsheet`
    means that postal codes may have lost their leading zeros, because they were kept as numbers.
    """

    lang: str
    country: str
    signed_at: datetime | None
    zone: tzinfo
    closes_at: datetime | None
    now: datetime
    day_first: bool = True
    from_spreadsheet: bool = False


@dataclass(frozen=True, slots=True)
class ValidatedRow:
    """A checked row: what its supporter wrote, or {field: code} of its errors."""

    supporter: SupporterDetails | None
    faults: dict[str, str]
    lang: str = ""
    signed_at: datetime | None = None
    mail_domain: str = ""
    sheet: str = ""
    row: str = ""

    @property
    def key(self) -> tuple[bool, bytes]:
        """Return (has an email address, digest), which identifies the person who signed.

        Only a couple at one email address may share it under the same petition.
        """
        supporter = cast(SupporterDetails, self.supporter)
        return bool(supporter.email_digest), supporter.email_digest or supporter.person_digest


class Checker:
    """Checks rows by the SigningTerms of a petition; all rows share one BatchContext."""

    def __init__(self, terms: SigningTerms, context: BatchContext) -> None:
        self._terms, self._context = terms, context
        self._questions = [(ANSWER_PREFIX + item["name"], item) for item in terms.questions]
        needed = {name for name, question in self._questions if question.get("required")}
        self._required = {"given_name", *terms.required_fields} | needed

    def check(self, typed: Mapping[str, str]) -> ValidatedRow:
        """Return the ValidatedRow of a row given as {field: text}.

        Missing fields count as empty.
        """
        return _Row(self, {name: restored(text) for name, text in typed.items()}).checked()

    @property
    def terms(self) -> SigningTerms:
        return self._terms

    @property
    def context(self) -> BatchContext:
        return self._context

    @property
    def questions(self) -> list[tuple[str, dict[str, Any]]]:
        """Return (field name, question) for each of the petition's own questions."""
        return self._questions

    def needs(self, name: str) -> bool:
        return name in self._required


class _Row:
    def __init__(self, checker: Checker, typed: Mapping[str, str]) -> None:
        self._checker, self._typed = checker, typed
        self._faults: dict[str, str] = {}

    def checked(self) -> ValidatedRow:
        context = self._checker.context
        given_name, family_name = self._names()
        address = self._value("email", self._address)
        country_code = (
            self._value("country", lambda text: country(text, context.country, context.lang)) or ""
        )
        postal_code = self._postal_code(country_code)
        values = {
            "given_name": given_name,
            "family_name": family_name,
            "email": address and address.typed,
            "country": country_code,
            "postal_code": postal_code,
            "comment": self._comment(),
            "answers": {
                name.removeprefix(ANSWER_PREFIX): self._answer(name, question)
                for name, question in self._checker.questions
            },
            "name_display": self._value("name_display", name_display),
            "subscribe": self._value("subscribe", yes_or_no),
            "tell_answer": self._value("tell_answer", yes_or_no),
        }
        lang = self._value("lang", lambda text: language(text, context.lang))
        signed_at = self._signed_at()
        self._value("state", self._state)
        self._refuse_missing(values)
        if self._faults:
            return ValidatedRow(None, self._faults)
        # Without an address, there is nothing that updates and answers could be sent to.
        for name in ("subscribe", "tell_answer"):
            values[name] = bool(values[name] and address)
        supporter = SupporterDetails(
            **values,
            email_digest=tokens.email_digest(address.normalized) if address else None,
            person_digest=tokens.person_digest(given_name, family_name, postal_code),
        )
        domain = address.domain if address else ""
        return ValidatedRow(
            supporter,
            {},
            lang,
            signed_at,
            domain,
            self._text("sheet")[:MAX_SHEET_LENGTH],
            self._text("row")[:MAX_ROW_LENGTH],
        )

    def _text(self, name: str) -> str:
        return self._typed.get(name, "")

    def _value(self, name: str, parse: Callable[[str], Any]) -> Any:
        """Return the text of a field parsed by `parse`, or None after recording the error."""
        text = self._text(name)
        try:
            if len(text) >= MAX_CELL_LENGTH:
                raise ValueRefused(TOO_LONG)
            if text.startswith("="):
                raise ValueRefused("formula")
            return parse(text)
        except (ValueRefused, NameRefused, AddressRefused) as error:
            self._faults[name] = error.code
        return None

    def _names(self) -> tuple[str, str]:
        if full_name := self._text("full_name"):
            family, comma, given = full_name.partition(",")
            # In "Quetzalli, Zora" the comma marks the family name. Otherwise we do not split names.
            if comma and given.strip():
                return self._name("full_name", given), self._name("full_name", family)
            return self._name("full_name", full_name), ""
        return self._name("given_name"), self._name("family_name")

    def _name(self, field: str, part: str | None = None) -> str:
        return self._value(field, lambda text: read_name(text if part is None else part)) or ""

    @staticmethod
    def _address(text: str) -> Address | None:
        return parse_address(text) if text else None

    def _postal_code(self, country_code: str) -> str:
        def parse(text: str) -> str:
            if len(text) > MAX_POSTAL_CODE_LENGTH:
                raise ValueRefused(TOO_LONG)
            if "country" in self._faults:
                return ""
            if not country_code and self._checker.needs("country"):
                return text
            try:
                return (
                    clean_postal_code(country_code, self._with_zeros(country_code, text))
                    if text
                    else ""
                )
            except PostalCodeRefused as error:
                raise ValueRefused(f"postal_code:{country_code}") from error

        return self._value("postal_code", parse) or ""

    def _with_zeros(self, country_code: str, text: str) -> str:
        length = (
            len(postal_code_example(country_code))
            if self._checker.context.from_spreadsheet and text.isascii()
            else 0
        )
        is_number = text.isdecimal() and postal_code_example(country_code).isdecimal()
        return (
            text.zfill(length)
            if is_number and 0 < length - len(text) <= MAX_LEADING_ZEROS
            else text
        )

    def _comment(self) -> str:
        def parse(text: str) -> str:
            comment = clean_text(text)
            if len(comment) > MAX_COMMENT_LENGTH:
                raise ValueRefused(TOO_LONG)
            return comment

        return self._value("comment", parse) or ""

    def _answer(self, name: str, question: Mapping[str, Any]) -> str | bool:
        if question["type"] == "tick":
            return bool(self._value(name, yes_or_no))
        if question["type"] == "choice":
            return self._value(name, lambda text: choice_answer(question, text)) or ""
        return self._value(name, short_text) or ""

    def _signed_at(self) -> datetime | None:
        context = self._checker.context

        def parse(text: str) -> datetime:
            moment = instant(text, context.zone, context.day_first) if text else context.signed_at
            if moment is None:
                raise ValueRefused(MISSING)
            if moment.date() > newest_day(context.now):
                raise ValueRefused("date_in_future")
            if (
                context.closes_at
                and moment.date() > context.closes_at.astimezone(context.zone).date()
            ):
                raise ValueRefused("date_after_end")
            return moment

        return cast(datetime | None, self._value("signed_at", parse))

    @staticmethod
    def _state(text: str) -> None:
        if not was_counted(text):
            raise ValueRefused("not_counted")

    def _refuse_missing(self, values: Mapping[str, Any]) -> None:
        answers = {ANSWER_PREFIX + name: answer for name, answer in values["answers"].items()}
        for name, value in (*values.items(), *answers.items()):
            if (
                self._checker.needs(name)
                and not value
                and not self._is_excused(name, values["country"])
            ):
                self._faults.setdefault(name, MISSING)

    def _is_excused(self, name: str, country_code: str) -> bool:
        if name in ("given_name", "family_name"):
            return bool(self._text("full_name"))
        if name == "postal_code":
            return self._faults.get("country", MISSING) != MISSING or bool(
                country_code and not has_postal_codes(country_code)
            )
        return False
