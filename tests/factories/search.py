"""The index of search, brought in step as the worker does it."""

from campaign.extensions import write
from campaign.process.clock import utcnow
from campaign.search.indexing import refresh


def index_now(*, holder="test", now=None):
    """Bring the index in step; return how many documents changed."""
    total = 0
    while changed := refresh(write, holder=holder, now=now or utcnow()):
        total += changed
    return total
