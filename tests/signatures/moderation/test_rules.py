"""Tests of rules: tried on the past, applied at signing, undone."""

import pytest

from campaign.extensions import db, write
from campaign.process.clock import utcnow
from campaign.signatures import tokens
from campaign.signatures.moderation import decisions, rules
from campaign.signatures.moderation.rule_preview import preview_rule
from campaign.signatures.queries import differences
from tests.factories.petitions import make_petition
from tests.factories.signatures import (
    AMALIA,
    JSON,
    ODILE,
    confirm,
    hatch_now,
    post_signature,
    row,
    rows,
    sign_and_hatch,
    sign_many,
)

pytestmark = pytest.mark.both_databases

KINDS = [
    ("words", "casino royale", {"comment": "Come to the CASINO-Royale!"}),
    ("words", "perez", {"family_name": "Pérez"}),
    ("mail_domain", "rosales.example", {"email": "amalia@mail.rosales.example"}),
    ("country", "FR\nMX", {"country": "MX", "postal_code": "06000"}),
    ("network", "203.0.113.0/24", {}),
]


def make_rule(petition, kind, pattern, *, is_on=True, in_whole_cause=False):
    petition_id = None if in_whole_cause else petition.id
    rule = write(
        rules.create_rule,
        cause_id=petition.cause_id,
        petition_id=petition_id,
        kind=kind,
        pattern=pattern,
    )
    return write(rules.switch_on, rule_id=rule.id, now=utcnow()) if is_on else rule


@pytest.mark.parametrize(("kind", "pattern", "changes"), KINDS)
def test_signature_that_matches_a_rule_is_held_with_the_same_answer(
    client, petition, kind, pattern, changes
):
    rule = make_rule(petition, kind, pattern)
    innocent = post_signature(client, petition, ODILE, address="198.51.100.7", headers=JSON)
    held = post_signature(
        client, petition, {**AMALIA, **changes}, address="203.0.113.77", headers=JSON
    )
    assert (
        (held.status_code, held.json)
        == (innocent.status_code, innocent.json)
        == (201, {"status": "pending"})
    )
    assert [(row.state, row.held_reason) for row in rows()] == [
        ("pending", ""),
        ("held", rule.reason),
    ]


@pytest.mark.parametrize(("kind", "pattern", "changes"), KINDS)
def test_trial_finds_past_matches_and_changes_nothing(petition, kind, pattern, changes):
    sign_and_hatch(petition, ODILE, network_digest=tokens.network_digest("198.51.100.7"))
    held = sign_and_hatch(
        petition, {**AMALIA, **changes}, network_digest=tokens.network_digest("203.0.113.77")
    )
    trial = preview_rule(make_rule(petition, kind, pattern, is_on=False))
    assert (trial.ids, trial.counted, trial.looked_at) == ((held,), 1, 2)
    assert {row.state for row in rows()} == {"counted"}


def test_only_whole_words_match(client, petition):
    make_rule(petition, "words", "ale")
    post_signature(
        client, petition, {**AMALIA, "family_name": "Rosales", "comment": "Talent and scale"}
    )
    assert rows()[0].state == "pending"


def test_rule_of_another_petition_or_a_disabled_one_holds_nothing(client, petition):
    law = make_petition("law", cause_id=petition.cause_id)
    make_rule(law, "country", "CA")
    off = make_rule(petition, "country", "CA")
    write(rules.switch_off, rule_id=off.id, now=utcnow())
    post_signature(client, petition, AMALIA)
    assert rows()[0].state == "pending"


def test_rate_rule_is_applied_by_the_runner_and_tried_on_the_past(petition):
    ids = sign_many(petition, 4, network_digest=b"a" * 16)
    for item in ids:
        confirm(item)
    rule = make_rule(petition, "rate", "2", in_whole_cause=True)
    hatch_now()
    assert [row(item).state for item in ids] == ["counted", "counted", "held", "held"]
    assert row(ids[3]).held_reason == rule.reason
    write(decisions.release_all, reason=rule.reason, now=utcnow(), limit=10)
    hatch_now()
    assert {item.state for item in rows()} == {"counted"}
    # A signature that an organizer approved is not found again.
    assert preview_rule(rule).ids == ()
    assert differences() == []


def test_past_matches_are_held_and_released_and_the_ledger_stays_right(petition):
    ids = [sign_and_hatch(petition), sign_and_hatch(petition, ODILE)]
    rule = make_rule(petition, "country", "CA")
    assert (
        sorted(write(rules.hold_matches, rule_id=rule.id, ids=preview_rule(rule).ids, now=utcnow()))
        == ids
    )
    hatch_now()
    assert {row.number for row in rows()} == {None}
    assert rules.held_by_rules([rule]) == {rule.id: 2}
    assert differences() == []
    write(decisions.release_all, reason=rule.reason, now=utcnow(), limit=1)
    write(decisions.release_all, reason=rule.reason, now=utcnow(), limit=1)
    hatch_now()
    assert {row.state for row in rows()} == {"counted"}
    assert differences() == []


def test_rule_that_was_enabled_is_never_deleted(petition):
    tried, used = (
        make_rule(petition, "country", "FR", is_on=False),
        make_rule(petition, "country", "MX"),
    )
    write(rules.drop_rule, rule_id=tried.id)
    with pytest.raises(rules.RuleInUse):
        write(rules.drop_rule, rule_id=used.id)
    db.session.rollback()
    assert [rule.id for rule in rules.rules_of(None)] == [used.id]
