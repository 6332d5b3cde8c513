"""Put letters into the outbox at the pace of each target, and note how their emails ended."""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain, zip_longest
from typing import Any, NamedTuple

from flask import current_app
from sqlalchemy import ColumnElement, Table, func, or_, select, update
from sqlalchemy.orm import selectinload

from campaign.actions.letters.delivery.addresses import reach, refused_among, zone_of
from campaign.actions.letters.delivery.pacing import HOUR, due_now, hourly_limit
from campaign.actions.letters.models import (
    DEFAULT_MAX_PER_HOUR,
    Letter,
    LetterBatch,
    LetterSettings,
)
from campaign.actions.letters.operations import note_undelivered
from campaign.db.bulk_update import bulk_update
from campaign.extensions import db
from campaign.jobs.operations import take_lease
from campaign.mail.delivery.domain_rates import ANY_DOMAIN
from campaign.mail.models import IS_QUEUED, LETTERS, OutboxMessage
from campaign.mail.operations import NO_LONGER_NEEDED, enqueue_many
from campaign.petitions.models import Petition
from campaign.security.rate_limits import parse_limit
from campaign.signatures.models import Signature
from campaign.surge.state import work_waits
from campaign.switches.state import organisations_without, switched_off
from campaign.targets.models import TargetProfile
from campaign.targets.operations import note_email_status

SWITCH = "letters"
LEASE = "letters"
# The kinds of email: a letter, and gathered letters.
EMAIL = "letter"
BATCH_EMAIL = "letter_batch"
# How many letters may be due in the outbox. With few, other emails need not wait, and turning
# letters off stops nearly all of them.
MAX_DUE = 600
# How many letters to one target a pass marks as undeliverable.
MAX_UNDELIVERED = 500
# Each domain gets at most so many letters a minute, and at most half of what MAIL_RATES allows.
# Letters must never use up the rate of a domain where people wait for requests to confirm.
MAX_PER_DOMAIN = 30
DOMAIN_SHARE = 0.5
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
# After this time, we no longer send an email that the server keeps putting off.
GIVE_UP_AFTER = timedelta(days=2)
# If the outbox gave up an email earlier, its letter is queued again after this time.
REST = timedelta(hours=6)
SETTLE_BATCH = 200

_letter: Table = Letter.__table__
_batch: Table = LetterBatch.__table__


class Recent(NamedTuple):
    """Letters of an action to a target: how many were queued within an hour, and the last time."""

    in_last_hour: int = 0
    last_at: datetime | None = None


@dataclass
class Queue:
    """How many letters wait for one target, by action, and how many of them may leave now."""

    profile: TargetProfile
    address: str
    waiting: dict[int, int] = field(default_factory=dict)
    last_at: dict[int, datetime | None] = field(default_factory=dict)
    free: int = 0

    @property
    def domain(self) -> str:
        """The domain of the target's address."""
        return self.address.rpartition("@")[2].lower()

    @property
    def petition_ids(self) -> list[int]:
        """The ids of the actions. The action that has waited longest for its turn comes first."""
        return sorted(self.waiting, key=lambda item: (_order(self.last_at.get(item)), item))


def queue_letters(*, holder: str, now: datetime) -> int:
    """Queue the letters that may leave this minute and return how many.

    Targets take turns, and so do the actions that write to one. The oldest letter of each leaves
    first.
    """
    if work_waits() or switched_off(SWITCH) or not take_lease(LEASE, holder=holder, now=now):
        return 0
    places = MAX_DUE - _due_in_outbox(now)
    if places <= 0:
        return 0
    queues = _queues(now)
    chosen = _choose(queues, places, now)
    return _enqueue(chosen, {queue.profile.id: queue.address for queue in queues}, now)


