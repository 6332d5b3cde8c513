"""Receive records from a tablet: each one once, with a receipt that stays true.

A batch is one transaction, which locks the kiosk's row first. So two tabs run one after the other,
and so does a retry that overtakes the first attempt. The later one finds what the first one stored.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, cast

from sqlalchemy import select

from campaign.db.upsert import insert, insert_all
from campaign.extensions import db, load_for_update
from campaign.kiosk.emails import notify_signers
from campaign.kiosk.models import Kiosk, KioskRecord, Shift
from campaign.kiosk.queries import shift_ids
from campaign.kiosk.records.key_pairs import note_key
from campaign.kiosk.records.opened import Opened
from campaign.kiosk.records.parsing import Report
from campaign.kiosk.review.quota import ReviewQuota
from campaign.kiosk.review.trust import trusted
from campaign.notices.models import NOT_RECORDED
from campaign.notices.operations import claimed_notice_id
from campaign.petitions.queries import SigningTerms
from campaign.petitions.signing_terms import notice_of_terms
from campaign.signatures.signing import accept_signatures
from campaign.signatures.signing.commands import (
    Collector,
    Evidence,
    SignatureCommand,
    SignatureResult,
    SupporterDetails,
)

STORED, REVIEW = "stored", "review"
DUPLICATE = "duplicate"

_table = KioskRecord.__table__


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the device is told about one record. `status` is `stored` or `review`."""

    uuid: str
    status: str
    reason: str = ""

    @classmethod
    def of(cls, uuid: str, status: str, reason: str) -> "Receipt":
        """Return the Receipt of a row. A repeat signature gets the same one as a first."""
        return cls(uuid, STORED) if reason == DUPLICATE else cls(uuid, status, reason)


def receive(
    *,
    kiosk_id: int,
    report: Report,
    records: Sequence[Opened],
    max_per_hour: int,
    now: datetime,
) -> list[Receipt]:
    """Store a Report and Opened records, and return their Receipts in order.

    Records that do not fit into the review quota get no receipt. Records received before get
    their existing one. More than `max_per_hour` records signed within one hour go to review.
    """
    kiosk = load_for_update(Kiosk, kiosk_id)
    shifts = store_shifts(kiosk, report.shifts, records)
    receipts = _receipts(kiosk_id, [record.uuid for record in records])
    new_records = {record.uuid: record for record in records if record.uuid not in receipts}
    checked = trusted(kiosk, new_records.values(), max_per_hour=max_per_hour, now=now)
    receipts |= _store(kiosk, checked, shifts, now)
    if key := _key_in_use(report, records):
        note_key(kiosk=kiosk, uuid=key, now=now)
    _note_report(kiosk, report, bool(records), len(receipts), now)
    return [receipts[record.uuid] for record in records if record.uuid in receipts]


def _key_in_use(report: Report, records: Sequence[Opened]) -> str:
    """Return the UUID of the key that the tablet seals to, or "" if the sync does not show it.

    Older apps do not report it. Then it is the key of their newest record.
    """
    newest = max(records, key=lambda record: record.sequence, default=None)
    return report.key or (newest.key if newest else "")


def _note_report(
    kiosk: Kiosk, report: Report, has_records: bool, settled: int, now: datetime
) -> None:
    """Store the tablet's report. `settled` of the records it counts as waiting got a receipt."""
    kiosk.last_seen_at, kiosk.silence_notified_at = now, None
    kiosk.app, kiosk.battery = report.app, report.battery
    kiosk.waiting = max(0, report.waiting - settled)
    kiosk.oldest_at = report.oldest_at if kiosk.waiting else None
    # A thief must not raise the review quota, which depends on this number, by a false report.
    if not kiosk.revoked_at:
        kiosk.last_sequence = max(kiosk.last_sequence, report.last_sequence)
    if not report.waiting and not has_records:
        kiosk.emptied_at = now
    db.session.flush()


def store_shifts(
    kiosk: Kiosk, reported: Iterable[dict[str, Any]], records: Iterable[Opened]
) -> dict[str, int]:
    """Store the reported shifts, and unreported ones that records refer to. Return {UUID: id}."""
    for shift in reported:
        values = {**shift, "kiosk_id": kiosk.id}
        changed = {name: shift[name] for name in ("tabler", "started_at", "ended_at", "tally")}
        row = insert(Shift.__table__).values(values)
        db.session.execute(
            row.on_conflict_do_update(index_elements=["kiosk_id", "uuid"], set_=changed)
        )
    unreported = {record.shift: record.signed_at for record in records if record.shift}
    for uuid, started_at in unreported.items():
        row = insert(Shift.__table__).values(
            uuid=uuid, kiosk_id=kiosk.id, tabler="", started_at=started_at, tally=0
        )
        db.session.execute(row.on_conflict_do_nothing(index_elements=["kiosk_id", "uuid"]))
    return shift_ids(kiosk.id, [*unreported, *(shift["uuid"] for shift in reported)])


