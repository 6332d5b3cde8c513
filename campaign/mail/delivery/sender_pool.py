"""The threads that send one pass's emails to the mail server, and touch nothing else."""

import logging
import sys
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Condition, Event, Thread
from time import monotonic
from types import MappingProxyType

from campaign.mail.smtp.replies import Delivered, Refused, TryLater, Unreachable
from campaign.mail.smtp.transport import Envelope, FolderTransport, SmtpTransport

PER_CONNECTION = 5
# How many emails of a mailing one transaction marks as being sent. If the worker is killed, nobody
# knows of these whether they arrived. With one at a time, the database would slow the mailing down.
BEGUN_PER_CONNECTION = 4
# How much longer than its own time a pass waits for a mail server. RFC 5321 lets a server take ten
# minutes over a message. The other connections do not wait for it.
GRACE_SECONDS = 5
# How often a connection without work looks whether the batch is over.
WAIT_SECONDS = 0.2
NO_CONNECTIONS: Mapping[str, int] = MappingProxyType({})

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

    @property
    def domain(self) -> str:
        """The receiving domain, in lower case."""
        return self.envelope.recipient.rpartition("@")[2].lower()


class DeliveryBatch:
    """Emails shared out among connections, for at most `seconds` or until `stop` is set.

    One domain gets at most `max_per_domain` connections, including those that earlier batches use
    for it: `connections`. After a reply that it got too many emails, it gets no more of this batch.
    No email is begun once `may_send` returns False. If `begin` is given, it gets each email before
    it is sent, on the thread of `results`. At most BEGUN_PER_CONNECTION are begun at any time.

    If a connection's server fails, the connection puts its email back and gives up. The others go
    on. Afterwards `take_unsent` returns the emails that were not sent. `failure` is the reason if
    every connection gave up, else empty. If a server is slow, the batch ends without waiting for
    that email, and `late_results` gives its result later.
    """

    def __init__(
        self,
        emails: Iterable[OutgoingEmail],
        transports: Sequence[SmtpTransport | FolderTransport],
        *,
        stop: Event,
        seconds: float,
        may_send: Callable[[], bool] = lambda: True,
        max_per_domain: int = sys.maxsize,
        connections: Mapping[str, int] = NO_CONNECTIONS,
        begin: Callable[[list[OutgoingEmail]], object] | None = None,
    ) -> None:
        queue, empty = deque(emails), deque[OutgoingEmail]()
        self._needed = -(-len(queue) // PER_CONNECTION)
        # Connections take emails from `_ready`. Those in `_waiting` were not passed to `begin` yet.
        self._begin = begin
        self._ready, self._waiting = (empty, queue) if begin else (queue, empty)
        self._spare = deque(transports)
        self._used: list[SmtpTransport | FolderTransport] = []
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
        self._may_send = may_send
        self._max_per_domain = max_per_domain
        self._connections = Counter(connections)
        self._paused: set[str] = set()
        self._changed = Condition()

    @property
    def failure(self) -> str:
        """Why every connection gave up, or "" if one did not."""
        return self._failures[0] if len(self._failures) == len(self._used) else ""

    def results(
        self, seconds_to_wait: Callable[[], float]
    ) -> Generator[tuple[OutgoingEmail, Delivered | Refused | TryLater] | None, None, None]:
        """Yield (email, result) as results arrive.

        Yield None whenever `seconds_to_wait()` pass without a result.
        """
        for _ in range(self._needed):
            self._use_spare()
        try:
            while self._running and monotonic() < self._ends + GRACE_SECONDS:
                if self._results.empty():
                    self._begin_next()
                try:
                    result = self._results.get(timeout=seconds_to_wait())
                except Empty:
                    if (self._ready or self._waiting) and not self._is_over():
                        # Nothing waits behind a slow answer while a connection is free.
                        self._use_spare()
                    yield None
                    continue
                if result is None:
                    self._running -= 1
                else:
                    yield result
        finally:
            self._over.set()

    def take_unsent(self) -> tuple[list[OutgoingEmail], list[OutgoingEmail]]:
        """End the batch, and return what was not sent: what was passed to `begin`, and the rest."""
        with self._changed:
            self._over.set()
            ready, waiting = list(self._ready), list(self._waiting)
            self._ready.clear()
            self._waiting.clear()
        return (ready, waiting) if self._begin else ([], ready)

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
        return [transport for transport in self._used if self._current.get(id(transport))]

    def is_over(self) -> bool:
        """Return whether every connection has finished and every result was yielded."""
        return not self._running

    def _use_spare(self) -> None:
        if not self._spare:
            return
        transport = self._spare.popleft()
        self._used.append(transport)
        self._running += 1
        Thread(target=self._send_all, args=[transport], daemon=True).start()

    def _begin_next(self) -> None:
        """Pass emails to `begin` before connections run out of them."""
        if not self._begin or self._is_over():
            return
        with self._changed:
            takeable = sum(map(self._is_allowed, self._ready))
            in_hand = len(self._ready) + len(self.emails_in_progress())
            limit = BEGUN_PER_CONNECTION * self._running - in_hand
            chosen = self._chosen(limit) if takeable < self._running else []
        if chosen:
            self._begin(chosen)
            with self._changed:
                for email in chosen:
                    self._waiting.remove(email)
                self._ready.extend(chosen)
                self._changed.notify_all()

    def _chosen(self, count: int) -> list[OutgoingEmail]:
        """Return up to `count` emails to begin. Each domain gets its share of them."""
        in_hand = self._connections + Counter(email.domain for email in self._ready)
        chosen: list[OutgoingEmail] = []
        for email in self._waiting:
            if len(chosen) >= count:
                break
            if (
                email.domain not in self._paused
                and in_hand[email.domain] < BEGUN_PER_CONNECTION * self._max_per_domain
            ):
                chosen.append(email)
                in_hand[email.domain] += 1
        return chosen

    def _send_all(self, transport: SmtpTransport | FolderTransport) -> None:
        try:
            while email := self._take(transport):
                if not self._send_next(email, transport):
                    return
        finally:
            self._results.put(None)

    def _take(self, transport: SmtpTransport | FolderTransport) -> OutgoingEmail | None:
        """Take the next email that may be sent now, or None if there is nothing more to do.

        While all others are for domains that have enough connections, wait for one of these.
        """
        with self._changed:
            while not self._is_over():
                email = self._first_allowed(self._ready)
                if email is not None:
                    self._ready.remove(email)
                    self._current[id(transport)] = email
                    self._connections[email.domain] += 1
                    return email
                if not self._may_follow():
                    return None
                self._changed.wait(WAIT_SECONDS)
        return None

    def _first_allowed(self, emails: Iterable[OutgoingEmail]) -> OutgoingEmail | None:
        return next(filter(self._is_allowed, emails), None)

    def _is_allowed(self, email: OutgoingEmail) -> bool:
        return (
            email.domain not in self._paused
            and self._connections[email.domain] < self._max_per_domain
        )

    def _may_follow(self) -> bool:
        """Return whether a connection that has nothing to send now may have something later."""
        if any(self._current.values()):
            return bool(self._ready or self._waiting)
        return self._first_allowed(self._waiting) is not None

    def _send_next(self, email: OutgoingEmail, transport: SmtpTransport | FolderTransport) -> bool:
        """Send an email, and return whether this connection can be used again."""
        result = self._send(email, transport)
        with self._changed:
            self._current[id(transport)] = None
            self._connections[email.domain] -= 1
            if isinstance(result, Unreachable):
                self._failures.append(result.reason)
                if self._over.is_set():
                    self._results.put((email, TryLater(result.reason)))
                else:
                    self._ready.appendleft(email)
            elif isinstance(result, TryLater) and result.is_too_many:
                self._paused.add(email.domain)
            self._changed.notify_all()
        if isinstance(result, Unreachable):
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
        return (
            self._over.is_set()
            or self._stop.is_set()
            or monotonic() > self._ends
            or not self._may_send()
        )
