"""Decide which records of a kiosk count automatically, and which need review first."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import func, select

from campaign.extensions import db
from campaign.kiosk.models import Kiosk, KioskRecord
from campaign.kiosk.records.opened import Opened

HOUR = timedelta(hours=1)
# Only the tablet says when something was signed, so records that arrive this late need review.
MAX_LATE = timedelta(days=3)


def trusted(
    kiosk: Kiosk, records: Iterable[Opened], *, max_per_hour: int, now: datetime
) -> list[Opened]:
    """Return these Opened records in order, with a `reason` for those that need review.

    These are records of a kiosk that is not trusted, and records beyond the hourly quota.
    """
    return _within_quota(
        kiosk.id, [_by_kiosk(record, kiosk, now) for record in records], max_per_hour
    )


def _by_kiosk(record: Opened, kiosk: Kiosk, now: datetime) -> Opened:
    if not record.is_readable:
        return record
    if kiosk.revoked_at:
        return replace(record, reason="revoked")
    if record.reason:
        return record
    if kiosk.is_expired(record.signed_at):
        return replace(record, reason="expired")
    return replace(record, reason="late") if now >= kiosk.expires_at + MAX_LATE else record


def _within_quota(kiosk_id: int, records: Iterable[Opened], max_per_hour: int) -> list[Opened]:
    """Return the records. Those beyond the quota of their hour need review.

    No table is that busy, but a device may malfunction. Every record counts, whatever its outcome,
    so that probing who has signed is limited as strictly as signing.
    """
    counts = {}
    checked = []
    for record in records:
        hour = record.signed_at.replace(minute=0, second=0, microsecond=0)
        if hour not in counts:
            counts[hour] = _came_in(kiosk_id, hour)
        is_too_many = not record.reason and counts[hour] >= max_per_hour
        checked.append(replace(record, reason="quota") if is_too_many else record)
        counts[hour] += 1
    return checked


def _came_in(kiosk_id: int, hour: datetime) -> int:
    return db.session.scalars(
        select(func.count()).where(
            KioskRecord.kiosk_id == kiosk_id,
            KioskRecord.signed_at >= hour,
            KioskRecord.signed_at < hour + HOUR,
        )
    ).one()
