"""Figures for monitoring: counts, queue lengths, and the age of what waits in each queue."""

from datetime import datetime
from typing import Any, NamedTuple

from flask import current_app
from sqlalchemy import ColumnElement, TextClause, case, func, select
from sqlalchemy.orm import InstrumentedAttribute

from campaign.actions.letters.models import LETTERS_WAIT, Letter
from campaign.causes.models import Cause, CauseTally
from campaign.db.last_backup import last_backup_at, last_restore_check_at
from campaign.db.replica import Replica
from campaign.extensions import db
from campaign.health.disk_checks import free_bytes
from campaign.jobs.models import UNFINISHED, Job
from campaign.jobs.operations import HEARTBEAT
from campaign.jobs.queries import is_claimable, worker_seen_until
from campaign.mail.bulk.sending import SENDING_WAITS
from campaign.mail.models import BULK, HAS_FAILED, IS_QUEUED, LETTERS, PERSONAL, OutboxMessage
from campaign.mail.operations import DAILY_LIMIT_REACHED, DOMAIN_LIMIT_REACHED
from campaign.montage.models import IN_WORK, Poster
from campaign.petitions.models import Petition, PetitionTally
from campaign.process.version import VERSION
from campaign.search.indexing import count_due
from campaign.security.rate_limits import limiter
from campaign.signatures.models import HELD, NEW_FORM, TO_HATCH, RepeatSigning, Signature
from campaign.surge.state import surge_level
from campaign.thanks.emails import NOT_COUNTED_YET


class Gauge(NamedTuple):
    """One metric and its meaning. `values` are pairs ({label: value}, number)."""

    name: str
    meaning: str
    values: list[Any]


def gauges(*, now: datetime) -> list[Gauge]:
    """Return what the database knows. Each query reads only an index or a tally."""
    return [
        *_signature_gauges(now),
        *_mail_gauges(now),
        one("posters_waiting", "Posters asked for and not drawn yet.", _count(Poster.id, IN_WORK)),
        one(
            "search_behind",
            "Things that the index of the search does not know as they are.",
            count_due(now),
        ),
        one(
            "letters_waiting",
            "Letters to targets that wait for their turn, or for their day or week.",
            _count(Letter.id, LETTERS_WAIT),
        ),
        one(
            "letters_oldest_seconds",
            "How long the first of them has waited.",
            _age(Letter.created_at, now, LETTERS_WAIT),
        ),
        *_jobs(now),
        _heartbeat(now),
    ]


def _signature_gauges(now: datetime) -> list[Gauge]:
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
        one(
            "hatching_waiting",
            "Confirmed signatures without a number yet.",
            _count(Signature.id, TO_HATCH),
        ),
        one(
            "hatching_oldest_seconds",
            "How long the first of them has waited.",
            _age(Signature.confirmed_at, now, TO_HATCH),
        ),
        one(
            "signatures_held",
            "Signatures set aside for an organizer to look at.",
            _count(Signature.id, HELD),
        ),
        one(
            "repeats_waiting",
            "Repeated signatures not answered yet.",
            _count(RepeatSigning.id, NEW_FORM),
        ),
    ]


def _mail_gauges(now: datetime) -> list[Gauge]:
    # An email that waits on purpose was not refused by anyone.
    was_refused = OutboxMessage.last_error.not_in(
        ("", DAILY_LIMIT_REACHED, NOT_COUNTED_YET, SENDING_WAITS)
    )
    return [
        one(
            "mail_due",
            "Emails that should have left.",
            _count(OutboxMessage.id, IS_QUEUED, OutboxMessage.due_at <= now),
        ),
        one(
            "mail_oldest_seconds",
            "How long the oldest email that has not left yet has waited, refused ones included.",
            _age(
                OutboxMessage.created_at,
                now,
                IS_QUEUED,
                (OutboxMessage.due_at <= now) | was_refused,
            ),
        ),
        one(
            "mail_retrying",
            "Emails that were refused or failed, and will be tried again.",
            _count(OutboxMessage.id, IS_QUEUED, was_refused),
        ),
        one(
            "mail_troubled",
            "Emails that were given up in the last thirty days.",
            _count(OutboxMessage.id, HAS_FAILED),
        ),
        *_mail_by_priority(now),
    ]


