"""Group commit: one thread writes for many, and commits what has queued up together."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager, ExitStack
from itertools import groupby
from operator import attrgetter
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, NamedTuple

MAX_BATCH_SIZE = 128


class QueuedWrite(NamedTuple):
    """Queued work. `operation` takes a list of items and returns as many outcomes."""

    operation: Any
    item: Any
    future: Future[Any]


class GroupCommit:
    """Runs the work of many threads on one thread, several pieces per transaction.

    A durable commit costs one wait for the disk, however much it holds. Threads that write to
    SQLite on their own starve each other at its lock.

    Items of one operation are passed to it as one list, so that it can write them with one
    statement. `begin_batch` returns a context manager that commits on exit. Before each batch,
    `pause()` waits a little, so that more work can join.

    If a piece or the commit fails, each piece is retried in its own transaction, so that one bad
    piece costs the others nothing. No caller is told of success before the commit.
    """

    def __init__(
        self,
        begin_batch: Callable[[], AbstractContextManager[None]],
        pause: Callable[[], object] = lambda: None,
    ) -> None:
        self._begin_batch = begin_batch
        self._pause = pause
        self._queue: SimpleQueue[QueuedWrite] = SimpleQueue()
        self._start = threading.Lock()
        self._thread: threading.Thread | None = None
        self._began_at: float | None = None
        self._last_seconds = 0.0

    def run(self, work: Callable[[], Any]) -> Any:
        """Run `work` on the writer thread and return its result after the commit.

        Raises what `work` or the commit raised.
        """
        return self.run_together(_call_each, work)

    def run_together(self, operation: Callable[[list[Any]], list[Any]], item: Any) -> Any:
        """Pass `item`, together with others, to `operation([item, …])`, and return its outcome.

        Returns after the commit. An outcome that is an exception is raised, as is what the
        operation or the commit raised.
        """
        self._ensure_thread()
        future: Future[Any] = Future()
        self._queue.put(QueuedWrite(operation, item, future))
        return future.result()

    def seconds(self, now: float) -> float:
        """Return how long a commit takes: that of the last batch, or of this one if it is slower.

        `now` is in monotonic seconds. While nothing is written, it is 0.
        """
        began_at, last = self._began_at, self._last_seconds
        if began_at is None:
            self._last_seconds = 0.0
            return last
        return max(last, now - began_at)

    def _ensure_thread(self) -> None:
        if self._thread is None:
            with self._start:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._serve, name="writer", daemon=True)
                    self._thread.start()

    def _serve(self) -> None:
        while True:
            # Items of one operation must be adjacent. The sort is stable and keeps their order.
            batch = sorted(self._next_batch(), key=lambda write: id(write.operation))
            began_at = self._began_at = monotonic()
            try:
                outcomes = self._commit(batch)
            except BaseException as error:
                # Not even SystemExit may end this thread, or all callers would wait forever.
                outcomes = (
                    [self._commit_alone(write) for write in batch] if len(batch) > 1 else [error]
                )
            self._began_at, self._last_seconds = None, monotonic() - began_at
            for write, outcome in zip(batch, outcomes, strict=True):
                if isinstance(outcome, BaseException):
                    write.future.set_exception(outcome)
                else:
                    write.future.set_result(outcome)

    def _next_batch(self) -> list[QueuedWrite]:
        batch = [self._queue.get()]
        self._pause()
        try:
            while len(batch) < MAX_BATCH_SIZE:
                batch.append(self._queue.get_nowait())
        except Empty:
            pass
        return batch

    def _commit(self, batch: list[QueuedWrite]) -> list[Any]:
        with ExitStack() as transaction:
            try:
                transaction.enter_context(self._begin_batch())
            except Exception as error:
                # If the database is locked or away, the whole batch waits once, not each piece.
                return [error] * len(batch)
            outcomes: list[Any] = []
            for operation, writes in groupby(batch, key=attrgetter("operation")):
                outcomes += operation([write.item for write in writes])
            return outcomes

    def _commit_alone(self, write: QueuedWrite) -> Any:
        try:
            return self._commit([write])[0]
        except BaseException as error:
            return error


def _call_each(works: list[Callable[[], Any]]) -> list[Any]:
    return [work() for work in works]
