"""Rules that hold signatures: create, try on past signatures, switch on or off, and undo."""

from collections.abc import Sequence
from ipaddress import ip_network
from itertools import starmap
from typing import Any, Self

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, RadioField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from campaign.causes.queries import causes_among
from campaign.i18n.locales import current_locale
from campaign.imports.values import ValueRefused, country
from campaign.organize.core.access import allowed
from campaign.organize.core.audit import AuditEvent, act, log_view
from campaign.organize.core.fields import unchosen
from campaign.organize.core.identity import causes_where
from campaign.organize.core.scope import PetitionSummary, petitions_where
from campaign.organize.signatures.labels import KIND_LABELS, approved_text, label_context
from campaign.process.clock import utcnow
from campaign.signatures.moderation import decisions
from campaign.signatures.moderation import rules as rule_operations
from campaign.signatures.moderation.models import Rule
from campaign.signatures.moderation.rule_preview import preview_rule
from campaign.signatures.moderation.rules import MAX_ADDRESSES, count_addresses
from campaign.signatures.search.queries import signatures_by_id
from campaign.text.email_addresses import AddressRefused, parse_address
from campaign.text.names import name_key

MAX_LINES = 100
MAX_LENGTH = 4000
KIND_HINTS = {
    "words": _l("One whole word or phrase per line. Capitals and accents do not matter."),
    "mail_domain": _l("One domain per line, like example.org. Subdomains are held too."),
    "country": _l("One country per line, by name or two-letter code."),
    "network": _l("One IP address or network per line, like 192.0.2.17 or 192.0.2.0/24."),
    "rate": _l("The number of signatures we allow per hour from one IP address. We hold the rest."),
}


class RuleForm(FlaskForm):
    """A rule for one petition or, if `where` is `cause:<id>`, for all petitions of a cause."""

    kind = RadioField(
        _l("What to hold"),
        choices=list(starmap(SelectChoice, KIND_LABELS.items())),
        validators=[InputRequired(_l("Choose what to hold."))],
    )
    pattern = TextAreaField(
        _l("Value"),
        [
            InputRequired(_l("Enter a value for this rule.")),
            Length(max=MAX_LENGTH, message=_l("This is too long. Make it shorter.")),
        ],
    )
    where = SelectField(
        _l("Where it applies"), [InputRequired(_l("Choose where the rule applies."))]
    )
    note = StringField(
        _l("Reason, for other organizers"),
        [Length(max=200, message=_l("This is too long. Make it shorter."))],
    )

    def offer(self, petitions: Sequence[PetitionSummary]) -> Self:
        """Offer these petitions and their causes, and return the form."""
        causes = {petition.cause_id: petition.cause_title for petition in petitions}
        self._causes = {petition.slug: petition.cause_id for petition in petitions}
        self._ids = {petition.slug: petition.id for petition in petitions}
        cause_choices = [
            SelectChoice(
                f"cause:{number}", _("All petitions and letters of “%(cause)s”", cause=title)
            )
            for number, title in causes.items()
        ]
        choices = [
            *cause_choices,
            *(SelectChoice(petition.slug, petition.title) for petition in petitions),
        ]
        self.where.choices = unchosen(choices, _l("Choose a petition, a letter or a whole cause"))
        return self

    def validate_pattern(self, field: Field) -> None:
        if self.kind.data not in CLEAN:
            return
        lines = list(
            dict.fromkeys(filter(None, (line.strip() for line in field.data.splitlines())))
        )
        if not lines:
            raise ValidationError(_l("Enter a value for this rule."))
        if len(lines) > MAX_LINES:
            raise ValidationError(
                _(
                    "Enter at most %(max)s lines. Create a second rule for the rest.",
                    max=MAX_LINES,
                )
            )
        field.data = "\n".join(dict.fromkeys(CLEAN[self.kind.data](line, lines) for line in lines))

    def rule(self) -> Rule:
        """Return the Rule from the form data, not yet saved."""
        slug = self.where.data
        is_for_cause = slug.startswith("cause:")
        return Rule(
            cause_id=int(slug.partition(":")[2]) if is_for_cause else self._causes[slug],
            petition_id=None if is_for_cause else self._ids[slug],
            kind=self.kind.data,
            pattern=self.pattern.data,
            note=(self.note.data or "").strip(),
        )


