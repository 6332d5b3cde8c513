"""What is kept of kiosks no longer than it is needed."""

from datetime import timedelta

from sqlalchemy import exists, or_, select, update

from campaign.extensions import db
from campaign.kiosk.models import DRAWN, IN_REVIEW, KioskRecord
from campaign.petitions.models import Petition
from campaign.signatures.models import Signature

BATCH = 500


def forget(*, now, days):
    """Erase what tablets sent and nobody needs any more; return how many records that touched.

    What was turned away goes after `days`, what waits for review once its petition's personal data has been erased, and a
    drawn signature with the signature that it belongs to.
    """
    return _forget_sealed(now - timedelta(days=days)) + _forget_drawn()


def _forget_sealed(edge):
    is_over = exists().where(Petition.id == KioskRecord.petition_id, Petition.retention_done_at.is_not(None))
    old = (
        select(KioskRecord.id)
        .where(IN_REVIEW, KioskRecord.sealed.is_not(None), or_(KioskRecord.decided_at <= edge, is_over))
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
        update(KioskRecord).where(KioskRecord.id.in_(ids)).values(**values).execution_options(synchronize_session=False)
    )
    return done.rowcount
