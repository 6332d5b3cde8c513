"""Delete expired account data."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete

from campaign.accounts.models import KnownDevice, OrganizerSession, SpentChallenge
from campaign.accounts.sessions import DEVICE_LIFETIME, MAX_IDLE
from campaign.extensions import db
from campaign.jobs.registry import BackgroundWork

work = BackgroundWork()


@work.upkeep
def forget_sessions(*, now: datetime) -> int:
    """Delete ended sessions, devices unused for a year and old challenges, and return how many.

    A challenge is deleted once it is too old to be answered.
    """
    ended = (OrganizerSession.expires_at <= now) | (OrganizerSession.seen_at <= now - MAX_IDLE)
    statements = (
        delete(OrganizerSession).where(ended),
        delete(KnownDevice).where(KnownDevice.seen_at <= now - DEVICE_LIFETIME),
        delete(SpentChallenge).where(SpentChallenge.expires_at <= now),
    )
    return sum(
        cast(
            CursorResult[Any],
            db.session.execute(statement.execution_options(synchronize_session=False)),
        ).rowcount
        for statement in statements
    )
