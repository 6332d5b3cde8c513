"""The threads that send one pass's emails to the mail server, and touch nothing else."""

import logging
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
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
class OutgoingEmail:
    """An email being sent.

    `digest` is the digest of its address, or None. `is_bound` is true if it counts towards the
    daily limit.
    """

    digest: bytes | None
    envelope: Envelope
    is_bound: bool = False


class DeliveryBatch:
    """Emails shared out among connections, for at most `seconds` or until `stop` is set.

    If a connection's server fails, the connection puts its email back and gives up. The others go
    on. Afterwards `unsent` holds the others. `failure` is the reason if every connection gave
    up, else empty. If a server is slow, the batch ends without waiting for that email, and
    `late_results` gives its result later.
    """

    def __init__(
        self,
        emails: Iterable[OutgoingEmail],
        transports: Sequence[SmtpTransport | FolderTransport],
        *,
        stop: Event,
        seconds: float,
    ) -> None:
        self.unsent = deque(emails)
        needed = -(-len(self.unsent) // PER_CONNECTION)
        self._transports = transports[:needed]
        self._stop = stop
        self._ends = monotonic() + seconds
        self._over = Event()
        self._results: SimpleQueue[tuple[OutgoingEmail, Delivered | Refused | TryLater] | None] = (
            SimpleQueue()
        )
        self._bad_addresses: set[bytes] = set()
        self._failures: list[str] = []
        self._current: dict[int, OutgoingEmail | None] = {}
        self._running = 0

    @property
    def failure(self) -> str:
        """Why every connection gave up, or "" if one did not."""
        return self._failures[0] if len(self._failures) == len(self._transports) else ""

    def results(
        self, seconds_to_wait: Callable[[], float]
    ) -> Generator[tuple[OutgoingEmail, Delivered | Refused | TryLater] | None, None, None]:
        """Yield (email, result) as results arrive.

        Yield None whenever `seconds_to_wait()` pass without a result.
        """
        threads = [
            Thread(target=self._send_all, args=[transport], daemon=True)
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

    def late_results(self) -> Iterator[tuple[OutgoingEmail, Delivered | Refused | TryLater]]:
        """Yield (email, result) for emails a server has answered since the batch ended."""
        while self._running:
            try:
                result = self._results.get_nowait()
            except Empty:
                return
            if result is None:
                self._running -= 1
            else:
                yield result

    def emails_in_progress(self) -> list[OutgoingEmail]:
        """Return the emails that servers are still handling."""
        return [email for email in self._current.values() if email]

    def busy_transports(self) -> list[SmtpTransport | FolderTransport]:
        """Return the transports whose server is still handling an email."""
        return [transport for transport in self._transports if self._current.get(id(transport))]

    def is_over(self) -> bool:
        """Return whether every connection has finished and every result was yielded."""
        return not self._running

    def _send_all(self, transport: SmtpTransport | FolderTransport) -> None:
        try:
            while self.unsent and not self._is_over():
                if not self._send_next(transport):
                    return
        except IndexError:
            # Another thread took the last email just before us.
            pass
        finally:
            self._results.put(None)

    def _send_next(self, transport: SmtpTransport | FolderTransport) -> bool:
        """Send the next email, and return whether this connection can go on."""
        email = self.unsent.popleft()
        self._current[id(transport)] = email
        try:
            result = self._send(email, transport)
        finally:
            self._current[id(transport)] = None
        if isinstance(result, Unreachable):
            self.unsent.appendleft(email)
            self._failures.append(result.reason)
            return False
        self._results.put((email, result))
        if isinstance(result, TryLater) and result.server_unavailable:
            self._failures.append(result.reason)
            return False
        return True

    def _send(
        self, email: OutgoingEmail, transport: SmtpTransport | FolderTransport
    ) -> Delivered | Refused | TryLater | Unreachable:
        if email.digest in self._bad_addresses:
            return Refused("refused just before")
        try:
            result = transport.send(email.envelope)
        except Exception as error:
            log.exception("email %d could not be passed to the mail server", email.envelope.id)
            return TryLater(type(error).__name__)
        if isinstance(result, Refused) and email.digest is not None:
            self._bad_addresses.add(email.digest)
        return result

    def _is_over(self) -> bool:
        return self._over.is_set() or self._stop.is_set() or monotonic() > self._ends