def gauges_without_database(*, next_ms: float) -> list[Gauge]:
    """Return what is known even if the database is away.

    `next_ms` is the polling interval that this process gives to browsers.
    """
    var = current_app.config["VAR_DIR"]
    return [
        one(
            "pulse_pace_seconds",
            "After how long this process lets watchers ask again.",
            next_ms / 1000,
        ),
        one("surge_level", "How much the site sheds because it is busy, 0 to 5.", surge_level()),
        *_replica(current_app.extensions["replica"]),
        _time_of(
            "last_backup_timestamp_seconds",
            "When this machine made its last backup. Missing if it made none.",
            last_backup_at(var),
        ),
        _time_of(
            "last_restore_check_timestamp_seconds",
            "When this machine last tested a backup with success. Missing if it tested none.",
            last_restore_check_at(var),
        ),
        one(
            "rate_limits_shared",
            "Whether this process and the others count requests together.",
            limiter().is_shared(),
        ),
        one("disk_free_bytes", "Free space on the disk of VAR_DIR.", free_bytes(var)),
        Gauge("build_info", "The version that answers.", [({"version": VERSION}, 1)]),
    ]


def _mail_by_priority(now: datetime) -> list[Gauge]:
    """Return the queue of emails by kind: those that a person waits for, mailings, letters."""
    # One bad address must not look like a queue that stands still, so emails that wait for another
    # attempt are left out. Those of a slow domain also get a later time, but they are a queue.
    is_slowed = OutboxMessage.last_error == DOMAIN_LIMIT_REACHED
    since = case((is_slowed, OutboxMessage.created_at), else_=OutboxMessage.due_at)
    rows = db.session.execute(
        select(OutboxMessage.priority, func.count(OutboxMessage.id), func.min(since))
        .where(IS_QUEUED, (OutboxMessage.due_at <= now) | is_slowed)
        .group_by(OutboxMessage.priority)
    )
    queues = {priority: (count, _seconds(oldest, now)) for priority, count, oldest in rows}
    by_name = {
        name: queues.get(priority, (0, 0.0))
        for name, priority in (("personal", PERSONAL), ("bulk", BULK), ("letters", LETTERS))
    }
    return [
        Gauge(
            "mail_queue",
            "Emails that should have left, without those that wait for another attempt.",
            [({"priority": name}, count) for name, (count, _) in by_name.items()],
        ),
        Gauge(
            "mail_queue_oldest_seconds",
            "How long the oldest of them has waited.",
            [({"priority": name}, age) for name, (_, age) in by_name.items()],
        ),
    ]


def _jobs(now: datetime) -> list[Gauge]:
    """Return the queue of jobs. Every kind is in it, so that alarms see the first one too."""
    rows = db.session.execute(
        select(Job.kind, func.count(Job.id), func.min(Job.run_at))
        .where(UNFINISHED, is_claimable(now))
        .group_by(Job.kind)
    )
    queues = {kind: (count, _seconds(oldest, now)) for kind, count, oldest in rows}
    kinds = sorted(current_app.extensions["background_work"].kinds.keys() | queues.keys())
    by_kind = {kind: queues.get(kind, (0, 0.0)) for kind in kinds}
    return [
        Gauge(
            "jobs_due",
            "Jobs that no worker has begun, although it is their time.",
            [({"kind": kind}, count) for kind, (count, _) in by_kind.items()],
        ),
        Gauge(
            "jobs_oldest_seconds",
            "How long the first of them has been due.",
            [({"kind": kind}, age) for kind, (_, age) in by_kind.items()],
        ),
    ]


def _heartbeat(now: datetime) -> Gauge:
    until = worker_seen_until()
    return Gauge(
        "worker_heartbeat_seconds",
        "How long ago a worker last showed that it runs. Missing if none ever has.",
        [({}, _seconds(until - HEARTBEAT, now))] if until else [],
    )


def _replica(replica: Replica | None) -> list[Gauge]:
    """Return the Gauges of the standby that public pages are read from, if there is one."""
    if replica is None:
        return []
    lag = replica.lag_seconds
    return [
        one("replica_used", "Whether public pages are read from the standby.", replica.is_usable),
        Gauge(
            "replica_lag_seconds",
            "How old what the standby shows may be. Missing while it is away.",
            [] if lag is None else [({}, lag)],
        ),
    ]


def _time_of(name: str, meaning: str, at: datetime | None) -> Gauge:
    """Return a Gauge of a time, without a value if `at` is None."""
    return Gauge(name, meaning, [({}, at.timestamp())] if at else [])


def one(name: str, meaning: str, number: float) -> Gauge:
    """Return a Gauge without labels."""
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
    return _seconds(oldest, now) if oldest else 0


def _seconds(since: datetime, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds())
