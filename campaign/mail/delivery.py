"""Deliver due emails: claim them, compose them, send them, and record the results."""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event
from traceback import extract_tb
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import Row

from campaign.extensions import db
from campaign.mail import operations
from campaign.mail.composition import Message, sender, to_email
from campaign.mail.daily_limit import DailyLimit
from campaign.mail.folder import folder_of
from campaign.mail.models import BULK, MAX_REPORTS, PERSONAL
from campaign.mail.result_buffer import ResultBuffer
from campaign.mail.sender_pool import Letter, Round
from campaign.mail.smtp_replies import Delivered, Refused, TryLater
from campaign.mail.transport import Envelope, FolderTransport, SmtpTransport, transport_from

BATCH = 100
REST = timedelta(seconds=30)

# Far below the two-minute lock of a claim, so that no other worker claims a message we are about to
# send.
MAX_PASS_SECONDS = 30
# Kept short, because someone may sign during the pass, and the email they wait for goes first.
MAX_BULK_PASS_SECONDS = 2

log = logging.getLogger("campaign.mail")


def register(
    app: Flask,
    kind: str,
    composer: Callable[[Row], Message | None],
    name: str = "",
    *,
    is_bound: bool = False,
) -> None:
    """Let `composer` write the emails of `kind`.

    It gets the outbox row and returns a Message, or None if the email is no longer needed. It only
    reads: its changes are rolled back. `name` says in a few words what the email does, for people
    who read a list of emails. Set `is_bound` for emails that anyone who knows an address can cause.
    Those count towards the daily limit.
    """
    composers_of(app)[kind] = composer
    names_of(app)[kind] = name
    if is_bound:
        bound_kinds(app).add(kind)


def composers_of(app: Flask) -> dict[str, Callable[[Row], Message | None]]:
    """Return the composers of `app`, by kind of email."""
    return app.extensions.setdefault("mail_composers", {})


def bound_kinds(app: Flask) -> set[str]:
    """Return the kinds of email of `app` that count towards the daily limit."""
    return app.extensions.setdefault("mail_bound_kinds", set())


def names_of(app: Flask) -> dict[str, str]:
    """Return what each kind of email of `app` does, in a few words."""
    return app.extensions.setdefault("mail_names", {})


def make_outbox_worker(app: Flask, write: Callable[..., Any]) -> "OutboxWorker":
    """Return the OutboxWorker that the settings of `app` describe.

    Raises ValueError for a MAIL_URL that cannot be parsed.
    """
    settings = app.config
    url, hello = settings["MAIL_URL"], urlsplit(settings["PUBLIC_URL"]).hostname
    connections = settings["MAIL_CONNECTIONS"] if url else 1
    transports = [transport_from(url, folder_of(settings), hello=hello) for _ in range(connections)]
    limit = DailyLimit(settings)
    return OutboxWorker(
        composers=composers_of(app),
        transports=transports,
        write=write,
        settings=settings,
        limit=limit,
        bound_kinds=bound_kinds(app),
    )


