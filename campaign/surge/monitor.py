"""Measure how long people wait in a process that serves the site, and share the level."""

import logging
import threading
import time
from collections.abc import Callable

from flask import Flask

from campaign.db.failure_log import FailureLog
from campaign.db.group_commit import GroupCommit
from campaign.extensions import db, write
from campaign.surge.levels import SurgeControl, SurgeLevel
from campaign.surge.operations import report_level
from campaign.surge.queries import shared_level
from campaign.surge.state import STATE, SurgeState

TICK_SECONDS = 0.1
SHARE_SECONDS = 0.5

log = logging.getLogger("campaign.surge")
failure_log = FailureLog(log)


class SurgeMonitor:
    """Two threads: one measures ten times a second, the other asks the database twice a second.

    What is measured, in seconds:

    - `processor`: how late a thread is woken. That is what a busy processor or a held GIL costs.
    - `threads`: how long a request waits for a thread, as `queue_seconds` says.
    - `commits`: how long a group of signatures takes to be written.
    - `connections`: how long a connection to the database takes to get.
    - `database`: how long the database takes to answer one small query.

    The query is the one that reads the level of the other processes, so that measuring costs
    nothing. While it hangs, its own time counts.
    """

    def __init__(self, app: Flask, queue_seconds: Callable[[], float]) -> None:
        self._app = app
        self._state: SurgeState = app.extensions[STATE]
        self._group: GroupCommit | None = app.extensions["group_commit"]
        self._queue_seconds = queue_seconds
        self.control = SurgeControl()
        self._asked_at: float | None = None
        self._connected_at: float | None = None
        self._connections = self._database = 0.0
        self._changed = threading.Event()

    def start(self) -> None:
        """Start both threads."""
        for work in (self._watch, self._share):
            threading.Thread(target=work, name=f"surge{work.__name__}", daemon=True).start()

    def measure(self, late: float) -> None:
        """Take one set of measurements. The thread was woken `late` seconds too late."""
        now = time.monotonic()
        self.control.note(
            {
                "processor": late,
                "threads": self._queue_seconds(),
                "commits": self._group.seconds(now) if self._group else 0.0,
                **self._database_seconds(now),
            },
            now,
        )
        before = self._state.measured
        self._state.set_measured(self.control.level, self.control.next_ms)
        if self._state.measured > before:
            # The others should know at once.
            self._changed.set()

    def share(self) -> None:
        """Read the level of the other processes, and report our own."""
        self._asked_at = time.monotonic()
        try:
            with db.engine.connect() as connection:
                self._connected_at = time.monotonic()
                self._state.set_shared(shared_level(connection).level)
                answered_at = time.monotonic()
            self._connections = self._connected_at - self._asked_at
            self._database = answered_at - self._connected_at
        finally:
            self._asked_at = self._connected_at = None
        level = self._state.measured
        if level > SurgeLevel.NONE:
            write(report_level, level=level, reason=self.control.reason)

    def _database_seconds(self, now: float) -> dict[str, float]:
        asked_at, connected_at = self._asked_at, self._connected_at
        connections, query = self._connections, self._database
        if connected_at is not None:
            query = max(query, now - connected_at)
        elif asked_at is not None:
            connections = max(connections, now - asked_at)
        return {"connections": connections, "database": query}

    def _watch(self) -> None:
        while True:
            before = time.monotonic()
            time.sleep(TICK_SECONDS)
            self.measure(time.monotonic() - before - TICK_SECONDS)

    def _share(self) -> None:
        while True:
            self._changed.clear()
            try:
                with self._app.app_context():
                    self.share()
            except Exception as error:
                # While the database is away, this process goes by its own measurements.
                self._state.set_shared(SurgeLevel.NONE)
                failure_log.note(error, "sharing the surge level")
            self._changed.wait(SHARE_SECONDS)
