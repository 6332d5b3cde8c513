"""The rules that are on, remembered for a moment: in a rush thousands a minute ask for them."""

from time import monotonic

from flask import current_app
from sqlalchemy import select

from campaign.extensions import db
from campaign.signatures.rule_models import Rule
from campaign.signatures.rules import Facts, Test

SECONDS = 2


def init_app(app):
    """Let a serving process remember; elsewhere, as in tests, each question goes to the database."""
    app.extensions["standing_rules"] = RuleCache(SECONDS if app.config.get("SERVING") else 0)


def reason_to_hold(terms, *, network, mail_domain, words):
    """Return the `held_reason` of the first rule that a signing of SigningTerms falls under, or nothing.

    `words` are its columns: names, comment, country.
    """
    return reason_among(tests_for(terms), network=network, mail_domain=mail_domain, words=words)


def reason_to_hold_correction(signature, words):
    """Return the `held_reason` of the first rule that the corrected words of a signature fall under, or nothing.

    Only what was changed is looked at: where it came from was judged when it was signed.
    """
    tests = [
        test
        for test in current_app.extensions["standing_rules"].get()
        if test.concerns(signature.cause_id, signature.petition_id)
    ]
    return reason_among(tests, network=None, mail_domain="", words=words)


def tests_for(terms):
    """Return the Tests that hold under a petition by its SigningTerms, for whoever asks them of many signings."""
    return [
        test
        for test in current_app.extensions["standing_rules"].get()
        if test.concerns(terms.cause_id, terms.id)
    ]


def reason_among(tests, *, network, mail_domain, words):
    """Return the `held_reason` of the first of these Tests that holds, or nothing; see `reason_to_hold`."""
    if not tests:
        return ""
    named = {
        name: words.get(name) or "" for name in ("given_name", "family_name", "comment", "country")
    }
    facts = Facts(**named, mail_domain=mail_domain, network=network)
    return next((test.reason for test in tests if test.holds(facts)), "")


def standing_rules(*kinds):
    """Return the Rules that are on, oldest first; of these kinds, where any are named."""
    query = (
        select(Rule).where(Rule.on_since.is_not(None), Rule.off_since.is_(None)).order_by(Rule.id)
    )
    return db.session.scalars(query.where(Rule.kind.in_(kinds)) if kinds else query).all()


class RuleCache:
    """The Tests of the rules that are on, good for so many seconds."""

    def __init__(self, seconds):
        self._seconds = seconds
        self._born, self._tests = None, ()

    def get(self):
        if not self._seconds or self._born is None or monotonic() - self._born >= self._seconds:
            self._tests = tuple(Test(rule) for rule in standing_rules() if rule.kind != "rate")
            self._born = monotonic()
        return self._tests
