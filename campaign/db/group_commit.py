"""One writer for many threads: what has queued is written and committed together."""

import threading
from concurrent.futures import Future
from contextlib import ExitStack
from itertools import groupby
from operator import attrgetter
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

MAX_BATCH_SIZE = 128


class Entry(NamedTuple):
    """What one thread wants done: `operation` gets a list of items and returns as many outcomes."""

    operation: Any
    item: Any
    future: Future


class GroupCommit:
    """Runs work of many threads on one thread, several pieces in one transaction.

    A durable commit costs one wait for the disk, whatever it holds, and threads that write to SQLite by themselves starve each
    other at its lock. Items of one operation are handed over as one list, so that it may write them with one statement.
    `begin_batch` is a context manager whose end commits; before each batch `pause()` lets some time pass, in which others may
    join it. Where a piece or the commit fails, each piece is tried again in a transaction of its own, so that nothing is lost by
    bad company; nobody hears of success before the commit.
    """

    def __init__(self, begin_batch, pause=lambda: None):
        self._begin_batch = begin_batch
        self._pause = pause
        self._queue = SimpleQueue()
        self._start = threading.Lock()
        self._thread = None

    def run(self, work):
        """Run `work` on the writer thread; return its result after the commit or raise what it or the commit raised."""
        return self.run_together(_call_each, work)

    def run_together(self, operation, item):
        """Have `operation([item, …])` treat `item` among others; return its outcome after the commit.

        An outcome that is an exception is raised; so is what the operation or the commit raised.
        """
        self._ensure_thread()
        future = Future()
        self._queue.put(Entry(operation, item, future))
        return future.result()

    def _ensure_thread(self):
        if self._thread is None:
            with self._start:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._serve, name="writer", daemon=True)
                    self._thread.start()

    def _serve(self):
        while True:
            # Sorting keeps the order of arrival within an operation.
            batch = sorted(self._next_batch(), key=lambda entry: id(entry.operation))
            try:
                outcomes = self._commit(batch)
            except BaseException as error:
                # Even what ends a thread must not end this one: everybody would wait for ever.
                outcomes = (
                    [self._commit_alone(entry) for entry in batch] if len(batch) > 1 else [error]
                )
            for entry, outcome in zip(batch, outcomes, strict=True):
                if isinstance(outcome, BaseException):
                    entry.future.set_exception(outcome)
                else:
                    entry.future.set_result(outcome)

    def _next_batch(self):
        batch = [self._queue.get()]
        self._pause()
        try:
            while len(batch) < MAX_BATCH_SIZE:
                batch.append(self._queue.get_nowait())
        except Empty:
            pass
        return batch

    def _commit(self, batch):
        with ExitStack() as transaction:
            try:
                transaction.enter_context(self._begin_batch())
            except Exception as error:
                # A database that is locked or away makes everybody wait once, not once each.
                return [error] * len(batch)
            outcomes = []
            for operation, entries in groupby(batch, key=attrgetter("operation")):
                outcomes += operation([entry.item for entry in entries])
            return outcomes

    def _commit_alone(self, entry):
        try:
            return self._commit([entry])[0]
        except BaseException as error:
            return error


def _call_each(works):
    return [work() for work in works]
