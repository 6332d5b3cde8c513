"""Which records of a kiosk count automatically, and which somebody must look at first."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, select

from campaign.extensions import db
from campaign.kiosk.models import KioskRecord

HOUR = timedelta(hours=1)
# The tablet itself says when something was signed, so what arrives much later counts only after review.
MAX_LATE = timedelta(days=3)


def trusted(kiosk, records, *, most_an_hour, now):
    """Return these Opened records in order, for review those with which the kiosk is not trusted, or which are too many for their hour."""
    return _within_quota(
        kiosk.id, [_by_kiosk(record, kiosk, now) for record in records], most_an_hour
    )


def _by_kiosk(record, kiosk, now):
    if not record.is_readable:
        return record
    if kiosk.revoked_at:
        return replace(record, reason="revoked")
    if record.reason:
        return record
    if kiosk.is_expired(record.signed_at):
        return replace(record, reason="expired")
    return replace(record, reason="late") if now >= kiosk.expires_at + MAX_LATE else record


def _within_quota(kiosk_id, records, most_an_hour):
    """Return the records, for review those that are too many for their hour: no table is that busy, but a device may run wild.

    Every record counts, whatever became of it: probing for other people must not get further than signing.
    """
    counts = {}
    judged = []
    for record in records:
        hour = record.signed_at.replace(minute=0, second=0, microsecond=0)
        if hour not in counts:
            counts[hour] = _came_in(kiosk_id, hour)
        if not record.reason and counts[hour] >= most_an_hour:
            record = replace(record, reason="quota")
        counts[hour] += 1
        judged.append(record)
    return judged


def _came_in(kiosk_id, hour):
    return db.session.scalar(
        select(func.count()).where(
            KioskRecord.kiosk_id == kiosk_id,
            KioskRecord.signed_at >= hour,
            KioskRecord.signed_at < hour + HOUR,
        )
    )