def _network(line: str, _lines: list[str]) -> str:
    try:
        network = ip_network(line, strict=False)
    except ValueError as fault:
        raise ValidationError(
            _(
                "%(line)s is not an IP address or network, like 192.0.2.17 or 192.0.2.0/24.",
                line=line,
            )
        ) from fault
    if count_addresses(network) > MAX_ADDRESSES:
        too_wide = _(
            "%(line)s covers whole regions. Use a network of at most 4,096 addresses.",
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
        raise ValidationError(
            _(
                "There is no country named %(line)s. Enter its full name or two-letter code.",
                line=line,
            )
        ) from fault


def _rate(line: str, lines: list[str]) -> str:
    if len(lines) > 1 or not (
        line.isascii() and line.isdecimal() and len(line) <= 6 and 1 <= int(line) <= 100_000
    ):
        raise ValidationError(_l("Enter one number, from 1 to 100,000."))
    return str(int(line))


def _word(line: str, _lines: list[str]) -> str:
    if len(name_key(line, "").replace(" ", "")) < 3:
        too_short = _(
            "%(line)s is too short. Use at least three letters. With fewer, the rule holds too many signatures.",
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


blueprint = Blueprint("rules", __name__, url_prefix="/rules")
# The number of rows changed in one transaction: few enough that people who sign do not wait long.
BATCH_SIZE = 2000


def load_rule(rule_id: int) -> Rule | None:
    return rule_operations.rule_by_id(rule_id)


@blueprint.get("/")
@allowed("rules.edit")
def index() -> ResponseReturnValue:
    rules = rule_operations.rules_of(causes_where("rules.edit"))
    return render_template(
        "organize/rules/index.html",
        rules=rules,
        held=rule_operations.held_by_rules(rules),
        **_rule_labels(),
        **label_context(),
    )


@blueprint.get("/new")
@allowed("rules.edit")
def new() -> ResponseReturnValue:
    return _form_page(RuleForm(formdata=None).offer(petitions_where("rules.edit")))


@blueprint.post("/new")
@allowed("rules.edit")
def create() -> ResponseReturnValue:
    """Save the rule, switched off, and redirect to its trial."""
    form = RuleForm().offer(petitions_where("rules.edit"))
    if not form.validate():
        return _form_page(form, 422)
    rule = form.rule()
    audit_event = AuditEvent(
        "rules.create",
        on=lambda made: ("rule", made.id),
        cause_id=rule.cause_id,
        details={"kind": rule.kind},
    )
    made = act(
        audit_event,
        rule_operations.create_rule,
        cause_id=rule.cause_id,
        petition_id=rule.petition_id,
        kind=rule.kind,
        pattern=rule.pattern,
        note=rule.note,
    )
    return redirect(url_for("organize.rules.show", rule_id=made.id), 303)


@blueprint.get("/<int:rule_id>")
@allowed("rules.edit", load_rule)
def show(rule: Rule) -> ResponseReturnValue:
    """Show the rule. If it is off, try it on past signatures."""
    trial = None if rule.is_on else preview_rule(rule)
    sample = signatures_by_id(trial.sample) if trial else []
    if sample:
        details = {"by": ["rule"], "shown": len(sample)}
        log_view(
            AuditEvent(
                "signatures.see", on=("rule", rule.id), cause_id=rule.cause_id, details=details
            )
        )
    return render_template(
        "organize/rules/show.html",
        rule=rule,
        trial=trial,
        sample=sample,
        held=rule_operations.held_by_rules([rule]).get(rule.id, 0),
        **_rule_labels(),
        **label_context(),
    )


@blueprint.post("/<int:rule_id>/on")
@allowed("rules.edit", load_rule)
def switch_on(rule: Rule) -> ResponseReturnValue:
    rule_id, cause_id = rule.id, rule.cause_id
    past = preview_rule(rule).ids if request.form.get("past") == "y" else ()
    audit_event = AuditEvent("rules.on", on=("rule", rule_id), cause_id=cause_id)
    act(audit_event, rule_operations.switch_on, rule_id=rule_id, now=utcnow())
    held = 0
    for first in range(0, len(past), BATCH_SIZE):
        some = past[first : first + BATCH_SIZE]
        audit_event = AuditEvent(
            "rules.hold_past",
            on=("rule", rule_id),
            cause_id=cause_id,
            details={"signatures": len(some)},
        )
        held += len(
            act(audit_event, rule_operations.hold_matches, rule_id=rule_id, ids=some, now=utcnow())
        )
    flash(_("The rule is on."), "success")
    if past:
        flash(
            ngettext(
                "%(figure)s signature is held for review.",
                "%(figure)s signatures are held for review.",
                held,
                figure=format_decimal(held),
            ),
            "note",
        )
    return _back(rule_id)


@blueprint.post("/<int:rule_id>/off")
@allowed("rules.edit", load_rule)
def switch_off(rule: Rule) -> ResponseReturnValue:
    audit_event = AuditEvent("rules.off", on=("rule", rule.id), cause_id=rule.cause_id)
    act(audit_event, rule_operations.switch_off, rule_id=rule.id, now=utcnow())
    flash(_("The rule is off. Signatures it held are below, waiting for approval."), "success")
    return _back(rule.id)


@blueprint.post("/<int:rule_id>/release")
@allowed("rules.edit", load_rule)
def release(rule: Rule) -> ResponseReturnValue:
    """Approve everything that the rule held and nobody rejected."""
    rule_id, cause_id, reason, done = rule.id, rule.cause_id, rule.reason, 0
    while True:
        audit_event = AuditEvent("rules.release", on=("rule", rule_id), cause_id=cause_id)
        some = act(
            audit_event, decisions.release_all, reason=reason, now=utcnow(), limit=BATCH_SIZE
        )
        done += len(some)
        if len(some) < BATCH_SIZE:
            break
    flash(approved_text(done), "success")
    return _back(rule_id)


@blueprint.post("/<int:rule_id>/drop")
@allowed("rules.edit", load_rule)
def drop(rule: Rule) -> ResponseReturnValue:
    try:
        act(
            AuditEvent("rules.drop", on=("rule", rule.id), cause_id=rule.cause_id),
            rule_operations.drop_rule,
            rule_id=rule.id,
        )
    except rule_operations.RuleInUse:
        flash(
            _("This rule has held signatures, so you cannot delete it. It stays off."),
            "waiting",
        )
        return _back(rule.id)
    flash(_("The rule was deleted. It was never on."), "success")
    return redirect(url_for("organize.rules.index"), 303)


def _back(rule_id: int) -> ResponseReturnValue:
    return redirect(url_for("organize.rules.show", rule_id=rule_id), 303)


def _form_page(form: RuleForm, status: int = 200) -> ResponseReturnValue:
    return render_template("organize/rules/new.html", form=form, kind_hints=KIND_HINTS), status


def _rule_labels() -> dict[str, Any]:
    lang = current_locale().language
    return {
        "kind_labels": KIND_LABELS,
        "titles": {petition.id: petition.title for petition in petitions_where("rules.edit")},
        "cause_titles": {
            cause.id: cause.text(lang).title for cause in causes_among(causes_where("rules.edit"))
        },
    }
