"""Taking in what a tablet sends: each record once, with a receipt that is true for ever.

A batch is one transaction. The kiosk's own row is locked first, so that two tabs or a retry that overtakes its first try
come one after the other, and the later finds what the earlier has written.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from campaign.db.bulk import insert_all
from campaign.db.insertion import insert
from campaign.extensions import db
from campaign.kiosk.emails import tell_signers
from campaign.kiosk.models import KioskRecord, Shift
from campaign.kiosk.pairing import locked
from campaign.kiosk.queries import shift_ids
from campaign.kiosk.review_quota import Room
from campaign.kiosk.trust import trusted
from campaign.petitions.queries import SigningTerms
from campaign.signatures.bulk_create import DUPLICATE, collect_all, collected
from campaign.signatures.name_display import waiting_for_confirmation
from campaign.signatures.repeats import note_repeats, unvouched

STORED, REVIEW = "stored", "review"

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
    is_readable: bool = True


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the device is told of one record; `status` is `stored` or `review`."""

    uuid: str
    status: str
    reason: str = ""

    @classmethod
    def of(cls, uuid, status, reason):
        """Return the Receipt of a row: someone who has signed before gets the same one as someone who has not."""
        return cls(uuid, STORED) if reason == DUPLICATE else cls(uuid, status, reason)


def receive(*, kiosk_id, report, records, most_an_hour, now):
    """Take in a Report and Opened records; return their Receipts in order, without those for which there is no room.

    What came before gets the receipt it has. Beyond `most_an_hour` signed within one hour records are kept for review.
    """
    kiosk = locked(kiosk_id)
    shifts = keep_shifts(kiosk, report.shifts, records)
    receipts = _receipts(kiosk_id, [record.uuid for record in records])
    fresh = {record.uuid: record for record in records if record.uuid not in receipts}
    judged = trusted(kiosk, fresh.values(), most_an_hour=most_an_hour, now=now)
    receipts |= _keep(kiosk, judged, shifts, now)
    _note_report(kiosk, report, bool(records), len(receipts), now)
    return [receipts[record.uuid] for record in records if record.uuid in receipts]


def _note_report(kiosk, report, has_records, settled, now):
    """Store the state that the tablet reports; `settled` of the records it counts as waiting got a receipt."""
    kiosk.last_seen_at, kiosk.silence_told_at = now, None
    kiosk.app, kiosk.battery = report.app, report.battery
    kiosk.waiting = max(0, report.waiting - settled)
    kiosk.oldest_at = report.oldest_at if kiosk.waiting else None
    # What a thief says must not make room for what a thief sends.
    if not kiosk.revoked_at:
        kiosk.last_sequence = max(kiosk.last_sequence, report.last_sequence)
    if not report.waiting and not has_records:
        kiosk.emptied_at = now
    db.session.flush()


def keep_shifts(kiosk, told, records):
    """Write the shifts that were told, and one for each record whose shift nobody has told yet; return {uuid: id}."""
    for shift in told:
        values = {**shift, "kiosk_id": kiosk.id}
        news = {name: shift[name] for name in ("tabler", "started_at", "ended_at", "tally")}
        row = insert(Shift.__table__).values(values)
        db.session.execute(
            row.on_conflict_do_update(index_elements=["kiosk_id", "uuid"], set_=news)
        )
    untold = {record.shift: record.signed_at for record in records if record.shift}
    for uuid, started_at in untold.items():
        row = insert(Shift.__table__).values(
            uuid=uuid, kiosk_id=kiosk.id, tabler="", started_at=started_at, tally=0
        )
        db.session.execute(row.on_conflict_do_nothing(index_elements=["kiosk_id", "uuid"]))
    return shift_ids(kiosk.id, [*untold, *(shift["uuid"] for shift in told)])


def _receipts(kiosk_id, uuids):
    rows = db.session.execute(
        select(_table.c.uuid, _table.c.status, _table.c.reason).where(
            _table.c.kiosk_id == kiosk_id, _table.c.uuid.in_(uuids)
        )
    )
    return {row.uuid: Receipt.of(*row) for row in rows}


def _keep(kiosk, records, shifts, now):
    """Write the signatures and the records; return {uuid: Receipt} of those for which there is room."""
    room = Room(kiosk)
    records = [record for record in records if not record.reason or room.takes(record)]
    good = [record for record in records if not record.reason]
    signatures = [as_collected(record, kiosk, shifts, now) for record in good]
    fates = collect_all(signatures)
    tell_signers([fate.id for fate in fates if fate.id], now=now)
    _note_repeats(
        [
            each.columns
            for each, fate in zip(signatures, fates, strict=True)
            if fate.outcome == DUPLICATE
        ]
    )
    fate_of = dict(zip((record.uuid for record in good), fates, strict=True))
    rows = [
        _row(kiosk.id, record, fate_of.get(record.uuid), room, shifts, now) for record in records
    ]
    insert_all(db.session.connection(), _table, rows)
    return {row["uuid"]: Receipt.of(row["uuid"], row["status"], row["reason"]) for row in rows}


def _note_repeats(columns):
    """Let the worker write to those who have signed already, as it does for those who sign again on the web."""
    if known := [_by_themselves(each) for each in columns if each["email_digest"]]:
        note_repeats(known)


def _by_themselves(columns):
    """Return the columns as if the person had signed on the web: where these come to count, an email confirms them whole."""
    display = columns["name_display_asked"] or columns["name_display"]
    return {**unvouched(columns), "name_display": display, "name_display_asked": ""}


def as_collected(record, kiosk, shifts, now, *, is_reviewed=False):
    """Return the signature that an Opened record is to become, as `collect_all` takes it.

    A full name waits for its owner, unless their email confirms the signature anyway or an organizer has looked at it.
    """
    words = (
        record.words
        if is_reviewed or not record.is_confirmed
        else waiting_for_confirmation(record.words)
    )
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
        **words,
    )


def _row(kiosk_id, record, fate, room, shifts, now):
    is_stored = fate is not None and fate.outcome != DUPLICATE
    # Of someone who has signed already nothing is lost where there is no room.
    is_kept = not is_stored and (fate is None or room.takes(record))
    return {
        "kiosk_id": kiosk_id,
        "uuid": record.uuid,
        "sequence": record.sequence,
        "status": STORED if is_stored else REVIEW,
        "reason": "" if is_stored else record.reason or DUPLICATE,
        "received_at": now,
        "signed_at": record.signed_at,
        "claimed_at": record.claimed_at,
        "petition_id": record.petition_id,
        "signature_id": fate.id if is_stored else None,
        "shift_id": shifts.get(record.shift),
        "key": record.key,
        "sealed": record.sealed if is_kept else None,
        "consent": record.consent if is_stored else "",
        "drawn": record.drawn if is_stored else "",
    }
