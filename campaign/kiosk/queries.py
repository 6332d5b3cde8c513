"""Queries about kiosks, for the app, the workspace and the commands."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from campaign.causes.models import Cause, CauseTally
from campaign.events.models import Event
from campaign.extensions import db
from campaign.kiosk import codes
from campaign.kiosk.models import Kiosk, KioskRecord, PairingCode, Shift, StaffPin, TableCode
from campaign.signatures.models import SOURCED, Signature

MAX_GAPS = 50
# The hatching runner works several times a second, so after this time a signature is counted.
HATCHED_WITHIN = timedelta(seconds=2)
# Records that tablets were told are stored. They include repeat signatures, so that no number at
# the table reveals who had signed before.
REPORTED_STORED = or_(KioskRecord.status == "stored", KioskRecord.reason == "duplicate")
# The source of signatures that came through a table code. Campaign codes are stored in lower case.
SOURCE = "t-" + func.lower(TableCode.code)


def kiosk_by_secret(secret: str) -> Kiosk | None:
    """Return the kiosk with this secret, and its event, or None."""
    kiosk = db.session.scalar(_with_event().where(Kiosk.uuid == codes.claimed_kiosk(secret)))
    # Compare even if there is no such kiosk, so that the response time reveals nothing.
    is_valid = codes.is_secret(secret, kiosk.secret_digest if kiosk else bytes(32))
    return kiosk if is_valid else None


def kiosk_by_id(kiosk_id: int | None) -> Kiosk | None:
    """Return the kiosk with this id and its event, or None."""
    return db.session.scalar(_with_event().where(Kiosk.id == kiosk_id))


def every_kiosk(cause_ids: Collection[int] | None = None) -> Sequence[Kiosk]:
    """Return the kiosks of these causes, or of all causes if None, newest first."""
    query = _with_event().order_by(Kiosk.id.desc())
    if cause_ids is not None:
        query = query.join(Event, Event.id == Kiosk.event_id).where(Event.cause_id.in_(cause_ids))
    return db.session.scalars(query).all()


def kiosks_of(event_id: int) -> Sequence[Kiosk]:
    """Return the kiosks of an event, oldest first."""
    return db.session.scalars(
        _with_event().where(Kiosk.event_id == event_id).order_by(Kiosk.id)
    ).all()


def code_by_id(code_id: int) -> PairingCode | None:
    """Return the PairingCode with this id and its event, or None."""
    event = joinedload(PairingCode.event).selectinload(Event.texts)
    return db.session.scalar(
        select(PairingCode)
        .where(PairingCode.id == code_id)
        .options(event)
        .execution_options(populate_existing=True)
    )


def table_of(signature_id: int) -> Any:
    """Return the row (event, tablet, tabler, drawing) of a signature given at a table, or None."""
    return db.session.execute(
        select(Event, Kiosk.name.label("tablet"), Shift.tabler, KioskRecord.drawing)
        .join(Kiosk, Kiosk.id == KioskRecord.kiosk_id)
        .join(Event, Event.id == Kiosk.event_id)
        .outerjoin(Shift, Shift.id == KioskRecord.shift_id)
        .where(KioskRecord.signature_id == signature_id)
        .options(selectinload(Event.texts))
    ).first()


def kiosk_name(kiosk_id: int) -> str | None:
    return db.session.scalar(select(Kiosk.name).where(Kiosk.id == kiosk_id))


def many_on_phones(event_id: int) -> int:
    """Return how many people signed on their own phones through an event's table codes."""
    codes = select(SOURCE).where(TableCode.event_id == event_id)
    return db.session.scalars(
        select(func.count()).where(
            SOURCED, Signature.source.in_(codes), Signature.state != "pending"
        )
    ).one()


def table_code(*, event_id: int, kiosk_id: int | None = None) -> str:
    """Return the code in the short URL of a kiosk's table, or of the whole event's.

    Each has one from when it was created or paired.
    """
    mine = TableCode.kiosk_id == kiosk_id if kiosk_id else TableCode.kiosk_id.is_(None)
    return db.session.scalars(
        select(TableCode.code).where(TableCode.event_id == event_id, mine)
    ).one()


def shifts_of(event_id: int, limit: int = 100) -> Sequence[Any]:
    """Return rows (Shift, kiosk name, stored, on_phones) of an event, latest first.

    `stored` counts the stored signatures of the shift. `on_phones` counts the people who signed
    through the table's code during the shift.
    """
    stored = (
        select(func.count())
        .where(KioskRecord.shift_id == Shift.id, REPORTED_STORED)
        .correlate(Shift)
        .scalar_subquery()
    )
    on_phones = (
        select(func.count())
        .select_from(Signature)
        .join(TableCode, Signature.source == SOURCE)
        .where(
            SOURCED,
            Signature.state != "pending",
            TableCode.kiosk_id == Shift.kiosk_id,
            Signature.created_at >= Shift.started_at,
            or_(Shift.ended_at.is_(None), Signature.created_at < Shift.ended_at),
        )
        .correlate(Shift)
        .scalar_subquery()
    )
    return db.session.execute(
        select(Shift, Kiosk.name, stored.label("stored"), on_phones.label("on_phones"))
        .join(Kiosk, Kiosk.id == Shift.kiosk_id)
        .where(Kiosk.event_id == event_id)
        .order_by(Shift.started_at.desc(), Shift.id.desc())
        .limit(limit)
    ).all()


