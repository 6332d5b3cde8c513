"""Delivery of the outbox, and its upkeep."""

from collections.abc import Callable

from campaign.extensions import database_now, write
from campaign.jobs.registry import BackgroundWork
from campaign.jobs.runs import WorkerContext
from campaign.mail.delivery.outbox_worker import make_outbox_worker
from campaign.mail.operations import sweep
from campaign.mail.queries import EMAILS_ARE_DUE

# A pass also closes connections, and takes the results of slow servers.
PASS_SECONDS = 1

work = BackgroundWork()
work.upkeep(sweep)


@work.loop(seconds=PASS_SECONDS, when=EMAILS_ARE_DUE)
def deliver(worker: WorkerContext) -> Callable[[], int]:
    """Return the pass that delivers due emails, over connections that stay open between passes."""
    outbox = make_outbox_worker(worker.app, write)
    worker.on_stop.append(outbox.stop)
    worker.on_heartbeat.append(outbox.renew_claims)
    return lambda: outbox.deliver_due(now=database_now())
