"""What happens to kiosks with time: what they sent is forgotten, and their silence is told."""

from datetime import timedelta

from sqlalchemy import exists, or_, select, update

from campaign.accounts.audit import WORKER, record
from campaign.accounts.queries import organizer_by_id
from campaign.events.models import Event
from campaign.extensions import db
from campaign.kiosk import emails
from campaign.kiosk.models import DRAWN, IN_REVIEW, SILENT, Kiosk, KioskRecord
from campaign.mail.operations import enqueue_many
from campaign.petitions.models import Petition
from campaign.signatures.erasure import owners_of
from campaign.signatures.models import Signature

BATCH = 500
# So long after an event its tablets are looked for.
LOOKED_FOR = timedelta(days=2)
TOLD = "kiosks.silent"


def forget(*, now, days):
    """Erase what tablets sent and nobody needs any more; return how many records that touched.

    What was turned away goes after `days`, what waits for review once its petition's personal data has been erased, and a
    drawn signature with the signature that it belongs to.
    """
    return _forget_sealed(now - timedelta(days=days)) + _forget_drawn()


def tell_of_silence(*, now):
    """Enqueue one email to each owner of a cause about each tablet that holds signatures and is silent; return how many tablets.

    That is from the beginning of its event until LOOKED_FOR after it, and once until the tablet has reported again.
    """
    silent = db.session.scalars(
        select(Kiosk)
        .join(Event, Event.id == Kiosk.event_id)
        .where(
            *(
                Kiosk.waiting > 0,
                Kiosk.last_seen_at <= now - SILENT,
                Kiosk.silence_told_at.is_(None),
                Kiosk.revoked_at.is_(None),
            ),
            *(Event.starts_at <= now, Event.ends_at > now - LOOKED_FOR),
        )
        .with_for_update(of=Kiosk, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for kiosk in silent:
        kiosk.silence_told_at = now
        entries = [
            record(
                WORKER,
                TOLD,
                subject=("kiosk", kiosk.id),
                cause_id=kiosk.cause_id,
                details={"organizer": owner.id},
            )
            for owner in owners_of(kiosk.cause_id)
        ]
        enqueue_many(
            [
                {
                    "kind": emails.SILENT,
                    "subject_id": entry.id,
                    "lang": organizer_by_id(entry.details["organizer"]).lang,
                }
                for entry in entries
            ]
        )
    db.session.flush()
    return len(silent)


def _forget_sealed(edge):
    is_over = exists().where(
        Petition.id == KioskRecord.petition_id, Petition.retention_done_at.is_not(None)
    )
    old = (
        select(KioskRecord.id)
        .where(
            IN_REVIEW, KioskRecord.sealed.is_not(None), or_(KioskRecord.decided_at <= edge, is_over)
        )
        .limit(BATCH)
    )
    return _change(old, sealed=None)


def forget_erased(signature_ids):
    """Keep no record of the tablet from which erased signatures came, nor what was drawn."""
    of_erased = KioskRecord.signature_id.in_(signature_ids)
    db.session.execute(update(KioskRecord).where(of_erased).values(signature_id=None, drawn=""))


def _forget_drawn():
    is_there = exists().where(Signature.id == KioskRecord.signature_id, Signature.state != "erased")
    return _change(select(KioskRecord.id).where(DRAWN, ~is_there).limit(BATCH), drawn="")


def _change(ids, **values):
    done = db.session.execute(
        update(KioskRecord)
        .where(KioskRecord.id.in_(ids))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return done.rowcount
