"""Upkeep of kiosks: delete old data, and alert owners to silent tablets."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, or_, select, update

from campaign.accounts.alerts import tell_owners
from campaign.events.models import Event
from campaign.extensions import db, rows_changed
from campaign.jobs.registry import BackgroundWork
from campaign.kiosk import emails
from campaign.kiosk.models import HAS_DRAWING, IN_REVIEW, SILENT_AFTER, Kiosk, KioskRecord
from campaign.petitions.models import Petition
from campaign.signatures.models import Signature
from campaign.site.settings import site_settings

BATCH_SIZE = 500
# We look for silent tablets until this long after their event.
ALERT_PERIOD = timedelta(days=2)
SILENT_ACTION = "kiosks.silent"

work = BackgroundWork()


@work.upkeep
def forget_old(*, now: datetime) -> int:
    """Erase data from tablets after the days that the settings say."""
    return forget(now=now, days=site_settings().erase_pending_days)


def forget(*, now: datetime, days: int) -> int:
    """Erase data from tablets that is no longer needed and return the number of records changed.

    The content of decided records is erased after `days`, and that of undecided ones with the
    personal data of their petition. A drawn signature is erased with its signature.
    """
    return _forget_sealed(now - timedelta(days=days)) + _forget_drawn()


@work.upkeep
def alert_silent_kiosks(*, now: datetime) -> int:
    """Enqueue an email to each owner of a cause about each silent tablet that holds signatures.

    Return the number of tablets. We alert from the start of the event until ALERT_PERIOD after its
    end, and only once until the tablet has reported again.
    """
    silent = db.session.scalars(
        select(Kiosk)
        .join(Event, Event.id == Kiosk.event_id)
        .where(
            *(
                Kiosk.waiting > 0,
                Kiosk.last_seen_at <= now - SILENT_AFTER,
                Kiosk.silence_notified_at.is_(None),
                Kiosk.revoked_at.is_(None),
            ),
            *(Event.starts_at <= now, Event.ends_at > now - ALERT_PERIOD),
        )
        .with_for_update(of=Kiosk, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for kiosk in silent:
        kiosk.silence_notified_at = now
        tell_owners(
            emails.SILENT, SILENT_ACTION, subject=("kiosk", kiosk.id), cause_id=kiosk.cause_id
        )
    db.session.flush()
    return len(silent)


def _forget_sealed(edge: datetime) -> int:
    is_over = exists().where(
        Petition.id == KioskRecord.petition_id, Petition.retention_done_at.is_not(None)
    )
    old = (
        select(KioskRecord.id)
        .where(
            IN_REVIEW, KioskRecord.sealed.is_not(None), or_(KioskRecord.decided_at <= edge, is_over)
        )
        .limit(BATCH_SIZE)
    )
    return _change(old, sealed=None)


def forget_erased(signature_ids: Iterable[int]) -> None:
    """Remove the links from tablet records to erased signatures, and what was drawn."""
    of_erased = KioskRecord.signature_id.in_(signature_ids)
    db.session.execute(update(KioskRecord).where(of_erased).values(signature_id=None, drawing=""))


def _forget_drawn() -> int:
    is_there = exists().where(Signature.id == KioskRecord.signature_id, Signature.state != "erased")
    return _change(
        select(KioskRecord.id).where(HAS_DRAWING, ~is_there).limit(BATCH_SIZE), drawing=""
    )


def _change(ids: Any, **values: Any) -> int:
    return rows_changed(update(KioskRecord).where(KioskRecord.id.in_(ids)).values(**values))
