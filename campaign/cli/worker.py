"""The loops of the worker, each in its own thread. Hatching also has its own process.

Python threads of one process wait for each other. Sending email takes most of the worker's time,
and on a busy day signing has priority over it. A butterfly should wait for neither.
"""

import logging
import os
import secrets
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from flask import Flask

from campaign.accounts.tasks import forget_sessions
from campaign.api.tasks import watch_keys
from campaign.db.failure_log import FailureLog
from campaign.events import tasks as events
from campaign.events.life_cycle import event_life_cycle
from campaign.exports.tasks import Exporter
from campaign.extensions import database_now, write
from campaign.imports.tasks import forget as forget_batches
from campaign.imports.tasks import go_on as go_on_with_batches
from campaign.kiosk.tasks import forget as forget_sent_by_kiosks
from campaign.kiosk.tasks import tell_of_silence
from campaign.mail.delivery import make_outbox_worker
from campaign.mail.operations import sweep
from campaign.montage.tasks import Press
from campaign.petitions.life_cycles import cause_life_cycle, petition_life_cycle
from campaign.petitions.tasks import note_turns
from campaign.search.indexing import note_differences, refresh
from campaign.signatures.aggregates import AggregateRefresher
from campaign.signatures.batches import move_full_batches
from campaign.signatures.bulk_decisions import bulk_waits, carry_on, forget_undone
from campaign.signatures.erasure import anonymise_due, tell_of_erasing
from campaign.signatures.hatching import hatch
from campaign.signatures.queries import work_for_the_runner
from campaign.signatures.repeats import answer_repeats, repeats_wait
from campaign.signatures.search_indexing import LookupKeeper
from campaign.signatures.tasks import forget, remind
from campaign.subscriptions.tasks import forget as forget_subscriptions
from campaign.updates import tasks as updates

HATCH_SECONDS = 0.15
REPEAT_SECONDS = 0.3
MAIL_SECONDS = 0.3
NEWS_SECONDS = 1
PRESS_SECONDS = 1
INDEX_SECONDS = 1
EXPORT_SECONDS = 0.5
SUMS_SECONDS = 5
BULK_SECONDS = 0.5
LOOKUP_SECONDS = 1
BATCHES_SECONDS = 2
UPKEEP_SECONDS = 60
PAUSE_AFTER_ERROR = 2
FAREWELL_SECONDS = 1.5

log = logging.getLogger("campaign.worker")
failure_log = FailureLog(log)


class Loops:
    """Run work repeatedly until `stop` is set.

    Several may run at once: leases and row locks keep them apart.
    """

    def __init__(self, app: Flask, stop: threading.Event) -> None:
        self._app = app
        self._stop = stop
        self._holder = f"{os.getpid()}-{secrets.token_hex(4)}"

    def _loop(self, work: Callable[[], object], seconds: float) -> None:
        """Repeat `work`: immediately while it finds something to do, else every `seconds`."""
        while not self._stop.is_set():
            try:
                with self._app.app_context():
                    busy = work()
            except Exception as error:
                failure_log.note(error, f"the worker's {work.__name__.strip('_')}")
                self._stop.wait(PAUSE_AFTER_ERROR)
            else:
                if not busy:
                    self._stop.wait(seconds)


class Runner(Loops):
    """Hatch signatures, and do nothing else."""

    def run(self) -> None:
        """Hatch until stopped, and finish the current transaction."""
        self._loop(self._hatch, HATCH_SECONDS)

    def _hatch(self) -> int:
        # This check needs no commit, and most of the time there is nothing to do.
        if not work_for_the_runner():
            return 0
        return write(
            hatch,
            holder=self._holder,
            now=database_now(),
            most_per_address=self._app.config["HOLD_PER_ADDRESS"],
        )


