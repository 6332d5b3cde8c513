"""The threads that carry one pass's letters to the mail server; they touch nothing else."""

import logging
from collections import deque
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Event, Thread
from time import monotonic

from campaign.mail.smtp_replies import Refused, TryLater, Unreachable
from campaign.mail.transport import Envelope

PER_CONNECTION = 5
# How much longer than its own time a pass waits for a mail server. RFC 5321 lets a server think about a message for ten
# minutes; the other connections do not wait for it.
GRACE_SECONDS = 5

log = logging.getLogger("campaign.mail")


@dataclass(frozen=True)
class Letter:
    """A message on its way; `digest` is that of its address, or None. `is_bound` is true where the limit of the day counts it."""

    digest: bytes | None
    envelope: Envelope
    is_bound: bool = False


class Round:
    """Letters shared out among connections, for `seconds` at most or until `stop` is set.

    A connection whose server fails it puts its letter back and gives up; the others go on. Afterwards `left` holds the
    letters nobody carried, and `trouble` says why if every connection gave up, else it is empty. Where a server takes its
    time over a letter, the round ends without it: `late_results` has what becomes of it.
    """

    def __init__(self, letters, transports, *, stop, seconds):
        self.left = deque(letters)
        needed = -(-len(self.left) // PER_CONNECTION)
        self._transports = transports[:needed]
        self._stop = stop
        self._ends = monotonic() + seconds
        self._over = Event()
        self._results = SimpleQueue()
        self._bad_addresses = set()
        self._troubles = []
        self._in_hand = {}
        self._running = 0

    @property
    def trouble(self):
        return self._troubles[0] if len(self._troubles) == len(self._transports) else ""

    def results(self, seconds_to_wait):
        """Yield (letter, fact) as they come, and None whenever `seconds_to_wait()` have passed without one."""
        threads = [
            Thread(target=self._carry, args=[each], daemon=True) for each in self._transports
        ]
        for thread in threads:
            thread.start()
        self._running = len(threads)
        try:
            while self._running and monotonic() < self._ends + GRACE_SECONDS:
                try:
                    result = self._results.get(timeout=seconds_to_wait())
                except Empty:
                    yield None
                    continue
                if result is None:
                    self._running -= 1
                else:
                    yield result
        finally:
            self._over.set()

    def late_results(self):
        """Yield (letter, fact) of letters that were still in a server's hands when the round ended, as far as it has answered."""
        while self._running:
            try:
                result = self._results.get_nowait()
            except Empty:
                return
            if result is None:
                self._running -= 1
            else:
                yield result

    def letters_in_hand(self):
        """Return the letters that servers still think about."""
        return [letter for letter in self._in_hand.values() if letter]

    def busy_transports(self):
        """Return the transports whose server still thinks about a letter."""
        return [transport for transport in self._transports if self._in_hand.get(id(transport))]

    def is_over(self):
        """Return whether every connection has ended its work, and every result was given out."""
        return not self._running

    def _carry(self, transport):
        try:
            while self.left and not self._is_over():
                if not self._carry_one(transport):
                    return
        except IndexError:
            # Another thread took the last letter just before us.
            pass
        finally:
            self._results.put(None)

    def _carry_one(self, transport):
        """Carry the next letter; return whether this connection can go on."""
        letter = self.left.popleft()
        self._in_hand[id(transport)] = letter
        try:
            fact = self._hand_over(letter, transport)
        finally:
            self._in_hand[id(transport)] = None
        if isinstance(fact, Unreachable):
            self.left.appendleft(letter)
            self._troubles.append(fact.reason)
            return False
        self._results.put((letter, fact))
        if isinstance(fact, TryLater) and fact.server_ails:
            self._troubles.append(fact.reason)
            return False
        return True

    def _hand_over(self, letter, transport):
        if letter.digest in self._bad_addresses:
            return Refused("refused just before")
        try:
            fact = transport.send(letter.envelope)
        except Exception as error:
            log.exception("message %d could not be handed over", letter.envelope.id)
            return TryLater(type(error).__name__)
        if isinstance(fact, Refused) and letter.digest is not None:
            self._bad_addresses.add(letter.digest)
        return fact

    def _is_over(self):
        return self._over.is_set() or self._stop.is_set() or monotonic() > self._ends
