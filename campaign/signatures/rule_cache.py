"""A short cache of the rules that are on. In a rush, thousands of signings a minute need them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Flask, current_app
from sqlalchemy import select

from campaign.extensions import db
from campaign.petitions.queries import SigningTerms
from campaign.process.ttl_cache import TtlCache
from campaign.signatures.models import Signature
from campaign.signatures.rule_models import Rule
from campaign.signatures.rules import Facts, Test

SECONDS = 2


def init_app(app: Flask) -> None:
    """Cache in a serving process. Elsewhere, as in tests, each call queries the database."""
    app.extensions["standing_rules"] = TtlCache(SECONDS if app.config.get("SERVING") else 0)


def reason_to_hold(terms: SigningTerms, facts: Facts) -> str:
    """Return the `held_reason` of the first rule of a petition that matches, or an empty text."""
    return first_reason(tests_for(terms), facts)


def reason_to_hold_correction(signature: Signature, changed: Mapping[str, Any]) -> str:
    """Return the `held_reason` of the first rule that a signature's changed columns match, or "".

    Only what was changed is checked. The signature's origin was checked when it was signed.
    """
    tests = [
        test for test in _recent_tests() if test.concerns(signature.cause_id, signature.petition_id)
    ]
    compared = ("given_name", "family_name", "comment", "country")
    return first_reason(tests, Facts(**{name: changed.get(name) or "" for name in compared}))


def tests_for(terms: SigningTerms) -> list[Test]:
    """Return the Tests that apply to a petition, for callers that check many signings."""
    return [test for test in _recent_tests() if test.concerns(terms.cause_id, terms.id)]


def first_reason(tests: Iterable[Test], facts: Facts) -> str:
    """Return the `held_reason` of the first Test that matches, or an empty text."""
    return next((test.reason for test in tests if test.holds(facts)), "")


def standing_rules(*kinds: str) -> Sequence[Rule]:
    """Return the Rules that are on, oldest first. If kinds are given, return only those."""
    query = (
        select(Rule).where(Rule.on_since.is_not(None), Rule.off_since.is_(None)).order_by(Rule.id)
    )
    return db.session.scalars(query.where(Rule.kind.in_(kinds)) if kinds else query).all()


def _recent_tests() -> tuple[Test, ...]:
    """Return the Tests of the rules that are on, at most SECONDS old."""
    cache: TtlCache[str, tuple[Test, ...]] = current_app.extensions["standing_rules"]
    return cache.get("tests", _load_tests) or ()


def _load_tests() -> tuple[Test, ...]:
    return tuple(Test(rule) for rule in standing_rules() if rule.kind != "rate")