class Worker(Loops):
    """Do all other background work: email, posters, exports, search and upkeep."""

    def __init__(self, app: Flask, stop: threading.Event) -> None:
        super().__init__(app, stop)
        self._postman = make_outbox_worker(app, write)
        self._has_read_clocks = False
        self._has_compared_index = False
        self._press = Press(settings=app.config, write=write, holder=self._holder, stop=stop)
        self._sums = AggregateRefresher(write, holder=self._holder)
        self._lookup = LookupKeeper(write, holder=self._holder)
        self._exporter = Exporter(settings=app.config, write=write, holder=self._holder, stop=stop)

    def run(self) -> None:
        """Run the loops, and return within FAREWELL_SECONDS of the stop.

        What a loop had claimed is resumed later.
        """
        loops = (
            (self._repeats, REPEAT_SECONDS),
            (self._mail, MAIL_SECONDS),
            (self._news, NEWS_SECONDS),
            (self._press.draw_next, PRESS_SECONDS),
            (self._index, INDEX_SECONDS),
            (self._press.tidy, UPKEEP_SECONDS),
            (self._exporter.make_next, EXPORT_SECONDS),
            (self._exporter.tidy, UPKEEP_SECONDS),
            (self._sums.keep, SUMS_SECONDS),
            (self._lookup.keep, LOOKUP_SECONDS),
            (self._bulk, BULK_SECONDS),
            (self._batches, BATCHES_SECONDS),
            (self._upkeep, UPKEEP_SECONDS),
        )
        threads = [threading.Thread(target=self._loop, args=loop, daemon=True) for loop in loops]
        for thread in threads:
            thread.start()
        log.info("the worker runs: mail, posters, exports, search, upkeep")
        self._stop.wait()
        log.info("the worker stops")
        self._postman.stop()
        for thread in threads:
            thread.join(FAREWELL_SECONDS / len(threads))

    def _repeats(self) -> int:
        if not repeats_wait():
            return 0
        return write(
            answer_repeats,
            now=database_now(),
            good_for=timedelta(days=self._app.config["CONFIRM_DAYS"]),
        )

    def _mail(self):
        return self._postman.deliver_due(now=database_now())

    def _index(self):
        if not self._has_compared_index:
            write(note_differences)
            self._has_compared_index = True
        return refresh(write, now=database_now())

    def _news(self):
        now = database_now()
        return write(updates.send_batch, now=now) if updates.mailings_wait(now) else 0

    def _batches(self):
        return go_on_with_batches(write, now=database_now())

    def _bulk(self):
        return write(carry_on, holder=self._holder, now=database_now()) if bulk_waits() else 0

    def _upkeep(self) -> int:
        """Do each piece of upkeep, even if an earlier one fails; return how much was done."""
        now, done = database_now(), 0
        pieces = [(piece, partial(write, piece, **named)) for piece, named in self._pieces()]
        # This one runs in parts, each in its own transaction.
        pieces.append((forget_batches, partial(forget_batches, write)))
        for piece, do in pieces:
            try:
                done += do(now=now) or 0
            except Exception as error:
                failure_log.note(error, f"the worker's upkeep, {piece.__qualname__}")
        return done

    def _pieces(self) -> Iterator[tuple[Callable[..., Any], dict[str, Any]]]:
        """Yield (operation, its arguments besides `now`)."""
        config = self._app.config
        unconfirmed = {"days": config["ERASE_PENDING_DAYS"]}
        yield (
            forget,
            {
                "unconfirmed_days": config["ERASE_PENDING_DAYS"],
                "address_days": config["ADDRESS_DAYS"],
            },
        )
        for piece in (
            move_full_batches,
            watch_keys,
            tell_of_erasing,
            anonymise_due,
            forget_sessions,
            self._read_clocks,
        ):
            yield piece, {}
        for life_cycle in (cause_life_cycle, petition_life_cycle, event_life_cycle):
            yield life_cycle.publish_due, {}
        for piece in (events.remind, events.end_holds):
            yield piece, {}
        yield (
            events.forget,
            {"days": config["REGISTRATION_DAYS"], "unconfirmed_days": config["ERASE_PENDING_DAYS"]},
        )
        for piece in (updates.send_digests, updates.settle, updates.note_published, note_turns):
            yield piece, {}
        yield forget_subscriptions, unconfirmed
        yield forget_sent_by_kiosks, unconfirmed
        for piece in (tell_of_silence, remind, sweep, forget_undone):
            yield piece, {}

    def _read_clocks(self, *, now: datetime) -> None:
        """Recompute the instants of events, once per start.

        Time zone rules change only with an upgrade of their package, which needs a restart.
        """
        if not self._has_read_clocks:
            events.realign(now=now)
            self._has_read_clocks = True
