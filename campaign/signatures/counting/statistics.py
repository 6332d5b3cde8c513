"""The figures that organizers see, one query for each, and a forecast for the goal."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil, sqrt
from statistics import mean, stdev
from typing import Any, TypeAlias

from sqlalchemy import Integer, Row, Select, cast, func, select

from campaign.db.functions import hour_text, read_hour
from campaign.extensions import db
from campaign.mail.models import HAS_FAILED, IS_QUEUED, OutboxMessage
from campaign.mail.operations import NO_LONGER_NEEDED
from campaign.petitions.models import PetitionTally
from campaign.signatures.counting.aggregates import grouped_counts
from campaign.signatures.models import (
    ERASED_COUNTED,
    HELD,
    PENDING,
    VALID_STATES,
    WITHDRAWN,
    LedgerEntry,
    Signature,
)

# Unconfirmed and held signatures are waiting. Rejected, withdrawn and erased ones are in no chart.
WAITING = ("pending", "held")
# How many signed, by (hour as text, state, came by email, is confirmed).
HourCounts: TypeAlias = Counter[tuple[Any, ...]]


@dataclass(frozen=True)
class States:
    """How many signatures of some petitions are in each state.

    `counted` is the tally, `ledger` is the sum of the ledger.
    """

    counted: int
    ledger: int
    pending: int
    held: int
    rejected: int
    withdrawn: int


@dataclass(frozen=True, slots=True)
class Hour:
    """How many signed within an hour, by their state today."""

    hour: datetime
    sure: int
    waiting: int


@dataclass(frozen=True)
class MailTrouble:
    """Emails of one kind that have not arrived.

    `retried` are still tried again, `failed` were given up, `refused` went to addresses that accept
    no email.
    """

    kind: str
    retried: int
    failed: int
    refused: int


def states(petition_ids: Iterable[int]) -> States:
    """Return the States of these petitions."""
    # Few rows are in these states, and each state has its own index. `+ 0` stops SQLite from
    # choosing the index of the petition and scanning all of its signatures.
    in_petitions = (Signature.petition_id + 0).in_(petition_ids)
    held, rejected = db.session.execute(
        select(func.count(), func.count(Signature.rejected_at)).where(HELD, in_petitions)
    ).one()
    return States(
        counted=_sum(
            select(func.sum(PetitionTally.count)).where(PetitionTally.petition_id.in_(petition_ids))
        ),
        ledger=_sum(
            select(func.sum(LedgerEntry.change)).where(LedgerEntry.petition_id.in_(petition_ids))
        ),
        pending=_sum(select(func.count()).where(PENDING, in_petitions)),
        held=held - rejected,
        rejected=rejected,
        withdrawn=_sum(select(func.count()).where(WITHDRAWN, in_petitions)),
    )


def counted_without_data(petition_id: int) -> int:
    """Return how many signatures are counted although their personal data was erased.

    Pages count them, but no export contains them.
    """
    return _sum(select(func.count()).where(ERASED_COUNTED, Signature.petition_id == petition_id))


def counted_by_hour(petition_ids: Iterable[int]) -> HourCounts:
    """Return the signatures by hour, state, and whether they came by email and are confirmed."""
    return grouped_counts("hours", petition_ids)


def hours(counts: HourCounts) -> list[Hour]:
    """Return an Hour for each hour in which anyone signed, oldest first."""
    totals: dict[str, list[int]] = {}
    for (hour, status, _by_mail, _is_confirmed), count in counts.items():
        place = 0 if status in VALID_STATES else 1 if status in WAITING else None
        if place is not None:
            totals.setdefault(hour, [0, 0])[place] += count
    return [Hour(read_hour(hour), *totals[hour]) for hour in sorted(totals)]


def counted_by_kind(petition_ids: Iterable[int]) -> dict[str, Counter[str]]:
    """Return {"country": Counter, "lang": Counter, "evidence": Counter} of counted signatures."""
    counts: dict[str, Counter[str]] = {
        "country": Counter(),
        "lang": Counter(),
        "evidence": Counter(),
    }
    for values, count in grouped_counts("kinds", petition_ids).items():
        for of_kind, value in zip(counts.values(), values, strict=True):
            of_kind[value] += count
    return counts


def counted_by_postal_area(petition_ids: Iterable[int]) -> Counter[tuple[Any, ...]]:
    """Return the counted signatures by (country, first two characters of the postal code)."""
    return grouped_counts("areas", petition_ids)


def counted_by_source(petition_ids: Iterable[int]) -> tuple[Counter[str], int]:
    """Return the counted signatures by campaign code, and how many came by a supporter's link.

    The first is a Counter, with "" for no code.
    """
    by_source: Counter[str]
    by_source, by_link = Counter(), 0
    for (source, came_by_link), count in grouped_counts("sources", petition_ids).items():
        by_source[source] += count
        by_link += count if came_by_link else 0
    return by_source, by_link


def confirmed_since(counts: HourCounts, since: datetime, until: datetime) -> tuple[int, int]:
    """Return how many people who signed by email in this time have confirmed, and how many signed.

    The time begins with the hour of `since` and ends with that of `until`.
    """
    first, last = hour_text(since), hour_text(until)
    confirmed = signed = 0
    for (hour, _status, by_mail, is_confirmed), count in counts.items():
        if by_mail and first <= hour <= last:
            signed += count
            confirmed += count if is_confirmed else 0
    return confirmed, signed


def mail_trouble(petition_ids: Iterable[int]) -> list[MailTrouble]:
    """Return a MailTrouble for each kind of email about these signatures that has any."""
    message = OutboxMessage
    about_signatures = message.kind.startswith("signature_", autoescape=True)
    retried = IS_QUEUED & (message.attempts > 1)
    given_up = HAS_FAILED & message.last_error.not_in(("", NO_LONGER_NEEDED))
    counts: dict[str, Counter[str]] = {}
    for condition in (retried, given_up):
        emails = (
            select(message.kind, message.state, message.subject_id)
            .where(condition, about_signatures)
            .subquery()
        )
        rows = db.session.execute(
            select(emails.c.kind, emails.c.state, func.count())
            .join(Signature, Signature.id == emails.c.subject_id)
            .where((Signature.petition_id + 0).in_(petition_ids))
            .group_by(emails.c.kind, emails.c.state)
        )
        for kind, state, count in rows:
            counts.setdefault(kind, Counter())[state] += count
    return [
        MailTrouble(kind, by_state["owed"], by_state["failed"], by_state["dropped"])
        for kind, by_state in sorted(counts.items())
    ]


def ledger_of(petition_ids: Iterable[int]) -> Sequence[Row[datetime, str, str, int]]:
    """Return the ledger of these petitions, oldest first.

    Its rows are (hour, reason, evidence, change).
    """
    change = cast(func.sum(LedgerEntry.change), Integer).label("change")
    keys = (LedgerEntry.hour, LedgerEntry.reason, LedgerEntry.evidence)
    return db.session.execute(
        select(*keys, change)
        .where(LedgerEntry.petition_id.in_(petition_ids))
        .group_by(*keys)
        .order_by(*keys)
    ).all()


def _sum(query: Select[*tuple[Any, ...]]) -> int:
    return int(db.session.scalar(query) or 0)


FORECAST_DAYS = 28
MIN_FORECAST_DAYS = 7
# With 90% probability the pace stays within this many standard errors.
STANDARD_ERRORS = 1.645
# Neighbouring days are correlated, so they carry half as much information as independent days.
INDEPENDENT_SHARE = 0.5
MAX_FORECAST_DAYS = 3 * 365


@dataclass(frozen=True)
class Forecast:
    """The goal is reached between `earliest` and `latest` at the pace of the last `days` days.

    `per_day` is signatures a day. `latest` is None where the pace is too unsteady or too slow to
    name a day.
    """

    goal: int
    days: int
    per_day: float
    earliest: date
    latest: date | None


def forecast(daily: Sequence[int], *, to_go: int, goal: int, today: date) -> Forecast | None:
    """Return the Forecast from the counts of past whole days, oldest first.

    Return None with too few days, or with no signatures in them. Also return None if the goal is
    reached or too far away.
    """
    recent = daily[-FORECAST_DAYS:]
    if to_go <= 0 or len(recent) < MIN_FORECAST_DAYS or not sum(recent):
        return None
    per_day = mean(recent)
    error = STANDARD_ERRORS * stdev(recent) / sqrt(len(recent) * INDEPENDENT_SHARE)
    quickest, slowest = per_day + error, per_day - error
    soonest = ceil(to_go / quickest)
    if soonest > MAX_FORECAST_DAYS:
        return None
    last = ceil(to_go / slowest) if slowest > 0 else MAX_FORECAST_DAYS + 1
    latest = today + timedelta(days=last) if last <= MAX_FORECAST_DAYS else None
    return Forecast(goal, len(recent), per_day, today + timedelta(days=soonest), latest)
