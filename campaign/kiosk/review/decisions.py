"""Organizers' decisions on records in review."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from campaign.errors import CampaignError
from campaign.extensions import db, load_for_update, rows_changed
from campaign.kiosk.emails import notify_signers
from campaign.kiosk.models import IN_REVIEW, Kiosk, KioskRecord
from campaign.kiosk.records.opened import Opened
from campaign.kiosk.records.sync import (
    DUPLICATE,
    REVIEW,
    STORED,
    notice_id_of,
    signature_command,
    store_shifts,
)
from campaign.signatures.signing import accept_signatures


class AlreadyDecided(CampaignError):
    """Someone has already decided otherwise on this record."""

    status = 409


def approve(*, kiosk_id: int, record_id: int, opened: Opened, now: datetime) -> bool:
    """Approve a record in review and return whether it is a signature now.

    A record of someone who has signed before stays in review as a duplicate. Raises AlreadyDecided.
    """
    kiosk = load_for_update(Kiosk, kiosk_id)
    row = db.session.get_one(KioskRecord, record_id, populate_existing=True)
    if row.status == STORED:
        return True
    if row.decided_at is not None:
        raise AlreadyDecided(record_id)
    shifts = store_shifts(kiosk, [], [opened])
    notice_id = notice_id_of(opened)
    command = signature_command(opened, kiosk, shifts, now, notice_id=notice_id, is_reviewed=True)
    [result] = accept_signatures(commands=[command])
    row.decided_at = now
    row.petition_id = opened.petition_id
    row.shift_id = shifts.get(opened.shift) if opened.shift else None
    if result.signature_id is None:
        row.reason = DUPLICATE
    else:
        notify_signers([result.signature_id], now=now)
        row.status, row.reason, row.sealed = STORED, "", None
        row.notice_id = notice_id
        row.signature_id, row.consent, row.drawing = (
            result.signature_id,
            opened.consent,
            opened.drawing,
        )
    db.session.flush()
    return result.is_new


def reject(*, record_ids: Collection[int], now: datetime) -> list[int]:
    """Reject these records and return the ids of those that were in review.

    They never become signatures, and their content is deleted after some time.
    """
    rows = db.session.scalars(
        select(KioskRecord)
        .where(KioskRecord.id.in_(record_ids), KioskRecord.status == REVIEW)
        .with_for_update()
    ).all()
    for row in rows:
        row.decided_at = row.decided_at or now
    db.session.flush()
    return [row.id for row in rows]


def discard(*, kiosk_id: int, only_unreadable: bool, now: datetime) -> int:
    """Reject a kiosk's waiting records, or only the unreadable ones, and return how many."""
    unread = (KioskRecord.reason == "unreadable",) if only_unreadable else ()
    return _decide_all(kiosk_id, KioskRecord.decided_at.is_(None), *unread, decided_at=now)


def put_back(*, kiosk_id: int) -> int:
    """Put a kiosk's rejected records back in review if their content is kept. Return how many."""
    return _decide_all(
        kiosk_id,
        KioskRecord.decided_at.is_not(None),
        KioskRecord.sealed.is_not(None),
        decided_at=None,
    )


def _decide_all(kiosk_id: int, *conditions: Any, **values: Any) -> int:
    statement = (
        update(KioskRecord)
        .where(KioskRecord.kiosk_id == kiosk_id, IN_REVIEW, *conditions)
        .values(**values)
    )
    return rows_changed(statement)
