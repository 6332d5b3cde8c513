"""Delivering what is due: claim, ask for the words, hand over, mark."""

import logging
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from threading import Event
from traceback import extract_tb
from urllib.parse import urlsplit

from campaign.extensions import db
from campaign.mail import operations
from campaign.mail.composition import sender, to_email
from campaign.mail.daily_limit import DailyLimit
from campaign.mail.folder import folder_of
from campaign.mail.models import BULK, MAX_REPORTS, PERSONAL
from campaign.mail.result_buffer import Marks
from campaign.mail.sender_pool import Letter, Round
from campaign.mail.smtp_replies import Delivered, Refused
from campaign.mail.transport import Envelope, transport_from

BATCH = 100
REST = timedelta(seconds=30)

# Well within the two minutes of a claim, so that nobody else gets a message that we are still about to send.
MAX_PASS_SECONDS = 30
# Somebody may sign meanwhile, and what they wait for goes first.
MAX_BULK_PASS_SECONDS = 2

log = logging.getLogger("campaign.mail")


def register(app, kind, composer, name="", *, is_bound=False):
    """Let `composer` word the mails of `kind`: it gets the owed row and returns a Message, or None if no longer apt.

    It only reads: what it changes is not kept. `name` says in a few words what the mail does, for who reads a list of them.
    `is_bound` is true of emails that anyone can cause who knows an address: of these only so many a day reach it.
    """
    composers_of(app)[kind] = composer
    names_of(app)[kind] = name
    if is_bound:
        bound_kinds(app).add(kind)


def composers_of(app):
    """Return the composers of `app`, by kind."""
    return app.extensions.setdefault("mail_composers", {})


def bound_kinds(app):
    """Return the kinds of mail of `app` that the limit of the day counts."""
    return app.extensions.setdefault("mail_bound_kinds", set())


def names_of(app):
    """Return what the mails of `app` do, in a few words, by kind."""
    return app.extensions.setdefault("mail_names", {})


def make_outbox_worker(app, write):
    """Return the OutboxWorker that the settings of `app` ask for; raises ValueError for a MAIL_URL that cannot be read."""
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
    """Delivers what is due, over as many connections as it is given transports.

    Composing and the database stay on the caller's thread, inside an application context. `write(operation, …)` runs
    an operation in a committed transaction. Mail of `bound_kinds` goes to an address only as `limit`, a DailyLimit, allows. When the server takes nothing, the postman rests for 30 s and then tries
    with one message, for days if need be; that costs no message an attempt.
    """

    def __init__(self, *, composers, transports, write, settings, limit=None, bound_kinds=()):
        self._composers = composers
        self._transports = transports
        self._write = write
        self._settings = settings
        self._limit = limit
        self._bound_kinds = bound_kinds
        self._rests_until = None
        self._late = []
        self._stop = Event()

    def deliver_due(self, *, now):
        """Make one pass over at most 100 messages, for some 30 s at most; return how many were dealt with.

        `now` is the database's time.
        """
        marks = Marks(self._write)
        transports = self._free_transports(marks, now)
        # A clock that is put back meanwhile makes no rest of hours.
        rests = self._rests_until and self._rests_until - REST <= now < self._rests_until
        if transports and not rests:
            self._pass(transports, marks, now)
        marks.write()
        return marks.handled

    def _pass(self, transports, marks, now):
        limit = 1 if self._rests_until else BATCH
        owed = self._write(operations.claim, limit=limit, now=now)
        letters = self._compose(owed, marks) if owed else []
        if letters:
            seconds = MAX_BULK_PASS_SECONDS if owed[0].priority == BULK else MAX_PASS_SECONDS
            self._send(Round(letters, transports, stop=self._stop, seconds=seconds), marks, now)
        else:
            for transport in transports:
                transport.rest()

    def _free_transports(self, marks, now):
        """Note what became of letters that servers took their time over; return the transports that are free by now."""
        for trip in self._late:
            for letter, fact in trip.late_results():
                self._mark(letter, fact, marks)
        self._late = [trip for trip in self._late if not trip.is_over()]
        busy = [transport for trip in self._late for transport in trip.busy_transports()]
        in_hand = [letter.envelope.id for trip in self._late for letter in trip.letters_in_hand()]
        if in_hand:
            self._write(operations.renew, in_hand, now=now)
        return [transport for transport in self._transports if transport not in busy]

    def stop(self):
        """End the present pass once the messages in hand are through; may be called from any thread."""
        self._stop.set()

    def close(self):
        """Take leave of the mail server."""
        for transport in self._transports:
            transport.close()

    def _compose(self, owed, marks):
        messages = [(row, message) for row in owed if (message := self._word(row, marks))]
        refused = self._refused(messages)
        # Nothing of the reading may hold a snapshot or a connection while the mail server takes its time.
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

    def _refused(self, messages):
        """Return pairs of priority and digest that no email is sent for."""
        digests = [message.digest for _, message in messages if message.digest is not None]
        least = {PERSONAL: MAX_REPORTS, BULK: 1}
        return {
            (priority, digest)
            for priority, reports in least.items()
            for digest in operations.refused_among(digests, min_reports=reports)
        }

    def _word(self, row, marks):
        composer = self._composers.get(row.kind)
        if composer is None:
            # Perhaps a newer version of the site owes it, and a newer worker is about to take over.
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

    def _seal(self, row, message, marks):
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

    def _note_failure(self, row, error, marks):
        # Only what and where: the text of an error may repeat a name or an address.
        what, place = type(error).__name__, extract_tb(error.__traceback__)[-1]
        log.error("mail %d (%s): %s at %s:%d", row.id, row.kind, what, place.filename, place.lineno)
        marks.reschedule(row.id, error=f"composing: {what}")

    def _send(self, trip, marks, now):
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

    def _mark(self, letter, fact, marks):
        id = letter.envelope.id
        if isinstance(fact, Delivered):
            marks.sent(id)
            if letter.is_bound:
                self._limit.count(letter.digest)
        elif isinstance(fact, Refused):
            marks.refused(id, digest=letter.digest, reason=fact.reason)
        else:
            marks.reschedule(id, error=fact.reason)
