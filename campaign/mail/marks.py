"""What became of claimed messages, gathered so that one transaction writes down many."""

from functools import partial
from time import monotonic

from campaign.lib.times import utcnow
from campaign.mail import operations

MOST = 25
LONGEST_SECONDS = 1.0


class Marks:
    """Outcomes that are not yet written down: at most 25, or as many as one second brings.

    Whatever a sudden death takes from here is sent once more after its lock ends. `handled` counts the
    messages, without those that were given back untried.
    """

    def __init__(self, write):
        self._write = write
        self._sent, self._released, self._others = [], [], []
        self._since = monotonic()
        self.handled = 0

    def sent(self, id):
        self._sent.append(id)
        self.handled += 1

    def released(self, id):
        self._released.append(id)

    def dropped(self, id, *, reason=""):
        self._others.append(partial(operations.drop, [id], reason=reason))
        self.handled += 1

    def put_off(self, id, *, error):
        self._others.append(partial(operations.put_off, id, error=error, now=utcnow()))
        self.handled += 1

    def waits(self, id, *, until):
        """Note that the message's address has had its emails of the day."""
        self._others.append(partial(operations.wait_until, id, until=until))
        self.handled += 1

    def refused(self, id, *, digest, reason):
        """Note that the message's address takes no mail; `digest` may be None."""
        if digest is not None:
            refuse = partial(operations.refuse_address, digest, reason=reason, now=utcnow())
            self._others.append(refuse)
        self.dropped(id, reason=reason)

    def seconds_left(self):
        """Return how long what was noted may still wait to be written down."""
        return max(0.0, self._since + LONGEST_SECONDS - monotonic())

    def write_if_due(self):
        if len(self._sent) + len(self._others) >= MOST or not self.seconds_left():
            self.write()

    def write(self):
        """Write down all that was noted, in one transaction."""
        if self._sent or self._released or self._others:
            self._write(_write_down, self._sent, self._released, self._others)
        self._sent, self._released, self._others = [], [], []
        self._since = monotonic()


def _write_down(sent, released, others):
    if sent:
        operations.mark_sent(sent, now=utcnow())
    if released:
        operations.release(released)
    for operation in others:
        operation()
