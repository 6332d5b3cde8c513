"""Create rules, switch them on and off, and delete them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import func, select

from campaign.errors import CampaignError
from campaign.extensions import db
from campaign.signatures.models import HELD, Signature
from campaign.signatures.moderation import hold
from campaign.signatures.rule_models import Rule


class RuleInUse(CampaignError):
    """The rule has been on, so signatures it held refer to it. It must stay."""

    status = 409


def rule_by_id(rule_id: int) -> Rule | None:
    """Return the rule, or None."""
    return db.session.get(Rule, rule_id)


def rules_of(cause_ids: Iterable[int] | None) -> Sequence[Rule]:
    """Return the rules of these causes, newest first; of all causes if `cause_ids` is None."""
    query = select(Rule).order_by(Rule.id.desc())
    return db.session.scalars(
        query if cause_ids is None else query.where(Rule.cause_id.in_(cause_ids))
    ).all()


def held_by_rules(rules: Iterable[Rule]) -> dict[int, int]:
    """Return {rule id: how many signatures it still holds for review}."""
    reasons = {rule.reason: rule.id for rule in rules}
    rows = db.session.execute(
        select(Signature.held_reason, func.count())
        .where(HELD, Signature.rejected_at.is_(None), Signature.held_reason.in_(reasons))
        .group_by(Signature.held_reason)
    )
    return {reasons[reason]: count for reason, count in rows}


def create_rule(
    *, cause_id: int, petition_id: int | None, kind: str, pattern: str, note: str = ""
) -> Rule:
    """Create a rule that is not on yet; `pattern` is as described by Rule."""
    rule = Rule(cause_id=cause_id, petition_id=petition_id, kind=kind, pattern=pattern, note=note)
    db.session.add(rule)
    db.session.flush()
    return rule


def switch_on(*, rule_id: int, now: datetime):
    """Make the rule hold signatures from now on. One that was off starts again."""
    rule = db.session.get(Rule, rule_id, populate_existing=True)
    if not rule.is_on:
        rule.on_since, rule.off_since = now, None
    db.session.flush()
    return rule


def switch_off(*, rule_id: int, now: datetime):
    """Make the rule hold no more signatures.

    Those it held stay held until an organizer approves them.
    """
    rule = db.session.get(Rule, rule_id, populate_existing=True)
    if rule.is_on:
        rule.off_since = now
    db.session.flush()
    return rule


def hold_past(*, rule_id: int, ids: Iterable[int], now: datetime) -> Sequence[int]:
    """Hold the signatures that a preview of the rule found; return the ids that were held."""
    return hold(ids=ids, reason=db.session.get(Rule, rule_id).reason, now=now)


def drop_rule(*, rule_id: int) -> None:
    """Delete a rule that was never switched on. Raise RuleInUse otherwise."""
    rule = db.session.get(Rule, rule_id, populate_existing=True)
    if rule.on_since is not None:
        raise RuleInUse(rule_id)
    db.session.delete(rule)
    db.session.flush()
