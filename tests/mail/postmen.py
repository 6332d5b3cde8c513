"""A postman connected to mail servers that the test chooses."""

from contextlib import contextmanager

from campaign.extensions import write
from campaign.mail.delivery import OutboxWorker
from campaign.mail.transport import transport_from
from tests.mail.letters import KIND, SETTINGS, word


@contextmanager
def postman_to(*urls, composers=None, write=write, timeout=5.0):
    """Yield a postman with one connection to each of `urls`."""
    transports = [transport_from(url, None, timeout=timeout, data_timeout=timeout) for url in urls]
    postman = OutboxWorker(
        composers=composers or {KIND: word}, transports=transports, write=write, settings=SETTINGS
    )
    yield postman
    postman.close()
