"""Taking in what a tablet sends: each record once, with a receipt that is true for ever.

A batch is one transaction. The kiosk's own row is locked first, so that two tabs or a retry that overtakes its first try
come one after the other, and the later finds what the earlier has written.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func, select

from campaign.extensions import db
from campaign.kiosk.models import KioskRecord, Shift
from campaign.kiosk.pairing import locked
from campaign.kiosk.queries import shift_ids
from campaign.lib.bulk import insert_all
from campaign.lib.insertion import insert
from campaign.petitions.queries import SigningTerms
from campaign.signatures.collecting import DUPLICATE, NEW, collect_all, collected

STORED, REVIEW = "stored", "review"
HOUR = timedelta(hours=1)

_table = KioskRecord.__table__


@dataclass(frozen=True, slots=True)
class Opened:
    """A record as it was read: what it would become, or the `reason` why somebody must look at it.

    `claimed_at` is when the device says it was signed, `signed_at` that brought into what can be true. `words` are columns of a
    Signature; `petition_id` is None where nobody knows. `faults` are the labels of the fields that are not as they should be.
    """

    uuid: str
    sequence: int
    key: str
    sealed: bytes
    signed_at: datetime
    claimed_at: datetime | None = None
    reason: str = ""
    petition_id: int | None = None
    terms: SigningTerms | None = None
    lang: str = ""
    is_confirmed: bool = True
    shift: str | None = None
    consent: str = ""
    drawn: str = ""
    words: dict | None = None
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the device is told of one record; `status` is `stored` or `review`."""

    uuid: str
    status: str
    reason: str = ""


def receive(*, kiosk_id, report, records, most_an_hour, now):
    """Take in a Report and Opened records; return their Receipts in order.

    What came before gets the receipt it has. Beyond `most_an_hour` signed within one hour records are kept for review.
    """
    kiosk = locked(kiosk_id)
    _note_report(kiosk, report, bool(records), now)
    shifts = _keep_shifts(kiosk, report.shifts, records)
    receipts = _receipts(kiosk_id, [record.uuid for record in records])
    fresh = {record.uuid: record for record in records if record.uuid not in receipts}
    judged = _within_quota(kiosk_id, [_trusted(record, kiosk) for record in fresh.values()], most_an_hour)
    receipts |= _keep(kiosk, judged, shifts, now)
    return [receipts[record.uuid] for record in records]


def let_in(*, kiosk_id, record_id, opened, now):
    """Make the signature of a record in review, as an organizer has decided; return the outcome of its Fate.

    One whose person has signed already stays in review, as a duplicate.
    """
    kiosk = locked(kiosk_id)
    row = db.session.get(KioskRecord, record_id, populate_existing=True)
    if row.status == STORED:
        return NEW
    shifts = _keep_shifts(kiosk, [], [opened])
    [fate] = collect_all([_collected(opened, kiosk, shifts, now)])
    row.decided_at = now
    row.petition_id, row.shift_id = opened.petition_id, shifts.get(opened.shift)
    if fate.outcome == DUPLICATE:
        row.reason = "duplicate"
    else:
        row.status, row.reason, row.sealed = STORED, "", None
        row.signature_id, row.consent, row.drawn = fate.id, opened.consent, opened.drawn
    db.session.flush()
    return fate.outcome


def reject(*, record_ids, now):
    """Leave these records in review for good: they are no signatures, and are forgotten some time after."""
    rows = db.session.scalars(
        select(KioskRecord).where(KioskRecord.id.in_(record_ids), KioskRecord.status == REVIEW).with_for_update()
    ).all()
    for row in rows:
        row.decided_at = row.decided_at or now
    db.session.flush()
    return [row.id for row in rows]


def _note_report(kiosk, report, has_records, now):
    kiosk.last_seen_at = now
    kiosk.app, kiosk.battery = report.app, report.battery
    kiosk.waiting, kiosk.oldest_at = report.waiting, report.oldest_at
    kiosk.last_sequence = max(kiosk.last_sequence, report.last_sequence)
    if not report.waiting and not has_records:
        kiosk.emptied_at = now
    db.session.flush()


