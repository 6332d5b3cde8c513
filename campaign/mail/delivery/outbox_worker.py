"""Deliver due emails: claim them, render them, send them, and record the results."""

import logging
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event, Lock
from time import monotonic
from traceback import extract_tb
from types import MappingProxyType
from typing import Any, cast
from urllib.parse import urlsplit

from flask import Flask, current_app

from campaign.db.transactions import Write
from campaign.extensions import db
from campaign.jobs.operations import CLAIM_LIFETIME
from campaign.mail import operations
from campaign.mail.composition import Message, mail_from, to_mime
from campaign.mail.delivery.daily_limit import DailyLimit
from campaign.mail.delivery.domain_rates import DomainRates
from campaign.mail.delivery.result_buffer import ResultBuffer
from campaign.mail.delivery.sender_pool import DeliveryBatch, OutgoingEmail
from campaign.mail.folder import folder_of
from campaign.mail.models import ACCOUNT, BULK, LETTERS, MAX_REPORTS, PERSONAL, OutboxRow
from campaign.mail.queries import is_any_due
from campaign.mail.renderers import Loader, NotNow, Renderer, bound_kinds, loaders_of, renderers_of
from campaign.mail.smtp.replies import Delivered, Refused, TryLater
from campaign.mail.smtp.transport import Envelope, FolderTransport, SmtpTransport, transport_from
from campaign.security.rate_limits import RateLimiter
from campaign.site.settings import site_settings
from campaign.surge.state import emails_wait, work_waits

BATCH_SIZE = 500
PAUSE = timedelta(seconds=30)
# No message is begun later than this after its claim was last renewed, so that no other worker has
# claimed it.
SAFE_SECONDS = CLAIM_LIFETIME.total_seconds() - 2

MAX_PASS_SECONDS = 30
# Keep each pass short: emails to people who signed during a pass go first in the next one.
MAX_BULK_PASS_SECONDS = 2

log = logging.getLogger("campaign.mail")


def make_outbox_worker(app: Flask, write: Write) -> "OutboxWorker":
    """Return the OutboxWorker that the settings of `app` describe.

    Raises ValueError for a MAIL_URL that cannot be parsed.
    """
    settings = app.config
    url, hello = settings["MAIL_URL"], urlsplit(settings["PUBLIC_URL"]).hostname
    connections = settings["MAIL_CONNECTIONS"] if url else 1
    transports = [transport_from(url, folder_of(settings), hello=hello) for _ in range(connections)]
    limit = DailyLimit(settings, max_per_day=lambda: site_settings().max_emails_per_address_per_day)
    return OutboxWorker(
        renderers=renderers_of(app),
        transports=transports,
        write=write,
        settings=settings,
        limit=limit,
        bound_kinds=bound_kinds(app),
        loaders=loaders_of(app),
        rates=DomainRates(settings["MAIL_RATES"], RateLimiter.from_config(settings)),
    )


