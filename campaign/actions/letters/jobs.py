"""Periodic work on letters."""

from campaign.actions.letters.erasure import erase_old_texts
from campaign.extensions import write
from campaign.jobs.registry import BackgroundWork
from campaign.jobs.runs import WorkerContext
from campaign.process.clock import utcnow

ERASING_SECONDS = 60 * 60

work = BackgroundWork()


@work.periodic(seconds=ERASING_SECONDS)
def erase_texts(worker: WorkerContext) -> int:
    """Erase the texts of a batch of letters that were delivered long ago; return how many."""
    erased: int = write(erase_old_texts, now=utcnow())
    return erased