def stored_since(cause_ids: Collection[int] | None, since: datetime) -> Sequence[Any]:
    """Return rows (Event, kiosk name, many, newest) of kiosks that sent signatures since `since`.

    `many` is the number of signatures, and `newest` is when the last one arrived. None means all
    causes.
    """
    is_recent = (REPORTED_STORED, KioskRecord.received_at >= since)
    many = (
        select(
            KioskRecord.kiosk_id,
            func.count().label("many"),
            func.max(KioskRecord.received_at).label("newest"),
        )
        .join(Kiosk, Kiosk.id == KioskRecord.kiosk_id)
        # Kiosks seen since then are few, and their records can be found through an index by kiosk.
        .where(Kiosk.last_seen_at >= since, *is_recent)
        .group_by(KioskRecord.kiosk_id)
        .subquery()
    )
    query = (
        select(Event, Kiosk.name, many.c.many, many.c.newest)
        .join(Kiosk, Kiosk.event_id == Event.id)
        .join(many, many.c.kiosk_id == Kiosk.id)
        .order_by(many.c.newest.desc())
        .options(selectinload(Event.texts))
    )
    return db.session.execute(
        query if cause_ids is None else query.where(Event.cause_id.in_(cause_ids))
    ).all()


def pin_of(event_id: int) -> StaffPin | None:
    """Return the StaffPin of an event, or None."""
    return db.session.get(StaffPin, event_id, populate_existing=True)


def event_of_table(code: str) -> Any:
    """Return (TableCode, Event) for a code, or None."""
    return db.session.execute(
        select(TableCode, Event)
        .join(Event, Event.id == TableCode.event_id)
        .where(TableCode.code == code)
        .options(selectinload(Event.petitions))
    ).first()


def counted_among(kiosk: Kiosk, uuids: Collection[str], now: datetime) -> dict[str, int]:
    """Return {record UUID: last counted number of the cause}.

    Only records that this kiosk sent at least HATCHED_WITHIN ago are included. The answer is the
    same for someone who had signed before, so it reveals nobody's number.
    """
    last = (
        db.session.scalar(
            select(CauseTally.last_number).where(CauseTally.cause_id == kiosk.cause_id)
        )
        or 0
    )
    arrived = (
        KioskRecord.kiosk_id == kiosk.id,
        KioskRecord.uuid.in_(uuids),
        KioskRecord.received_at <= now - HATCHED_WITHIN,
    )
    return dict.fromkeys(db.session.scalars(select(KioskRecord.uuid).where(*arrived)), last)


def gaps_of(kiosk_id: int) -> list[list[int]]:
    """Return the first gaps, as [first, last], in the sequence numbers received from a kiosk."""
    return gaps_among([kiosk_id]).get(kiosk_id, [])


def gaps_among(kiosk_ids: Collection[int]) -> dict[int, list[list[int]]]:
    """Return {kiosk id: gaps as in gaps_of} for the kiosks that have gaps."""
    arrived = (
        select(KioskRecord.kiosk_id, KioskRecord.sequence)
        .where(KioskRecord.kiosk_id.in_(kiosk_ids))
        .distinct()
        .subquery()
    )
    previous = func.lag(arrived.c.sequence).over(
        partition_by=arrived.c.kiosk_id, order_by=arrived.c.sequence
    )
    before = func.coalesce(previous, 0).label("before")
    steps = select(arrived, before).subquery()
    rank = (
        func.row_number()
        .over(partition_by=steps.c.kiosk_id, order_by=steps.c.sequence)
        .label("rank")
    )
    gaps = select(steps, rank).where(steps.c.sequence > steps.c.before + 1).subquery()
    rows = db.session.execute(
        select(gaps).where(gaps.c.rank <= MAX_GAPS).order_by(gaps.c.kiosk_id, gaps.c.sequence)
    )
    gaps_by_kiosk: dict[int, list[list[int]]] = {}
    for row in rows:
        gaps_by_kiosk.setdefault(row.kiosk_id, []).append([row.before + 1, row.sequence - 1])
    return gaps_by_kiosk


def tally_of(kiosk: Kiosk, now: datetime) -> dict[str, int]:
    """Return how many signatures of a kiosk are stored.

    `hour` counts the last hour, and `today` the day in the event's time zone.
    """
    return tallies_of([kiosk], now)[kiosk.id]


def tallies_of(kiosks: Sequence[Kiosk], now: datetime) -> dict[int, dict[str, int]]:
    """Return {kiosk id: tally as in tally_of} for kiosks of one event."""
    tallies = {kiosk.id: {"hour": 0, "today": 0} for kiosk in kiosks}
    if not kiosks:
        return tallies
    hour, today = now - timedelta(hours=1), _midnight(now, kiosks[0].event.zone)
    rows = db.session.execute(
        select(
            KioskRecord.kiosk_id,
            func.count().filter(KioskRecord.signed_at >= hour).label("hour"),
            func.count().filter(KioskRecord.signed_at >= today).label("today"),
        )
        .where(
            KioskRecord.kiosk_id.in_(tallies),
            REPORTED_STORED,
            KioskRecord.signed_at >= min(hour, today),
        )
        .group_by(KioskRecord.kiosk_id)
    )
    return tallies | {row.kiosk_id: {"hour": row.hour, "today": row.today} for row in rows}


def shift_ids(kiosk_id: int, uuids: Collection[str]) -> dict[str, int]:
    """Return {UUID: id} of a kiosk's shifts."""
    rows = db.session.execute(
        select(Shift.uuid, Shift.id).where(Shift.kiosk_id == kiosk_id, Shift.uuid.in_(uuids))
    )
    return {uuid: shift_id for uuid, shift_id in rows}


def _midnight(now: datetime, zone: str) -> datetime:
    return (
        now.astimezone(ZoneInfo(zone))
        .replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        .astimezone(UTC)
    )


def _with_event() -> Select[Kiosk]:
    event = joinedload(Kiosk.event)
    return select(Kiosk).options(
        event.joinedload(Event.cause).selectinload(Cause.texts),
        event.selectinload(Event.texts),
        event.selectinload(Event.petitions),
    )
