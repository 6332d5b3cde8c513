"""Making rules, switching them on, and undoing them."""

from sqlalchemy import func, select

from campaign.errors import CampaignError
from campaign.extensions import db
from campaign.signatures.models import HELD, Signature
from campaign.signatures.moderation import hold
from campaign.signatures.rule_models import Rule


class RuleInUse(CampaignError):
    """The rule has been on: what it held points at it, so it stays."""

    status = 409


def rule_by_id(rule_id):
    """Return the rule, or None."""
    return db.session.get(Rule, rule_id)


def rules_of(cause_ids):
    """Return the rules of these causes, newest first; of all causes where it is None."""
    query = select(Rule).order_by(Rule.id.desc())
    return db.session.scalars(
        query if cause_ids is None else query.where(Rule.cause_id.in_(cause_ids))
    ).all()


def held_by_rules(rules):
    """Return {rule id: how many signatures it still holds for review}."""
    reasons = {rule.reason: rule.id for rule in rules}
    rows = db.session.execute(
        select(Signature.held_reason, func.count())
        .where(HELD, Signature.rejected_at.is_(None), Signature.held_reason.in_(reasons))
        .group_by(Signature.held_reason)
    )
    return {reasons[reason]: count for reason, count in rows}


def create_rule(*, cause_id, petition_id, kind, pattern, note=""):
    """Write a rule down that is not on yet; `pattern` as Rule keeps it."""
    rule = Rule(cause_id=cause_id, petition_id=petition_id, kind=kind, pattern=pattern, note=note)
    db.session.add(rule)
    db.session.flush()
    return rule


def switch_on(*, rule_id, now):
    """Let the rule hold signatures from now on; one that was off begins anew."""
    rule = db.session.get(Rule, rule_id, populate_existing=True)
    if not rule.is_on:
        rule.on_since, rule.off_since = now, None
    db.session.flush()
    return rule


def switch_off(*, rule_id, now):
    """Let the rule hold nothing more; what it held stays held until somebody lets it through."""
    rule = db.session.get(Rule, rule_id, populate_existing=True)
    if rule.is_on:
        rule.off_since = now
    db.session.flush()
    return rule


def hold_past(*, rule_id, ids, now):
    """Set aside what a trial of the rule found; returns the ids that were."""
    return hold(ids=ids, reason=db.session.get(Rule, rule_id).reason, now=now)


def drop_rule(*, rule_id):
    """Throw away a rule that was only tried out. Raises RuleInUse."""
    rule = db.session.get(Rule, rule_id, populate_existing=True)
    if rule.on_since is not None:
        raise RuleInUse(rule_id)
    db.session.delete(rule)
    db.session.flush()
