"""Carry out changes of an email address whose time has come, and forget old ones."""

import logging

from sqlalchemy.exc import IntegrityError

from campaign.extensions import database_now, db, write
from campaign.jobs.registry import BackgroundWork
from campaign.jobs.runs import WorkerContext
from campaign.mailboxes import operations
from campaign.mailboxes.queries import due_changes

INTERVAL_SECONDS = 2
BATCH_SIZE = 50

logger = logging.getLogger("campaign.mailboxes")
work = BackgroundWork()
work.upkeep(operations.follow_notices)
work.upkeep(operations.forget_old)


@work.periodic(seconds=INTERVAL_SECONDS)
def carry_out_changes(_worker: WorkerContext) -> int:
    """Carry out each change that is due, in its own transaction, and return how many."""
    return sum(
        _carry_out(change_id) for change_id in due_changes(now=database_now(), limit=BATCH_SIZE)
    )


def _carry_out(change_id: int) -> bool:
    try:
        done: bool = write(operations.take_effect, change_id=change_id, now=database_now())
    except IntegrityError:
        # Someone signed or subscribed with the new address at this moment. The next pass sees it.
        db.session.rollback()
        logger.info("the change %s of an address is tried again", change_id)
        return False
    return done
