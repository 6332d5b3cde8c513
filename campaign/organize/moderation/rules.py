"""Rules that hold signatures: create, try on past signatures, switch on or off, and undo."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal, get_locale, ngettext
from flask_babel import gettext as _

from campaign.causes.queries import causes_among
from campaign.organize.access import allowed
from campaign.organize.audited_write import Fact, act, note
from campaign.organize.identity import causes_where
from campaign.organize.moderation.rule_forms import KIND_HINTS, RuleForm
from campaign.organize.scope import petitions_where
from campaign.organize.signatures.labels import KIND_WORDS, words
from campaign.process.clock import utcnow
from campaign.signatures import moderation, rule_operations
from campaign.signatures.rule_models import Rule
from campaign.signatures.rule_preview import try_rule
from campaign.signatures.search import signatures_by_id

blueprint = Blueprint("rules", __name__, url_prefix="/rules")
# The number of rows changed in one transaction: few enough that people who sign do not wait long.
AT_ONCE = 2000


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
        **_words(),
        **words(),
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
    fact = Fact(
        "rules.create",
        on=lambda made: ("rule", made.id),
        cause_id=rule.cause_id,
        details={"kind": rule.kind},
    )
    made = act(
        fact,
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
    """Show the rule; if it is off, try it on past signatures."""
    trial = None if rule.is_on else try_rule(rule)
    sample = signatures_by_id(trial.sample) if trial else []
    if sample:
        shown = {"by": ["rule"], "shown": len(sample)}
        note(Fact("signatures.see", on=("rule", rule.id), cause_id=rule.cause_id, details=shown))
    return render_template(
        "organize/rules/show.html",
        rule=rule,
        trial=trial,
        sample=sample,
        held=rule_operations.held_by_rules([rule]).get(rule.id, 0),
        **_words(),
        **words(),
    )


@blueprint.post("/<int:rule_id>/on")
@allowed("rules.edit", load_rule)
def switch_on(rule: Rule) -> ResponseReturnValue:
    rule_id, cause_id = rule.id, rule.cause_id
    past = try_rule(rule).ids if request.form.get("past") == "y" else ()
    fact = Fact("rules.on", on=("rule", rule_id), cause_id=cause_id)
    act(fact, rule_operations.switch_on, rule_id=rule_id, now=utcnow())
    held = 0
    for first in range(0, len(past), AT_ONCE):
        some = past[first : first + AT_ONCE]
        fact = Fact(
            "rules.hold_past",
            on=("rule", rule_id),
            cause_id=cause_id,
            details={"signatures": len(some)},
        )
        held += len(act(fact, rule_operations.hold_past, rule_id=rule_id, ids=some, now=utcnow()))
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
    fact = Fact("rules.off", on=("rule", rule.id), cause_id=rule.cause_id)
    act(fact, rule_operations.switch_off, rule_id=rule.id, now=utcnow())
    flash(_("The rule is off. Signatures it held are below, waiting for approval."), "success")
    return _back(rule.id)


@blueprint.post("/<int:rule_id>/release")
@allowed("rules.edit", load_rule)
def release(rule: Rule) -> ResponseReturnValue:
    """Approve everything that the rule held and nobody rejected."""
    rule_id, cause_id, reason, done = rule.id, rule.cause_id, rule.reason, 0
    while True:
        fact = Fact("rules.release", on=("rule", rule_id), cause_id=cause_id)
        some = act(fact, moderation.release_all, reason=reason, now=utcnow(), limit=AT_ONCE)
        done += len(some)
        if len(some) < AT_ONCE:
            break
    flash(
        ngettext(
            "%(figure)s signature approved.",
            "%(figure)s signatures approved.",
            done,
            figure=format_decimal(done),
        ),
        "success",
    )
    return _back(rule_id)


@blueprint.post("/<int:rule_id>/drop")
@allowed("rules.edit", load_rule)
def drop(rule: Rule) -> ResponseReturnValue:
    try:
        act(
            Fact("rules.drop", on=("rule", rule.id), cause_id=rule.cause_id),
            rule_operations.drop_rule,
            rule_id=rule.id,
        )
    except rule_operations.RuleInUse:
        flash(
            _("This rule has held signatures, so we keep it as their reason. It stays turned off."),
            "waiting",
        )
        return _back(rule.id)
    flash(_("The rule was deleted. It was never on."), "success")
    return redirect(url_for("organize.rules.index"), 303)


def _back(rule_id: int) -> ResponseReturnValue:
    return redirect(url_for("organize.rules.show", rule_id=rule_id), 303)


def _form_page(form: RuleForm, status: int = 200) -> ResponseReturnValue:
    return render_template("organize/rules/new.html", form=form, kind_hints=KIND_HINTS), status


def _words() -> dict[str, Any]:
    lang = get_locale().language
    return {
        "kind_words": KIND_WORDS,
        "titles": {each.id: each.title for each in petitions_where("rules.edit")},
        "cause_titles": {cause.id: cause.text(lang).title for cause in causes_among(None)},
    }