def _receipts(kiosk_id: int, uuids: Collection[str]) -> dict[str, Receipt]:
    rows = db.session.execute(
        select(_table.c.uuid, _table.c.status, _table.c.reason).where(
            _table.c.kiosk_id == kiosk_id, _table.c.uuid.in_(uuids)
        )
    )
    return {row.uuid: Receipt.of(*row) for row in rows}


def _store(
    kiosk: Kiosk, records: Iterable[Opened], shifts: Mapping[str, int], now: datetime
) -> dict[str, Receipt]:
    """Store signatures and records, and return {UUID: Receipt} of those that fit into the quota."""
    quota = ReviewQuota(kiosk)
    records = [record for record in records if not record.reason or quota.accepts(record)]
    accepted = [record for record in records if not record.reason]
    notice_ids = _notice_ids(accepted)
    results = accept_signatures(
        commands=[
            signature_command(record, kiosk, shifts, now, notice_id=notice_ids[record.uuid])
            for record in accepted
        ]
    )
    notify_signers([result.signature_id for result in results if result.signature_id], now=now)
    result_of = dict(zip((record.uuid for record in accepted), results, strict=True))
    rows = [
        _row(kiosk.id, record, result_of.get(record.uuid), quota, shifts, now)
        | {"notice_id": notice_ids.get(record.uuid, NOT_RECORDED)}
        for record in records
    ]
    insert_all(db.session.connection(), _table, rows)
    return {row["uuid"]: Receipt.of(row["uuid"], row["status"], row["reason"]) for row in rows}


def _notice_ids(records: Iterable[Opened]) -> dict[str, int]:
    """Return {UUID: id of the notice shown} of records without a reason for review.

    Records of one batch mostly name the same notice, which is looked up once.
    """
    by_digest: dict[tuple[int | None, str], int] = {}
    ids = {}
    for record in records:
        key = (cast(SigningTerms, record.terms).organisation_id, record.notice)
        if key not in by_digest:
            by_digest[key] = notice_id_of(record)
        ids[record.uuid] = by_digest[key]
    return ids


def notice_id_of(record: Opened) -> int:
    """Return the id of the notice that the tablet showed, or NOT_RECORDED if it names none."""
    terms = cast(SigningTerms, record.terms)
    return claimed_notice_id(
        record.notice,
        organisation_id=terms.organisation_id,
        compose=partial(notice_of_terms, terms, record.lang),
    )


def signature_command(
    record: Opened,
    kiosk: Kiosk,
    shifts: Mapping[str, int],
    now: datetime,
    *,
    notice_id: int,
    is_reviewed: bool = False,
) -> SignatureCommand:
    """Return the command to accept the signature of an Opened record.

    `is_reviewed` means that an organizer approved it, who also learns that it is a repeat. Else the
    worker emails people who have signed before, as when they sign again on the web.
    """
    return SignatureCommand(
        terms=cast(SigningTerms, record.terms),
        supporter=cast(SupporterDetails, record.supporter),
        lang=record.lang,
        signed_at=record.signed_at,
        received_at=now,
        evidence=Evidence.IN_PERSON,
        is_confirmed=record.is_confirmed,
        is_reviewed=is_reviewed,
        held_reason=record.held_reason,
        collector=Collector(
            kiosk_id=kiosk.id,
            shift_id=shifts.get(record.shift) if record.shift else None,
            event_id=kiosk.event_id,
        ),
        notes_repeat=not is_reviewed,
        notice_id=notice_id,
    )


def _row(
    kiosk_id: int,
    record: Opened,
    result: SignatureResult | None,
    quota: ReviewQuota,
    shifts: Mapping[str, int],
    now: datetime,
) -> dict[str, Any]:
    is_stored = result is not None and result.is_new
    # A repeat signature may be dropped if the quota is full, because nothing is lost.
    stays_sealed = not is_stored and (result is None or quota.accepts(record))
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
        "signature_id": result.signature_id if result else None,
        "shift_id": shifts.get(record.shift) if record.shift else None,
        "key": record.key,
        "sealed": record.sealed if stays_sealed else None,
        "consent": record.consent if is_stored else "",
        "drawing": record.drawing if is_stored else "",
    }
