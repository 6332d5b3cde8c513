"""Watch what partners send.

A partner that sends many addresses which have already signed may be trying to learn who signed.
"""

from datetime import datetime, timedelta

from sqlalchemy import Integer, cast, delete, func, select

from campaign.accounts.audit import WORKER, record_audit_event
from campaign.api.models import ApiKey, ApiPost
from campaign.extensions import db, load_for_update
from campaign.jobs.registry import BackgroundWork

WINDOW = timedelta(days=1)
# Some repeats are normal, because petitions overlap. More than this number and this share are not.
MAX_REPEATS = 20
MAX_SHARE = 0.25

work = BackgroundWork()


@work.upkeep
def watch_keys(*, now: datetime) -> int:
    """Stop trusting keys that sent too many repeats, so that supporters must confirm again.

    Return how many keys are no longer trusted. Delete records older than WINDOW.
    """
    db.session.execute(
        delete(ApiPost)
        .where(ApiPost.at <= now - WINDOW)
        .execution_options(synchronize_session=False)
    )
    repeats = cast(func.sum(cast(ApiPost.is_repeat, Integer)), Integer)
    trusted = select(ApiKey.id).where(
        ApiKey.is_trusted, ApiKey.distrusted_at.is_(None), ApiKey.revoked_at.is_(None)
    )
    suspects = db.session.execute(
        select(ApiPost.key_id, repeats, func.count())
        .where(ApiPost.key_id.in_(trusted))
        .group_by(ApiPost.key_id)
        .having(repeats > MAX_REPEATS)
    ).all()
    return sum(
        _doubt(key_id, now)
        for key_id, repeated, posted in suspects
        if repeated > posted * MAX_SHARE
    )


def _doubt(key_id: int, now: datetime) -> int:
    key = load_for_update(ApiKey, key_id)
    if key.distrusted_at is not None:
        return 0
    key.distrusted_at = now
    record_audit_event(WORKER, "keys.doubt", subject=("api_key", key.id), cause_id=key.cause_id)
    db.session.flush()
    return 1
