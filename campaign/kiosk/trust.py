"""Which records of a kiosk count by themselves, and which somebody must look at first."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, select

from campaign.extensions import db
from campaign.kiosk.models import KioskRecord

HOUR = timedelta(hours=1)


def trusted(kiosk, records, *, most_an_hour):
    """Return these Opened records in order, for review those with which the kiosk is not trusted, or which are too many for their hour."""
    return _within_quota(kiosk.id, [_by_kiosk(record, kiosk) for record in records], most_an_hour)


def _by_kiosk(record, kiosk):
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
            KioskRecord.kiosk_id == kiosk_id,
            KioskRecord.status == "stored",
            KioskRecord.signed_at >= hour,
            KioskRecord.signed_at < hour + HOUR,
        )
    )