class OutboxWorker:
    """Delivers due emails, over one connection for each transport.

    Rendering and database access stay on the caller's thread, inside an application context.
    `write(operation, …)` runs an operation in a committed transaction. Emails of `bound_kinds` go
    to an address only as `limit`, a DailyLimit, allows. If the server accepts nothing, the worker
    waits 30 s and then tries with one message, for days if needed. These tries do not count as
    attempts of a message.
    """

    def __init__(
        self,
        *,
        renderers: Mapping[str, Renderer],
        transports: Sequence[SmtpTransport | FolderTransport],
        write: Write,
        settings: dict[str, Any],
        limit: DailyLimit | None = None,
        bound_kinds: Collection[str] = (),
        loaders: Mapping[str, Loader] = MappingProxyType({}),
        rates: DomainRates | None = None,
    ) -> None:
        self._renderers = renderers
        self._transports = transports
        self._write = write
        self._settings = settings
        self._limit = limit
        self._bound_kinds = bound_kinds
        self._loaders = loaders
        self._rates = rates
        self._buffer = ResultBuffer(write, on_written=self._let_go)
        # The messages that this worker has claimed, and when it last renewed that.
        self._held: set[int] = set()
        self._held_lock = Lock()
        self._renewed_at = 0.0
        self._paused_until: datetime | None = None
        self._unfinished: list[DeliveryBatch] = []
        self._stop = Event()

    def deliver_due(self, *, now: datetime) -> int:
        """Make one pass over at most BATCH_SIZE messages, and return how many were handled.

        A pass takes about 30 s at most. `now` is the database's time. While it runs, and while a
        slow server handles a message, `renew_claims` must be called every few seconds.
        """
        handled_before = self._buffer.handled
        try:
            # An earlier pass may have failed to write its results.
            self._buffer.write()
            transports = self._free_transports()
            # Checks both ends, so that a clock set back cannot turn the pause into hours.
            is_paused = (
                self._paused_until and self._paused_until - PAUSE <= now < self._paused_until
            )
            if transports and not is_paused:
                self._pass(transports, now)
            self._buffer.write()
        finally:
            self._hold_only_unsettled()
        return self._buffer.handled - handled_before

    def renew_claims(self) -> None:
        """Renew the claims on all messages in hand. May be called from any thread."""
        begun = monotonic()
        with self._held_lock:
            held = sorted(self._held)
        if held:
            self._write(operations.renew, held)
        self._renewed_at = begun

    def _pass(self, transports: list[SmtpTransport | FolderTransport], now: datetime) -> None:
        limit = 1 if self._paused_until else BATCH_SIZE
        begun, last_priority = monotonic(), _last_priority()
        rows: list[OutboxRow] = []
        if self._is_any_due(now, last_priority):
            rows = self._write(operations.claim, limit=limit, now=now, last_priority=last_priority)
        for row in rows:
            if row.last_error in operations.ENDED:
                log.warning("mail %d (%s): %s", row.id, row.kind, row.last_error)
        rows = [row for row in rows if row.state == "owed"]
        with self._held_lock:
            self._held.update(row.id for row in rows)
        self._renewed_at = begun
        emails = self._prepare(rows) if rows else []
        if emails:
            priority = rows[0].priority
            seconds = MAX_BULK_PASS_SECONDS if priority >= BULK else MAX_PASS_SECONDS
            batch = DeliveryBatch(
                emails,
                transports,
                stop=self._stop,
                seconds=seconds,
                may_send=self._has_claims,
                max_per_domain=self._max_connections_per_domain,
                connections=self._connections_by_domain(),
                begin=self._begin if priority == BULK else None,
            )
            self._send(batch, now)
        else:
            for transport in transports:
                transport.close_if_idle()

    @staticmethod
    def _is_any_due(now: datetime, last_priority: int) -> bool:
        # In a separate context, so that no older snapshot hides the newest emails.
        with current_app.app_context():
            return is_any_due(now, last_priority=last_priority)

    @property
    def _max_connections_per_domain(self) -> int:
        # Leave one for the other domains, however slow the servers of one domain are.
        count = len(self._transports)
        return count - 1 if count > 2 else count

    def _connections_by_domain(self) -> Counter[str]:
        """Return how many connections still wait for a slow answer, by domain."""
        return Counter(
            email.domain for batch in self._unfinished for email in batch.emails_in_progress()
        )

    def _has_claims(self) -> bool:
        return monotonic() - self._renewed_at < SAFE_SECONDS

    def _let_go(self, ids: Collection[int]) -> None:
        with self._held_lock:
            self._held.difference_update(ids)

    def _hold_only_unsettled(self) -> None:
        """Hold what is being sent or not recorded yet. Other workers may claim the rest."""
        in_progress = {
            email.envelope.id for batch in self._unfinished for email in batch.emails_in_progress()
        }
        with self._held_lock:
            self._held &= in_progress.union(self._buffer.ids)

    def _free_transports(self) -> list[SmtpTransport | FolderTransport]:
        """Record late results of slow servers, and return the transports that are free now.

        Connected ones come first, so few emails need no new connection, nor the one that failed.
        """
        for batch in self._unfinished:
            for email, result in batch.late_results():
                self._record_result(email, result)
        self._unfinished = [batch for batch in self._unfinished if not batch.is_over()]
        busy = [transport for batch in self._unfinished for transport in batch.busy_transports()]
        free = [transport for transport in self._transports if transport not in busy]
        return sorted(free, key=lambda transport: not transport.is_connected)

    def stop(self) -> None:
        """End the current pass after the messages in hand. May be called from any thread."""
        self._stop.set()

    def close(self) -> None:
        """Close the connections to the mail server."""
        for transport in self._transports:
            transport.close()

    def _prepare(self, rows: list[OutboxRow]) -> list[OutgoingEmail]:
        # In a separate context, what was read holds no memory, snapshot or connection while the
        # mail server is slow. No later pass uses it either.
        with current_app.app_context():
            messages = self._render_all(rows)
            refused = self._refused(messages)
        emails: list[OutgoingEmail] = []
        in_progress: Counter[bytes | None] = Counter()
        connections = self._connections_by_domain()
        for row, message in messages:
            is_bound = (
                self._limit is not None
                and row.kind in self._bound_kinds
                and message.digest is not None
            )
            if (row.priority, message.digest) in refused:
                self._buffer.dropped(row.id, reason=operations.ADDRESS_REFUSED)
            elif is_bound and not cast(DailyLimit, self._limit).allows_more(
                cast(bytes, message.digest), in_progress[message.digest]
            ):
                until = cast(DailyLimit, self._limit).ends_at(cast(bytes, message.digest))
                self._buffer.wait(row.id, until=until, reason=operations.DAILY_LIMIT_REACHED)
            elif envelope := self._envelope_of(row, message):
                email = OutgoingEmail(message.digest, envelope, is_bound)
                if seconds := self._seconds_to_wait(email.domain, connections):
                    self._wait_for_domain(email, seconds)
                else:
                    emails.append(email)
                    in_progress[message.digest] += is_bound
        return emails

    def _seconds_to_wait(self, domain: str, connections: Counter[str]) -> float:
        if connections[domain] >= self._max_connections_per_domain:
            return PAUSE.total_seconds()
        return self._rates.seconds_to_wait(domain) if self._rates else 0.0

    def _wait_for_domain(self, email: OutgoingEmail, seconds: float) -> None:
        self._buffer.wait_seconds(
            email.envelope.id, seconds, reason=operations.DOMAIN_LIMIT_REACHED
        )

    def _render_all(self, rows: list[OutboxRow]) -> list[tuple[OutboxRow, Message]]:
        subject_ids = defaultdict(list)
        for row in rows:
            subject_ids[row.kind].append(row.subject_id)
        # The session forgets rows that nobody refers to.
        loaded = [
            self._loaders[kind](ids) for kind, ids in subject_ids.items() if kind in self._loaders
        ]
        messages = [(row, message) for row in rows if (message := self._render(row))]
        loaded.clear()
        return messages

    def _refused(self, messages: list[tuple[OutboxRow, Message]]) -> set[tuple[int, bytes]]:
        """Return the (priority, digest) pairs that get no email."""
        digests = [message.digest for _, message in messages if message.digest is not None]
        min_reports = {ACCOUNT: MAX_REPORTS, PERSONAL: MAX_REPORTS, BULK: 1, LETTERS: 1}
        return {
            (priority, digest)
            for priority, reports in min_reports.items()
            for digest in operations.refused_among(digests, min_reports=reports)
        }

    def _render(self, row: OutboxRow) -> Message | None:
        renderer = self._renderers.get(row.kind)
        if renderer is None:
            # A newer version of the site may have queued it, and a newer worker may be about to
            # take over.
            self._buffer.reschedule(
                row.id, error=f"this version cannot render emails of the kind {row.kind}"
            )
            return None
        try:
            message = renderer(row)
        except NotNow as wait:
            self._buffer.wait_seconds(row.id, wait.seconds, reason=wait.reason)
            return None
        except Exception as error:
            db.session.rollback()
            self._note_failure(row, error)
            return None
        if message is None:
            self._buffer.dropped(row.id, reason=operations.NO_LONGER_NEEDED)
        return message

    def _envelope_of(self, row: OutboxRow, message: Message) -> Envelope | None:
        key = f"{row.kind}:{row.id}:{row.created_at.isoformat()}"
        try:
            email = to_mime(replace(message, message_key=key), self._settings)
            return Envelope(
                id=row.id,
                sender=message.return_address or mail_from(self._settings).addr_spec,
                recipient=email.recipient,
                needs_utf8=not email.recipient.isascii(),
                data=email.data,
            )
        except Exception as error:
            self._note_failure(row, error)
            return None

    def _note_failure(self, row: OutboxRow, error: Exception) -> None:
        # Log only the type and place, because the text of an error may repeat a name or an address.
        error_name, frame = type(error).__name__, extract_tb(error.__traceback__)[-1]
        log.error(
            "mail %d (%s): %s at %s:%d", row.id, row.kind, error_name, frame.filename, frame.lineno
        )
        self._buffer.reschedule(row.id, error=f"composing: {error_name}")

    def _send(self, batch: DeliveryBatch, now: datetime) -> None:
        try:
            with closing(batch.results(self._buffer.seconds_left)) as results:
                for result in results:
                    if result:
                        self._record_result(*result)
                    self._buffer.write_if_due()
        finally:
            if not batch.is_over():
                self._unfinished.append(batch)
            begun, others = batch.take_unsent()
            # Another worker would take them for sent, so they are returned even after an error.
            for email in begun:
                self._return_unsent(email)
        if self._has_claims():
            for email in others:
                self._return_unsent(email)
        self._paused_until = now + PAUSE if batch.failure else None
        if batch.failure:
            log.warning(
                "the mail server accepts no email; next attempt in %s: %s", PAUSE, batch.failure
            )

    def _begin(self, emails: list[OutgoingEmail]) -> None:
        self._buffer.write(begin=[email.envelope.id for email in emails])

    def _return_unsent(self, email: OutgoingEmail) -> None:
        if self._rates and self._rates.is_paused(email.domain):
            self._wait_for_domain(email, self._rates.seconds_to_wait(email.domain))
        else:
            self._buffer.released(email.envelope.id)

    def _record_result(self, email: OutgoingEmail, result: Delivered | Refused | TryLater) -> None:
        message_id = email.envelope.id
        if isinstance(result, Delivered):
            self._buffer.sent(message_id)
            if email.is_bound:
                cast(DailyLimit, self._limit).count(cast(bytes, email.digest))
        elif isinstance(result, Refused):
            self._buffer.refused(message_id, digest=email.digest, reason=result.reason)
        else:
            self._buffer.reschedule(message_id, error=result.reason)
            if result.is_too_many and self._rates:
                self._rates.pause(email.domain)


def _last_priority() -> int:
    """Return the last priority whose emails leave now. In a surge, others wait in the outbox."""
    if emails_wait():
        return ACCOUNT
    return PERSONAL if work_waits() else LETTERS