class OutboxWorker:
    """Delivers due emails, over one connection for each transport.

    Composing and database access stay on the caller's thread, inside an application context.
    `write(operation, …)` runs an operation in a committed transaction. Emails of `bound_kinds` go
    to an address only as `limit`, a DailyLimit, allows. If the server accepts nothing, the worker
    waits 30 s and then tries with one message, for days if needed. These tries do not count as
    attempts of a message.
    """

    def __init__(
        self,
        *,
        composers: dict[str, Callable[[Row], Message | None]],
        transports: Sequence[SmtpTransport | FolderTransport],
        write: Callable[..., Any],
        settings: dict[str, Any],
        limit: DailyLimit | None = None,
        bound_kinds: Collection[str] = (),
    ) -> None:
        self._composers = composers
        self._transports = transports
        self._write = write
        self._settings = settings
        self._limit = limit
        self._bound_kinds = bound_kinds
        self._rests_until = None
        self._late = []
        self._stop = Event()

    def deliver_due(self, *, now: datetime) -> int:
        """Make one pass over at most 100 messages, and return how many were handled.

        A pass takes about 30 s at most. `now` is the database's time.
        """
        marks = ResultBuffer(self._write)
        transports = self._free_transports(marks, now)
        # Checks both ends, so that a clock set back cannot turn the rest into hours.
        rests = self._rests_until and self._rests_until - REST <= now < self._rests_until
        if transports and not rests:
            self._pass(transports, marks, now)
        marks.write()
        return marks.handled

    def _pass(
        self, transports: list[SmtpTransport | FolderTransport], marks: ResultBuffer, now: datetime
    ) -> None:
        limit = 1 if self._rests_until else BATCH
        owed = self._write(operations.claim, limit=limit, now=now)
        letters = self._compose(owed, marks) if owed else []
        if letters:
            seconds = MAX_BULK_PASS_SECONDS if owed[0].priority == BULK else MAX_PASS_SECONDS
            self._send(Round(letters, transports, stop=self._stop, seconds=seconds), marks, now)
        else:
            for transport in transports:
                transport.rest()

    def _free_transports(
        self, marks: ResultBuffer, now: datetime
    ) -> list[SmtpTransport | FolderTransport]:
        """Record late results of slow servers, and return the transports that are free now."""
        for trip in self._late:
            for letter, fact in trip.late_results():
                self._mark(letter, fact, marks)
        self._late = [trip for trip in self._late if not trip.is_over()]
        busy = [transport for trip in self._late for transport in trip.busy_transports()]
        in_hand = [letter.envelope.id for trip in self._late for letter in trip.letters_in_hand()]
        if in_hand:
            self._write(operations.renew, in_hand, now=now)
        return [transport for transport in self._transports if transport not in busy]

    def stop(self) -> None:
        """End the current pass after the messages in hand. May be called from any thread."""
        self._stop.set()

    def close(self) -> None:
        """Close the connections to the mail server."""
        for transport in self._transports:
            transport.close()

    def _compose(self, owed: list[Row], marks: ResultBuffer) -> list[Letter]:
        messages = [(row, message) for row in owed if (message := self._word(row, marks))]
        refused = self._refused(messages)
        # End the reads here, so that they hold no snapshot or connection while the mail server is
        # slow.
        db.session.rollback()
        letters, under_way = [], Counter()
        for row, message in messages:
            is_bound = (
                self._limit is not None
                and row.kind in self._bound_kinds
                and message.digest is not None
            )
            if (row.priority, message.digest) in refused:
                marks.dropped(row.id, reason="the address takes no mail")
            elif is_bound and not self._limit.has_room(message.digest, under_way[message.digest]):
                marks.waits(row.id, until=self._limit.ends_at(message.digest))
            elif envelope := self._seal(row, message, marks):
                letters.append(Letter(message.digest, envelope, is_bound))
                under_way[message.digest] += is_bound
        return letters

    def _refused(self, messages: list[tuple[Row, Message]]) -> set[tuple[int, bytes]]:
        """Return the (priority, digest) pairs that get no email."""
        digests = [message.digest for _, message in messages if message.digest is not None]
        least = {PERSONAL: MAX_REPORTS, BULK: 1}
        return {
            (priority, digest)
            for priority, reports in least.items()
            for digest in operations.refused_among(digests, min_reports=reports)
        }

    def _word(self, row: Row, marks: ResultBuffer) -> Message | None:
        composer = self._composers.get(row.kind)
        if composer is None:
            # A newer version of the site may have queued it, and a newer worker may be about to
            # take over.
            marks.reschedule(row.id, error=f"nobody words mails of the kind {row.kind}")
            return None
        try:
            message = composer(row)
        except Exception as error:
            db.session.rollback()
            return self._note_failure(row, error, marks)
        if message is None:
            marks.dropped(row.id, reason=operations.NO_LONGER_APT)
        return message

    def _seal(self, row: Row, message: Message, marks: ResultBuffer) -> Envelope | None:
        key = f"{row.kind}:{row.id}:{row.created_at.isoformat()}"
        try:
            email = to_email(replace(message, message_key=key), self._settings)
            recipient = email["To"].addresses[0].addr_spec
            return Envelope(
                id=row.id,
                sender=sender(self._settings).addr_spec,
                recipient=recipient,
                needs_utf8=not recipient.isascii(),
                data=email.as_bytes(),
            )
        except Exception as error:
            return self._note_failure(row, error, marks)

    def _note_failure(self, row: Row, error: Exception, marks: ResultBuffer) -> None:
        # Log only the type and place, because the text of an error may repeat a name or an address.
        what, place = type(error).__name__, extract_tb(error.__traceback__)[-1]
        log.error("mail %d (%s): %s at %s:%d", row.id, row.kind, what, place.filename, place.lineno)
        marks.reschedule(row.id, error=f"composing: {what}")

    def _send(self, trip: Round, marks: ResultBuffer, now: datetime) -> None:
        try:
            with closing(trip.results(marks.seconds_left)) as results:
                for result in results:
                    if result:
                        self._mark(*result, marks)
                    marks.write_if_due()
        finally:
            if not trip.is_over():
                self._late.append(trip)
        for letter in trip.left:
            marks.released(letter.envelope.id)
        self._rests_until = now + REST if trip.trouble else None
        if trip.trouble:
            log.warning("the mail server takes nothing; next try in %s: %s", REST, trip.trouble)

    def _mark(
        self, letter: Letter, fact: Delivered | Refused | TryLater, marks: ResultBuffer
    ) -> None:
        id = letter.envelope.id
        if isinstance(fact, Delivered):
            marks.sent(id)
            if letter.is_bound:
                self._limit.count(letter.digest)
        elif isinstance(fact, Refused):
            marks.refused(id, digest=letter.digest, reason=fact.reason)
        else:
            marks.reschedule(id, error=fact.reason)
