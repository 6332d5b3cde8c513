"""Figures for monitoring: counts, queue lengths, and the age of what waits in each queue."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from flask import current_app
from sqlalchemy import ColumnElement, TextClause, func, select
from sqlalchemy.orm import InstrumentedAttribute

from campaign.causes.models import Cause, CauseTally
from campaign.db.replica import Replica
from campaign.extensions import db
from campaign.mail.models import HAS_FAILED, IS_QUEUED, OutboxMessage
from campaign.mail.operations import DAILY_LIMIT_REACHED
from campaign.montage.models import IN_WORK, Poster
from campaign.petitions.models import Petition, PetitionTally
from campaign.search.indexing import count_due
from campaign.signatures.models import HELD, NEW_FORM, TO_HATCH, RepeatSigning, Signature
from campaign.surge.state import surge_level


class Gauge(NamedTuple):
    """One metric and its meaning; `values` are pairs ({label: value}, number)."""

    name: str
    meaning: str
    values: list[Any]


def gauges(*, now: datetime, next_ms: float) -> list[Gauge]:
    """Return all Gauges. Each query reads only an index or a tally.

    `next_ms` is the polling interval that this process gives to browsers.
    """
    # An email that waits because its address reached the daily limit was not refused by anyone.
    was_refused = OutboxMessage.last_error.not_in(("", DAILY_LIMIT_REACHED))
    return [
        Gauge(
            "butterflies",
            "Hatched signatures of a cause.",
            _tallies("cause", Cause, CauseTally, CauseTally.cause_id),
        ),
        Gauge(
            "signatures",
            "Hatched signatures of a petition.",
            _tallies("petition", Petition, PetitionTally, PetitionTally.petition_id),
        ),
        _one(
            "hatching_waiting",
            "Confirmed signatures without a number yet.",
            _count(Signature.id, TO_HATCH),
        ),
        _one(
            "hatching_oldest_seconds",
            "How long the first of them has waited.",
            _age(Signature.confirmed_at, now, TO_HATCH),
        ),
        _one(
            "signatures_held",
            "Signatures set aside for an organizer to look at.",
            _count(Signature.id, HELD),
        ),
        _one(
            "repeats_waiting",
            "Repeated signatures not answered yet.",
            _count(RepeatSigning.id, NEW_FORM),
        ),
        _one(
            "mail_due",
            "Emails that should have left.",
            _count(OutboxMessage.id, IS_QUEUED, OutboxMessage.due_at <= now),
        ),
        _one(
            "mail_oldest_seconds",
            "How long the oldest email that has not left yet has waited, refused ones included.",
            _age(
                OutboxMessage.created_at,
                now,
                IS_QUEUED,
                (OutboxMessage.due_at <= now) | was_refused,
            ),
        ),
        _one(
            "mail_retrying",
            "Emails that were refused or failed, and will be tried again.",
            _count(OutboxMessage.id, IS_QUEUED, was_refused),
        ),
        _one(
            "mail_troubled",
            "Emails that were given up in the last thirty days.",
            _count(OutboxMessage.id, HAS_FAILED),
        ),
        _one("posters_waiting", "Posters asked for and not drawn yet.", _count(Poster.id, IN_WORK)),
        _one(
            "search_behind",
            "Things that the index of the search does not know as they are.",
            count_due(now),
        ),
        _one(
            "pulse_pace_seconds",
            "After how long this process lets watchers ask again.",
            next_ms / 1000,
        ),
        _one("surge_level", "How much the site sheds because it is busy, 0 to 5.", surge_level()),
        *_replica(current_app.extensions["replica"]),
    ]


def _replica(replica: Replica | None) -> list[Gauge]:
    """Return the Gauges of the standby that public pages are read from, if there is one."""
    if replica is None:
        return []
    lag = replica.lag_seconds
    return [
        _one("replica_used", "Whether public pages are read from the standby.", replica.is_usable),
        Gauge(
            "replica_lag_seconds",
            "How old what the standby shows may be. Missing while it is away.",
            [] if lag is None else [({}, lag)],
        ),
    ]


def render_prometheus(metrics: Iterable[Gauge]) -> str:
    """Write Gauges in the text format of Prometheus, version 0.0.4."""
    lines = []
    for gauge in metrics:
        name = f"volante_{gauge.name}"
        lines += [f"# HELP {name} {gauge.meaning}", f"# TYPE {name} gauge"]
        lines += [
            f"{name}{_labels(labels)} {number:g}"
            if number % 1
            else f"{name}{_labels(labels)} {number:.0f}"
            for labels, number in gauge.values
        ]
    return "\n".join(lines) + "\n"


def _labels(labels: Mapping[str, str]) -> str:
    # Slugs are lower-case letters, digits and hyphens, so nothing in them needs escaping.
    return (
        "{" + ",".join(f'{name}="{value}"' for name, value in labels.items()) + "}"
        if labels
        else ""
    )


def _one(name: str, meaning: str, number: float) -> Gauge:
    return Gauge(name, meaning, [({}, number)])


def _tallies(
    label: str, model: Any, tally: Any, key: InstrumentedAttribute[int]
) -> list[tuple[dict[str, str], float]]:
    rows = db.session.execute(
        select(model.slug, tally.count).join(tally, key == model.id).order_by(model.id)
    )
    return [({label: slug}, count) for slug, count in rows]


def _count(
    column: InstrumentedAttribute[Any], *conditions: ColumnElement[bool] | TextClause
) -> int:
    return db.session.scalars(select(func.count(column)).where(*conditions)).one()


def _age(
    column: InstrumentedAttribute[Any], now: datetime, *conditions: ColumnElement[bool] | TextClause
) -> float:
    oldest = db.session.scalar(select(func.min(column)).where(*conditions))
    return max(0.0, (now - oldest).total_seconds()) if oldest else 0
