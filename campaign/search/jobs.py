"""Keep the search index of public pages up to date."""

from datetime import datetime

from campaign.extensions import database_now, write
from campaign.jobs.registry import BackgroundWork
from campaign.jobs.runs import WorkerContext
from campaign.process.clock import utcnow
from campaign.search import indexing
from campaign.search.indexing import CHANGES_ARE_DUE

LANGUAGES_SECONDS = 60

work = BackgroundWork()


@work.at_start
def note_differences(*, now: datetime) -> int:
    """Note what changed while no trigger could note it, in an upgrade or a restore."""
    return indexing.note_differences()


@work.periodic(when=CHANGES_ARE_DUE)
def update_index(_worker: WorkerContext) -> int:
    """Index one batch of what has changed and return how many documents changed."""
    return indexing.refresh(write, now=database_now())


@work.periodic(seconds=LANGUAGES_SECONDS)
def follow_languages(_worker: WorkerContext) -> int:
    """Note all items in new languages of the site. Return how many."""
    return write(indexing.note_differences) if indexing.has_other_languages() else 0


def index_all() -> int:
    """Bring the index up to date with all public content and return how many items were read.

    Commands call this, so that they need not wait for the worker.
    """
    total = 0
    while indexing.count_due(utcnow()):
        total += indexing.refresh(write, now=utcnow())
    return total
