"""An outbox worker connected to mail servers that the test chooses."""

from contextlib import contextmanager

from campaign.extensions import write
from campaign.mail.delivery.outbox_worker import OutboxWorker
from campaign.mail.smtp.transport import transport_from
from campaign.process.clock import utcnow
from tests.mail.messages import KIND, SETTINGS, render_message


@contextmanager
def worker_to(*urls, renderers=None, loaders=None, rates=None, write=write, timeout=5.0):
    """Yield an OutboxWorker with one connection to each of `urls`."""
    transports = [transport_from(url, None, timeout=timeout, data_timeout=timeout) for url in urls]
    outbox_worker = OutboxWorker(
        renderers=renderers or {KIND: render_message},
        loaders=loaders or {},
        rates=rates,
        transports=transports,
        write=write,
        settings=SETTINGS,
    )
    yield outbox_worker
    outbox_worker.close()


def deliver_within(app, outbox_worker):
    """Make one pass in a thread, which has no application context yet."""
    with app.app_context():
        outbox_worker.deliver_due(now=utcnow())
