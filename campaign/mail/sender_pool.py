"""The threads that send one pass's emails to the mail server, and touch nothing else."""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Event, Thread
from time import monotonic

from campaign.mail.smtp_replies import Delivered, Refused, TryLater, Unreachable
from campaign.mail.transport import Envelope, FolderTransport, SmtpTransport

PER_CONNECTION = 5
# How much longer than its own time a pass waits for a mail server. RFC 5321 lets a server take ten
# minutes over a message; the other connections do not wait for it.
GRACE_SECONDS = 5

log = logging.getLogger("campaign.mail")


@dataclass(frozen=True)
class Letter:
    """An email being sent.

    `digest` is the digest of its address, or None. `is_bound` is true if it counts towards the
    daily limit.
    """

    digest: bytes | None
    envelope: Envelope
    is_bound: bool = False


class Round:
    """Emails shared out among connections, for at most `seconds` or until `stop` is set.

    If a connection's server fails, the connection puts its email back and gives up. The others go
    on. Afterwards `left` holds the unsent emails. `trouble` is the reason if every connection gave
    up, else empty. If a server is slow, the round ends without waiting for that email, and
    `late_results` gives its result later.
    """

    def __init__(
        self,
        letters: Iterable[Letter],
        transports: Sequence[SmtpTransport | FolderTransport],
        *,
        stop: Event,
        seconds: float,
    ) -> None:
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
    def trouble(self) -> str:
        return self._troubles[0] if len(self._troubles) == len(self._transports) else ""

    def results(
        self, seconds_to_wait: Callable[[], float]
    ) -> Iterator[tuple[Letter, Delivered | Refused | TryLater] | None]:
        """Yield (email, result) as results arrive.

        Yield None whenever `seconds_to_wait()` pass without a result.
        """
        threads = [
            Thread(target=self._carry, args=[transport], daemon=True)
            for transport in self._transports
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

    def late_results(self) -> Iterator[tuple[Letter, Delivered | Refused | TryLater]]:
        """Yield (email, result) for emails a server has answered since the round ended."""
        while self._running:
            try:
                result = self._results.get_nowait()
            except Empty:
                return
            if result is None:
                self._running -= 1
            else:
                yield result

    def letters_in_hand(self) -> list[Letter]:
        """Return the emails that servers are still handling."""
        return [letter for letter in self._in_hand.values() if letter]

    def busy_transports(self) -> list[SmtpTransport | FolderTransport]:
        """Return the transports whose server is still handling an email."""
        return [transport for transport in self._transports if self._in_hand.get(id(transport))]

    def is_over(self) -> bool:
        """Return whether every connection has finished and every result was yielded."""
        return not self._running

    def _carry(self, transport: SmtpTransport | FolderTransport) -> None:
        try:
            while self.left and not self._is_over():
                if not self._carry_one(transport):
                    return
        except IndexError:
            # Another thread took the last email just before us.
            pass
        finally:
            self._results.put(None)

    def _carry_one(self, transport: SmtpTransport | FolderTransport) -> bool:
        """Send the next email, and return whether this connection can go on."""
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

    def _hand_over(
        self, letter: Letter, transport: SmtpTransport | FolderTransport
    ) -> Delivered | Refused | TryLater | Unreachable:
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

    def _is_over(self) -> bool:
        return self._over.is_set() or self._stop.is_set() or monotonic() > self._ends
