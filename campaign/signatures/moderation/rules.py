"""Rules that hold signatures: create and switch them, and test whether a signature matches one.

Rules that are on are cached for a short time, because in a rush thousands of signings a minute
need them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property, lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any, NamedTuple, cast

import idna
from flask import Flask, current_app
from sqlalchemy import func, select

from campaign.errors import CampaignError
from campaign.extensions import db
from campaign.petitions.queries import SigningTerms
from campaign.process.ttl_cache import TtlCache
from campaign.signatures.models import HELD, Signature
from campaign.signatures.moderation.decisions import hold
from campaign.signatures.moderation.models import Rule
from campaign.text.names import name_key

# Digests of a network can only be looked up one by one. This limits how many IPv4 addresses, or /64
# blocks of IPv6, that may take.
MAX_ADDRESSES = 4096


class RuleInput(NamedTuple):
    """What rules test. `network` is the IP address as text, or None if unknown."""

    given_name: str = ""
    family_name: str = ""
    comment: str = ""
    country: str = ""
    mail_domain: str = ""
    network: str | None = None


class RuleMatcher:
    """A Rule prepared for testing many signatures."""

    def __init__(self, rule: Rule) -> None:
        self.id, self.reason, self.kind = rule.id, rule.reason, rule.kind
        self.cause_id, self.petition_id = rule.cause_id, rule.petition_id
        self._lines = rule.lines

    def concerns(self, cause_id: int, petition_id: int) -> bool:
        """Return whether the rule applies to this petition of this cause."""
        return self.cause_id == cause_id and self.petition_id in (None, petition_id)

    def matches(self, rule_input: RuleInput) -> bool:
        """Return whether signatures with these details are held.

        A rate concerns many signatures together, so it never matches here.
        """
        checks = {
            "words": self._has_word,
            "mail_domain": self._is_of_domain,
            "country": self._is_of_country,
            "network": self._is_in_network,
        }
        return self.kind in checks and checks[self.kind](rule_input)

    def _has_word(self, rule_input: RuleInput) -> bool:
        text = f"{_comparable(rule_input.given_name)} {_comparable(rule_input.family_name)} / {name_key(rule_input.comment or '', '')}"
        return self._pattern.search(text) is not None

    def _is_of_domain(self, rule_input: RuleInput) -> bool:
        return any(
            rule_input.mail_domain == line or rule_input.mail_domain.endswith(f".{line}")
            for line in self._lines
        )

    def _is_of_country(self, rule_input: RuleInput) -> bool:
        return rule_input.country in self._lines

    def _is_in_network(self, rule_input: RuleInput) -> bool:
        if rule_input.network is None:
            return False
        address = ip_address(rule_input.network)
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address in network for network in self.networks)

    @cached_property
    def networks(self) -> list[IPv4Network | IPv6Network]:
        """Return the networks in the lines of the rule."""
        return [ip_network(line) for line in self._lines]

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        words = "|".join(re.escape(name_key(line, "")) for line in self._lines)
        return re.compile(rf"(?<!\w)(?:{words})(?!\w)")


@lru_cache(maxsize=20_000)
def _comparable(name: str) -> str:
    """Return a name in the form in which words are compared.

    Cached, because hundreds of thousands of tested rows share a few thousand names.
    """
    return name_key(name, "")


def addresses_of(network: IPv4Network | IPv6Network) -> Iterator[str]:
    """Yield one address per possible digest in this network.

    That is every IPv4 address, or one for every /64 of IPv6.
    """
    if network.version == 4:
        yield from map(str, network)
        return
    for subnet in network.subnets(new_prefix=64) if network.prefixlen < 64 else [network]:
        yield str(subnet.network_address)


def count_addresses(network: IPv4Network | IPv6Network) -> int:
    """Return how many digests a network can have."""
    return cast(int, 2 ** max(0, (32 if network.version == 4 else 64) - network.prefixlen))


def domain_of(address: str | None) -> str:
    """Return the domain of an email address as rules compare it: lower case, in ASCII."""
    domain = (address or "").rpartition("@")[2].strip().lower()
    if domain.isascii():
        return domain
    try:
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        return domain


CACHE_SECONDS = 2


def init_app(app: Flask) -> None:
    """Cache in a serving process. Elsewhere, as in tests, each call queries the database."""
    app.extensions["active_rules"] = TtlCache(CACHE_SECONDS if app.config.get("SERVING") else 0)


def reason_to_hold(terms: SigningTerms, rule_input: RuleInput) -> str:
    """Return the `held_reason` of the first rule of a petition that matches, or an empty text."""
    return first_reason(matchers_for(terms), rule_input)


def reason_to_hold_correction(signature: Signature, changed: Mapping[str, Any]) -> str:
    """Return the `held_reason` of the first rule that a signature's changed columns match, or "".

    Where the signature came from is not checked again.
    """
    matchers = [
        matcher
        for matcher in _recent_matchers()
        if matcher.concerns(signature.cause_id, signature.petition_id)
    ]
    compared = ("given_name", "family_name", "comment", "country")
    return first_reason(matchers, RuleInput(**{name: changed.get(name) or "" for name in compared}))


def matchers_for(terms: SigningTerms) -> list[RuleMatcher]:
    """Return the RuleMatchers that apply to a petition, for callers that check many signings."""
    return [matcher for matcher in _recent_matchers() if matcher.concerns(terms.cause_id, terms.id)]


def first_reason(matchers: Iterable[RuleMatcher], rule_input: RuleInput) -> str:
    """Return the `held_reason` of the first RuleMatcher that matches, or an empty text."""
    return next((matcher.reason for matcher in matchers if matcher.matches(rule_input)), "")


def active_rules(*kinds: str) -> Sequence[Rule]:
    """Return the Rules that are on, oldest first. If kinds are given, return only those."""
    query = (
        select(Rule).where(Rule.on_since.is_not(None), Rule.off_since.is_(None)).order_by(Rule.id)
    )
    return db.session.scalars(query.where(Rule.kind.in_(kinds)) if kinds else query).all()


def _recent_matchers() -> tuple[RuleMatcher, ...]:
    """Return the RuleMatchers of the rules that are on, at most CACHE_SECONDS old."""
    cache: TtlCache[str, tuple[RuleMatcher, ...]] = current_app.extensions["active_rules"]
    return cache.get("matchers", _load_matchers) or ()


def _load_matchers() -> tuple[RuleMatcher, ...]:
    return tuple(RuleMatcher(rule) for rule in active_rules() if rule.kind != "rate")


class RuleInUse(CampaignError):
    """The rule was on before, so held signatures may name it. It cannot be deleted."""

    status = 409


def rule_by_id(rule_id: int) -> Rule | None:
    """Return the rule, or None."""
    return db.session.get(Rule, rule_id)


def rules_of(cause_ids: Iterable[int] | None) -> Sequence[Rule]:
    """Return the rules of these causes, or of all if `cause_ids` is None, newest first."""
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
    """Create a rule that is not on yet. Rule describes `pattern`."""
    rule = Rule(cause_id=cause_id, petition_id=petition_id, kind=kind, pattern=pattern, note=note)
    db.session.add(rule)
    db.session.flush()
    return rule


def switch_on(*, rule_id: int, now: datetime) -> Rule:
    """Make the rule hold signatures from now on. One that was off starts again."""
    rule = cast(Rule, db.session.get(Rule, rule_id, populate_existing=True))
    if not rule.is_on:
        rule.on_since, rule.off_since = now, None
    db.session.flush()
    return rule


def switch_off(*, rule_id: int, now: datetime) -> Rule:
    """Make the rule hold no more signatures.

    Those it held stay held until an organizer approves them.
    """
    rule = cast(Rule, db.session.get(Rule, rule_id, populate_existing=True))
    if rule.is_on:
        rule.off_since = now
    db.session.flush()
    return rule


def hold_matches(*, rule_id: int, ids: Iterable[int], now: datetime) -> Sequence[int]:
    """Hold the signatures that a preview of the rule found and return the ids that were held."""
    return hold(ids=ids, reason=cast(Rule, db.session.get(Rule, rule_id)).reason, now=now)


def drop_rule(*, rule_id: int) -> None:
    """Delete a rule that was never switched on. Raise RuleInUse otherwise."""
    rule = cast(Rule, db.session.get(Rule, rule_id, populate_existing=True))
    if rule.on_since is not None:
        raise RuleInUse(rule_id)
    db.session.delete(rule)
    db.session.flush()
