"""Preview a rule on existing signatures: what it would have held if it had always been on."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any, cast

from sqlalchemy import Column, ColumnElement, func, select
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from campaign.extensions import db
from campaign.security.digests import address_digest
from campaign.signatures.counting.hatching import RATE_WINDOW
from campaign.signatures.models import Signature
from campaign.signatures.moderation.decisions import CAN_BE_HELD
from campaign.signatures.moderation.models import Rule
from campaign.signatures.moderation.rules import RuleInput, RuleMatcher, addresses_of, domain_of
from campaign.signatures.tokens import stored_keys

BATCH_SIZE = 5000
DIGESTS_AT_ONCE = 500
SAMPLE = 20

_c: ReadOnlyColumnCollection[str, Column[Any]] = Signature.__table__.c


@dataclass(frozen=True)
class RulePreview:
    """The result of a preview: the ids that the rule would have held, newest first.

    `looked_at` signatures were tested. `counted` of those found are in the tally. For rules about
    networks, `since` is the time of the oldest signature whose IP address is still known. Otherwise
    None.
    """

    ids: tuple[int, ...]
    counted: int
    looked_at: int
    since: datetime | None

    @property
    def sample(self) -> tuple[int, ...]:
        """Return the newest SAMPLE ids."""
        return self.ids[:SAMPLE]


def preview_rule(rule: Rule) -> RulePreview:
    """Return the RulePreview of a Rule, stored or not, without changing anything."""
    ids = sorted(SEARCHES[rule.kind](rule, _scope(rule)), reverse=True)
    needs_network = rule.kind in ("network", "rate")
    is_testable: Any = _c.address_digest.is_not(None) if needs_network else True
    looked_at, since = db.session.execute(
        select(func.count(), cast(Any, func.min(_c.created_at) if needs_network else None)).where(
            _scope(rule), CAN_BE_HELD, is_testable
        )
    ).one()
    return RulePreview(tuple(ids), _counted_among(ids), looked_at, since)


def _scope(rule: Rule) -> ColumnElement[bool]:
    return (
        _c.cause_id == rule.cause_id
        if rule.petition_id is None
        else _c.petition_id == rule.petition_id
    )


def _by_country(rule: Rule, scope: ColumnElement[bool]) -> Sequence[int]:
    return db.session.scalars(
        select(_c.id).where(scope, CAN_BE_HELD, _c.country.in_(rule.lines))
    ).all()


def _by_network(rule: Rule, scope: ColumnElement[bool]) -> set[int]:
    addresses = (
        address for network in RuleMatcher(rule).networks for address in addresses_of(network)
    )
    keys = stored_keys()
    digests = (address_digest(key, address) for address in addresses for key in keys)
    ids: set[int] = set()
    while chunk := list(islice(digests, DIGESTS_AT_ONCE)):
        ids.update(
            db.session.scalars(
                select(_c.id).where(scope, CAN_BE_HELD, _c.address_digest.in_(chunk))
            )
        )
    return ids


def _by_words(rule: Rule, scope: ColumnElement[bool]) -> Iterator[int]:
    """Yield ids by the same test as at signing, row by row, so that both always agree."""
    matcher = RuleMatcher(rule)
    query = select(_c.id, _c.given_name, _c.family_name, _c.comment).where(scope, CAN_BE_HELD)
    for row in db.session.execute(query.execution_options(yield_per=BATCH_SIZE)):
        if matcher.matches(RuleInput(row.given_name or "", row.family_name or "", row.comment)):
            yield row.id


def _by_mail_domain(rule: Rule, scope: ColumnElement[bool]) -> Iterator[int]:
    matcher = RuleMatcher(rule)
    matches = lru_cache(maxsize=50_000)(
        lambda domain: matcher.matches(RuleInput(mail_domain=domain_of(domain)))
    )
    query = select(_c.id, _c.email).where(scope, CAN_BE_HELD, _c.email.is_not(None))
    for row in db.session.execute(query.execution_options(yield_per=BATCH_SIZE)):
        if matches(row.email.rpartition("@")[2]):
            yield row.id


def _by_rate(rule: Rule, scope: ColumnElement[bool]) -> Iterator[int]:
    """Yield ids whose IP address had confirmed the allowed number within the hour before."""
    limit = int(rule.pattern)
    query = (
        select(_c.id, _c.address_digest, _c.confirmed_at)
        .where(scope, CAN_BE_HELD, _c.address_digest.is_not(None), _c.confirmed_at.is_not(None))
        .order_by(_c.address_digest, _c.confirmed_at, _c.id)
    )
    address: bytes | None
    recent: deque[datetime]
    address, recent = None, deque(maxlen=limit)
    for row in db.session.execute(query.execution_options(yield_per=BATCH_SIZE)):
        if row.address_digest != address:
            address, recent = row.address_digest, deque(maxlen=limit)
        if len(recent) == limit and row.confirmed_at - recent[0] < RATE_WINDOW:
            yield row.id
        recent.append(row.confirmed_at)


def _counted_among(ids: Sequence[int]) -> int:
    total = 0
    for start in range(0, len(ids), DIGESTS_AT_ONCE):
        chunk = ids[start : start + DIGESTS_AT_ONCE]
        total += cast(
            int,
            db.session.scalar(select(func.count()).where(_c.id.in_(chunk), _c.state == "counted")),
        )
    return total


SEARCHES: Mapping[str, Callable[[Rule, ColumnElement[bool]], Iterable[int]]] = {
    "country": _by_country,
    "network": _by_network,
    "rate": _by_rate,
    "words": _by_words,
    "mail_domain": _by_mail_domain,
}
