"""What an organizer decides on records in review."""

from sqlalchemy import select, update

from campaign.errors import CampaignError
from campaign.extensions import db
from campaign.kiosk.emails import tell_signers
from campaign.kiosk.models import IN_REVIEW, KioskRecord
from campaign.kiosk.pairing import locked
from campaign.kiosk.record_sync import REVIEW, STORED, as_collected, keep_shifts
from campaign.signatures.bulk_create import DUPLICATE, NEW, collect_all


class Decided(CampaignError):
    """Somebody has decided on this record already, and otherwise."""

    status = 409


def let_in(*, kiosk_id, record_id, opened, now):
    """Make the signature of a record in review, as an organizer has decided; return the outcome of its Fate.

    One whose person has signed already stays in review, as a duplicate. Raises Decided.
    """
    kiosk = locked(kiosk_id)
    row = db.session.get(KioskRecord, record_id, populate_existing=True)
    if row.status == STORED:
        return NEW
    if row.decided_at is not None:
        raise Decided(record_id)
    shifts = keep_shifts(kiosk, [], [opened])
    [fate] = collect_all([as_collected(opened, kiosk, shifts, now, is_reviewed=True)])
    tell_signers([fate.id] if fate.id else [], now=now)
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
        select(KioskRecord)
        .where(KioskRecord.id.in_(record_ids), KioskRecord.status == REVIEW)
        .with_for_update()
    ).all()
    for row in rows:
        row.decided_at = row.decided_at or now
    db.session.flush()
    return [row.id for row in rows]


def discard(*, kiosk_id, only_unreadable, now):
    """Reject all that waits for review of one kiosk, or what nobody can read of it; return how many."""
    unread = (KioskRecord.reason == "unreadable",) if only_unreadable else ()
    return _decide_all(kiosk_id, KioskRecord.decided_at.is_(None), *unread, decided_at=now)


def put_back(*, kiosk_id):
    """Let all that was rejected of one kiosk wait for review again, as far as it is still kept; return how many."""
    return _decide_all(
        kiosk_id,
        KioskRecord.decided_at.is_not(None),
        KioskRecord.sealed.is_not(None),
        decided_at=None,
    )


def _decide_all(kiosk_id, *here, **values):
    done = (
        update(KioskRecord)
        .where(KioskRecord.kiosk_id == kiosk_id, IN_REVIEW, *here)
        .values(**values)
    )
    return db.session.execute(done.execution_options(synchronize_session=False)).rowcount