def _keep_shifts(kiosk, told, records):
    """Write the shifts that were told, and one for each record whose shift nobody has told yet; return {uuid: id}."""
    for shift in told:
        values = {**shift, "kiosk_id": kiosk.id}
        news = {name: shift[name] for name in ("tabler", "started_at", "ended_at", "tally")}
        row = insert(Shift.__table__).values(values)
        db.session.execute(row.on_conflict_do_update(index_elements=["kiosk_id", "uuid"], set_=news))
    untold = {record.shift: record.signed_at for record in records if record.shift}
    for uuid, started_at in untold.items():
        row = insert(Shift.__table__).values(uuid=uuid, kiosk_id=kiosk.id, tabler="", started_at=started_at, tally=0)
        db.session.execute(row.on_conflict_do_nothing(index_elements=["kiosk_id", "uuid"]))
    return shift_ids(kiosk.id, [*untold, *(shift["uuid"] for shift in told)])


def _receipts(kiosk_id, uuids):
    rows = db.session.execute(
        select(_table.c.uuid, _table.c.status, _table.c.reason).where(
            _table.c.kiosk_id == kiosk_id, _table.c.uuid.in_(uuids)
        )
    )
    return {row.uuid: Receipt(row.uuid, row.status, row.reason) for row in rows}


def _trusted(record, kiosk):
    """Return the record, for review where the kiosk is not trusted with it."""
    if kiosk.revoked_at:
        return replace(record, reason="revoked")
    if not record.reason and kiosk.is_expired(record.signed_at):
        return replace(record, reason="expired")
    return record


def _within_quota(kiosk_id, records, most_an_hour):
    """Return the records, for review those that are too many for their hour: no table is that busy, but a device may run wild."""
    if not records:
        return records
    counts = {}
    judged = []
    for record in records:
        hour = record.signed_at.replace(minute=0, second=0, microsecond=0)
        if hour not in counts:
            counts[hour] = _stored_in(kiosk_id, hour)
        if not record.reason and counts[hour] >= most_an_hour:
            record = replace(record, reason="quota")
        counts[hour] += not record.reason
        judged.append(record)
    return judged


def _stored_in(kiosk_id, hour):
    return db.session.scalar(
        select(func.count()).where(
            _table.c.kiosk_id == kiosk_id,
            _table.c.status == STORED,
            _table.c.signed_at >= hour,
            _table.c.signed_at < hour + HOUR,
        )
    )


def _keep(kiosk, records, shifts, now):
    """Write the signatures and the records; return {uuid: Receipt}."""
    good = [record for record in records if not record.reason]
    fates = dict(
        zip(
            (record.uuid for record in good),
            collect_all([_collected(record, kiosk, shifts, now) for record in good]),
            strict=True,
        )
    )
    rows = [_row(kiosk.id, record, fates.get(record.uuid), shifts, now) for record in records]
    insert_all(db.session.connection(), _table, rows)
    return {row["uuid"]: Receipt(row["uuid"], row["status"], row["reason"]) for row in rows}


def _collected(record, kiosk, shifts, now):
    return collected(
        terms=record.terms,
        lang=record.lang,
        now=now,
        signed_at=record.signed_at,
        evidence="in_person",
        confirmed=record.is_confirmed,
        kiosk_id=kiosk.id,
        shift_id=shifts.get(record.shift),
        event_id=kiosk.event_id,
        **record.words,
    )


def _row(kiosk_id, record, fate, shifts, now):
    is_stored = fate is not None and fate.outcome != DUPLICATE
    return {
        "kiosk_id": kiosk_id,
        "uuid": record.uuid,
        "sequence": record.sequence,
        "status": STORED if is_stored else REVIEW,
        "reason": "" if is_stored else record.reason or "duplicate",
        "received_at": now,
        "signed_at": record.signed_at,
        "claimed_at": record.claimed_at,
        "petition_id": record.petition_id,
        "signature_id": fate.id if is_stored else None,
        "shift_id": shifts.get(record.shift),
        "key": record.key,
        "sealed": None if is_stored else record.sealed,
        "consent": record.consent if is_stored else "",
        "drawn": record.drawn if is_stored else "",
    }
