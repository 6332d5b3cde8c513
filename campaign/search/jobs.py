"""Keep the search index of public pages up to date."""

from campaign.extensions import database_now, write
from campaign.jobs.registry import BackgroundWork
from campaign.jobs.runs import WorkerContext
from campaign.search.indexing import refresh

INDEX_SECONDS = 1

work = BackgroundWork()


@work.periodic(seconds=INDEX_SECONDS)
def update_index(worker: WorkerContext) -> int:
    """Index one batch of what has changed; return how many documents changed."""
    return refresh(write, holder=worker.holder, now=database_now())