def waiting_letters(method: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of letters with this delivery method that are due."""
    return (
        Letter.state == "waiting",
        Letter.delivery_method == method,
        or_(Letter.not_before.is_(None), Letter.not_before <= now),
    )


def petitions_with(petition_ids: Collection[int]) -> dict[int, Petition]:
    """Return these actions whose letters are not switched off, by id."""
    paused = organisations_without(SWITCH)
    rows = db.session.scalars(
        select(Petition).where(Petition.id.in_(petition_ids)).options(selectinload(Petition.cause))
    )
    return {row.id: row for row in rows if row.cause.organisation_id not in paused}


def profiles_with(profile_ids: Collection[int]) -> dict[int, TargetProfile]:
    """Return these targets with their addresses, by id."""
    rows = db.session.scalars(
        select(TargetProfile)
        .where(TargetProfile.id.in_(profile_ids))
        .options(selectinload(TargetProfile.emails))
    )
    return {row.id: row for row in rows}


def give_up(profile_id: int | None, *, method: str, reason: str, now: datetime) -> int:
    """Note that the letters that wait for a target cannot be delivered and return how many."""
    is_for = Letter.profile_id.is_(None) if profile_id is None else Letter.profile_id == profile_id
    ids = db.session.scalars(
        select(Letter.id).where(Letter.state == "waiting", Letter.delivery_method == method, is_for)
        .order_by(Letter.id).limit(MAX_UNDELIVERED)
    ).all()  # fmt: skip
    return note_undelivered(letter_ids=ids, reason=reason, now=now)


def _due_in_outbox(now: datetime) -> int:
    return (
        db.session.scalar(
            select(func.count()).where(
                IS_QUEUED,
                OutboxMessage.kind == EMAIL,
                OutboxMessage.priority == LETTERS,
                OutboxMessage.due_at <= now,
            )
        )
        or 0
    )


def _queues(now: datetime) -> list[Queue]:
    """Return what waits for each target that can get letters and note those that cannot."""
    rows = db.session.execute(
        select(Letter.profile_id, Letter.petition_id, func.count())
        .where(*waiting_letters("individual", now))
        .group_by(Letter.profile_id, Letter.petition_id)
    ).all()
    petitions = petitions_with({row.petition_id for row in rows})
    profiles = profiles_with({row.profile_id for row in rows if row.profile_id is not None})
    refused = refused_among(profiles.values())
    queues: dict[int, Queue] = {}
    for profile_id, petition_id, count in rows:
        if petition_id not in petitions:
            continue
        if profile_id is not None and profile_id in queues:
            queues[profile_id].waiting[petition_id] = count
            continue
        profile = profiles.get(profile_id or 0)
        reached = reach(profile, refused, now=now)
        if profile is None or reached.reason:
            give_up(profile_id, method="individual", reason=reached.reason, now=now)
        else:
            queues[profile.id] = Queue(profile, reached.address, {petition_id: count})
    _release(queues, petitions, now)
    return list(queues.values())


def _release(queues: Mapping[int, Queue], petitions: Mapping[int, Petition], now: datetime) -> None:
    """Set how many letters to each target may leave now."""
    max_per_hour = limits_of(petitions)
    recent = _recent(now)
    for profile_id, queue in queues.items():
        of_target = {key: value for key, value in recent.items() if key[0] == profile_id}
        queue.last_at = {
            petition_id: value.last_at for (_, petition_id), value in of_target.items()
        }
        limit = min(
            hourly_limit(
                max_per_hour=max_per_hour[petition_id],
                waiting=count,
                now=now,
                zone=zone_of(queue.profile, petitions[petition_id]),
                closes_at=petitions[petition_id].closes_at,
            )
            for petition_id, count in queue.waiting.items()
        )
        queue.free = due_now(
            limit=limit,
            in_last_hour=sum(value.in_last_hour for value in of_target.values()),
            last_at=max((value.last_at for value in of_target.values() if value.last_at), default=None),
            now=now,
            target_id=profile_id,
        )  # fmt: skip


def limits_of(petition_ids: Iterable[int]) -> defaultdict[int, int]:
    """Return how many letters an hour each of these actions may send to a target."""
    limits = defaultdict[int, int](lambda: DEFAULT_MAX_PER_HOUR)
    limits.update(
        (row.petition_id, row.max_per_hour)
        for row in db.session.execute(
            select(LetterSettings.petition_id, LetterSettings.max_per_hour).where(
                LetterSettings.petition_id.in_(list(petition_ids))
            )
        )
    )
    return limits


def _recent(now: datetime) -> dict[tuple[int | None, int], Recent]:
    """Return what was queued within a day, by target and action."""
    rows = db.session.execute(
        select(
            Letter.profile_id,
            Letter.petition_id,
            func.count().filter(Letter.queued_at > now - HOUR),
            func.max(Letter.queued_at),
        )
        .where(Letter.queued_at > now - DAY)
        .group_by(Letter.profile_id, Letter.petition_id)
    )
    return {(profile, petition): Recent(many, last) for profile, petition, many, last in rows}


def _choose(queues: Iterable[Queue], places: int, now: datetime) -> list[int]:
    """Return the ids of the letters that leave now, in the order to send them."""
    domains = _sent_to_domains(now)
    turns: list[Sequence[int]] = []
    for queue in sorted(queues, key=lambda item: (_order(_last(item)), item.profile.id)):
        free = min(queue.free, letters_per_minute(queue.domain) - domains[queue.domain], places)
        letters = _oldest(queue, free, now) if free > 0 else []
        domains[queue.domain] += len(letters)
        places -= len(letters)
        turns.append(letters)
    return list(_round_robin(turns))


def _oldest(queue: Queue, count: int, now: datetime) -> list[int]:
    """Return the oldest letters of each action to a target in turns, at most `count` in all."""
    of_actions = [
        db.session.scalars(
            select(Letter.id)
            .join(Signature, Signature.id == Letter.signature_id)
            .where(
                *waiting_letters("individual", now),
                Letter.profile_id == queue.profile.id,
                Letter.petition_id == petition_id,
                Signature.state == "counted",
            )
            .order_by(Letter.id)
            .limit(count)
        ).all()
        for petition_id in queue.petition_ids
    ]
    return list(_round_robin(of_actions))[:count]


def _enqueue(ids: Sequence[int], addresses: Mapping[int, str], now: datetime) -> int:
    places = {
        row.id: row
        for row in db.session.execute(
            select(Letter.id, Letter.profile_id, Letter.lang).where(
                Letter.id.in_(ids), Letter.state == "waiting"
            )
        )
    }
    chosen = [letter_id for letter_id in ids if letter_id in places]
    if not chosen:
        return 0
    email_ids = enqueue_many(
        [{"kind": EMAIL, "subject_id": item, "lang": places[item].lang} for item in chosen],
        priority=LETTERS,
    )
    bulk_update(
        db.session.connection(),
        _letter,
        [
            {
                "id": item,
                "address": addresses[places[item].profile_id],
                "email_id": email_ids[item],
            }
            for item in chosen
        ],
        state="queued",
        queued_at=now,
    )
    return len(chosen)


def letters_per_minute(domain: str) -> int:
    """Return how many letters a receiving domain gets in a minute."""
    rates = current_app.config["MAIL_RATES"]
    rate = rates.get(domain) or rates.get(ANY_DOMAIN)
    if rate is None:
        return MAX_PER_DOMAIN
    limit = parse_limit(rate)
    per_minute = limit.amount * MINUTE.total_seconds() / limit.get_expiry()
    return max(1, min(MAX_PER_DOMAIN, math.floor(per_minute * DOMAIN_SHARE)))


def _sent_to_domains(now: datetime) -> Counter[str]:
    """Return how many letters were queued for each receiving domain within a minute."""
    addresses = db.session.scalars(select(Letter.address).where(Letter.queued_at > now - MINUTE))
    return Counter(address.rpartition("@")[2].lower() for address in addresses)


def _last(queue: Queue) -> datetime | None:
    return max((at for at in queue.last_at.values() if at), default=None)


def _order(at: datetime | None) -> float:
    return at.timestamp() if at else 0.0


def _round_robin(lists: Iterable[Sequence[int]]) -> Iterator[int]:
    """Yield the first item of each list, then the second of each, and so on."""
    return (item for item in chain(*zip_longest(*lists)) if item is not None)


def has_queued() -> bool:
    """Return whether letters are in the outbox, or in emails that are being made."""
    return db.session.scalar(select(Letter.id).where(Letter.state == "queued").limit(1)) is not None


def settle_letters(*, now: datetime) -> int:
    """Note how the emails of queued letters ended and return how many did.

    An email that the receiving server put off until it was given up is queued again, until two days
    have passed.
    """
    rows = db.session.execute(
        select(
            Letter.id, Letter.lang, Letter.address, Letter.queued_at, OutboxMessage.state,
            OutboxMessage.sent_at, OutboxMessage.last_error,
        )
        .join(OutboxMessage, OutboxMessage.id == Letter.email_id)
        .where(
            Letter.state == "queued", Letter.delivery_method == "individual",
            OutboxMessage.state != "owed",
        )
        .order_by(Letter.id)
        .limit(SETTLE_BATCH)
    ).all()  # fmt: skip
    for row in rows:
        if row.state == "sent":
            values: dict[str, Any] = {"state": "sent", "sent_at": row.sent_at}
            db.session.execute(update(_letter).where(_letter.c.id == row.id).values(values))
        elif row.state == "failed" and now < row.queued_at + GIVE_UP_AFTER:
            email_ids = enqueue_many(
                [{"kind": EMAIL, "subject_id": row.id, "lang": row.lang}],
                priority=LETTERS,
                due_at=now + REST,
            )
            values = {"email_id": email_ids[row.id]}
            db.session.execute(update(_letter).where(_letter.c.id == row.id).values(values))
        elif row.state == "failed":
            note_undelivered(letter_ids=[row.id], reason="unreachable", now=now)
        elif row.last_error == NO_LONGER_NEEDED:
            # The next pass checks again why it cannot be sent, and tells its writer.
            values = {"state": "waiting", "email_id": None}
            db.session.execute(update(_letter).where(_letter.c.id == row.id).values(values))
        else:
            note_email_status(address=row.address, status="bounced", now=now)
            note_undelivered(letter_ids=[row.id], reason="bounced", now=now)
    return len(rows)
