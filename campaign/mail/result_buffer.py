"""What became of claimed messages, gathered so that one transaction writes down many."""

from time import monotonic

from campaign.extensions import database_now
from campaign.mail import operations

MAX_RESULTS = 25
MAX_SECONDS = 1.0


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
        self._others.append(lambda now: operations.drop([id], reason=reason))
        self.handled += 1

    def reschedule(self, id, *, error):
        self._others.append(lambda now: operations.reschedule(id, error=error, now=now))
        self.handled += 1

    def waits(self, id, *, until):
        """Note that the message's address has had its emails of the day."""
        self._others.append(lambda now: operations.wait_until(id, until=until))
        self.handled += 1

    def refused(self, id, *, digest, reason):
        """Note that the message's address takes no mail; `digest` may be None."""
        if digest is not None:
            self._others.append(
                lambda now: operations.refuse_address(digest, reason=reason, now=now)
            )
        self.dropped(id, reason=reason)

    def seconds_left(self):
        """Return how long what was noted may still wait to be written down."""
        return max(0.0, self._since + MAX_SECONDS - monotonic())

    def write_if_due(self):
        if len(self._sent) + len(self._others) >= MAX_RESULTS or not self.seconds_left():
            self.write()

    def write(self):
        """Write down all that was noted, in one transaction."""
        if self._sent or self._released or self._others:
            # Asked before the transaction, which holds a connection of its own.
            self._write(_write_down, self._sent, self._released, self._others, now=database_now())
        self._sent, self._released, self._others = [], [], []
        self._since = monotonic()


def _write_down(sent, released, others, *, now):
    if sent:
        operations.mark_sent(sent, now=now)
    if released:
        operations.release(released)
    for operation in others:
        operation(now)
