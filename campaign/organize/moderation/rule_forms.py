"""The form for a rule, and the validation of its pattern."""

from collections.abc import Sequence
from ipaddress import ip_network
from itertools import starmap
from typing import Self

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, RadioField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from campaign.imports.values import ValueRefused, country
from campaign.organize.fields import unchosen
from campaign.organize.scope import PetitionInSight
from campaign.organize.signatures.labels import KIND_WORDS
from campaign.signatures.rule_models import Rule
from campaign.signatures.rules import MAX_ADDRESSES, many_addresses
from campaign.text.email_addresses import AddressRefused, parse_address
from campaign.text.names import name_key

MAX_LINES = 100
MAX_LENGTH = 4000
KIND_HINTS = {
    "words": _l(
        "One word or phrase per line. Only whole words match. Capitals and accents do not matter."
    ),
    "mail_domain": _l(
        "One domain per line, like example.org. Subdomains such as mail.example.org are held too."
    ),
    "country": _l("One country per line, by name or two-letter code."),
    "network": _l("One IP address or range per line, like 192.0.2.17 or 192.0.2.0/24."),
    "rate": _l(
        "A number: how many signatures per hour can come from one IP address before we hold the next."
    ),
}


class RuleForm(FlaskForm):
    """A rule for one petition or, if `where` is `cause:<id>`, for all petitions of a cause."""

    kind = RadioField(
        _l("What to hold"),
        choices=list(starmap(SelectChoice, KIND_WORDS.items())),
        validators=[InputRequired(_l("Choose an option."))],
    )
    pattern = TextAreaField(
        _l("Value"),
        [
            InputRequired(_l("Enter what the rule looks for.")),
            Length(max=MAX_LENGTH, message=_l("This is too long. Make it shorter.")),
        ],
    )
    where = SelectField(
        _l("Where it applies"), [InputRequired(_l("Choose where the rule applies."))]
    )
    note = StringField(
        _l("Reason (for other organizers)"),
        [Length(max=200, message=_l("This is too long. Make it shorter."))],
    )

    def offer(self, petitions: Sequence[PetitionInSight]) -> Self:
        """Offer these PetitionsInSight and their causes; return the form."""
        causes = {each.cause_id: each.cause_title for each in petitions}
        self._causes = {each.slug: each.cause_id for each in petitions}
        self._ids = {each.slug: each.id for each in petitions}
        whole = [
            SelectChoice(f"cause:{number}", _("All petitions of %(cause)s", cause=title))
            for number, title in causes.items()
        ]
        choices = [*whole, *(SelectChoice(each.slug, each.title) for each in petitions)]
        self.where.choices = unchosen(choices, _l("Choose a petition, or all petitions of a cause"))
        return self

    def validate_pattern(self, field: Field) -> None:
        if self.kind.data not in CLEAN:
            return
        lines = list(
            dict.fromkeys(filter(None, (line.strip() for line in field.data.splitlines())))
        )
        if not lines:
            raise ValidationError(_l("Enter what the rule looks for."))
        if len(lines) > MAX_LINES:
            raise ValidationError(
                _("Enter at most %(most)s lines. Make a second rule for the rest.", most=MAX_LINES)
            )
        field.data = "\n".join(dict.fromkeys(CLEAN[self.kind.data](line, lines) for line in lines))

    def rule(self) -> Rule:
        """Return the Rule from the form data, not yet saved."""
        slug = self.where.data
        whole = slug.startswith("cause:")
        return Rule(
            cause_id=int(slug.partition(":")[2]) if whole else self._causes[slug],
            petition_id=None if whole else self._ids[slug],
            kind=self.kind.data,
            pattern=self.pattern.data,
            note=(self.note.data or "").strip(),
        )


def _network(line: str, _lines: list[str]) -> str:
    try:
        network = ip_network(line, strict=False)
    except ValueError as fault:
        raise ValidationError(_("%(line)s is not an IP address or range.", line=line)) from fault
    if many_addresses(network) > MAX_ADDRESSES:
        too_wide = _(
            "%(line)s is too wide and would hold whole regions. Use a range of at most 4,096 addresses.",
            line=line,
        )
        raise ValidationError(too_wide)
    return str(network)


def _domain(line: str, _lines: list[str]) -> str:
    try:
        return parse_address(f"a@{line.lstrip('@').rstrip('.')}").domain
    except AddressRefused as fault:
        raise ValidationError(
            _("%(line)s is not an email domain, like example.org.", line=line)
        ) from fault


def _country(line: str, _lines: list[str]) -> str:
    try:
        return country(line, "")
    except ValueRefused as fault:
        raise ValidationError(_("We do not know a country named %(line)s.", line=line)) from fault


def _rate(line: str, lines: list[str]) -> str:
    if len(lines) > 1 or not (
        line.isascii() and line.isdecimal() and len(line) <= 6 and 1 <= int(line) <= 100_000
    ):
        raise ValidationError(_l("Enter one number, from 1 to 100,000."))
    return str(int(line))


def _word(line: str, _lines: list[str]) -> str:
    if len(name_key(line, "").replace(" ", "")) < 3:
        too_short = _(
            "%(line)s is too short. Use at least three letters, or half of the signatures would be held.",
            line=line,
        )
        raise ValidationError(too_short)
    return line


CLEAN = {
    "network": _network,
    "mail_domain": _domain,
    "country": _country,
    "rate": _rate,
    "words": _word,
}
