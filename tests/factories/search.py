"""Update the search index as the worker does."""

from campaign.extensions import write
from campaign.process.clock import utcnow
from campaign.search.indexing import refresh


def index_now(*, now=None):
    """Update the index and return how many items were indexed."""
    total = 0
    while changed := refresh(write, now=now or utcnow()):
        total += changed
    return total
