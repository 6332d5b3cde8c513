"""One writer for many threads: what has queued is committed together."""

import threading
from concurrent.futures import Future
from queue import Empty, SimpleQueue

LARGEST_BATCH = 128


class GroupCommit:
    """Runs work of many threads on one thread, several pieces in one transaction.

    A durable commit costs SQLite one wait for the disk, whatever it holds, and threads that write by themselves starve each
    other at its lock. `begin_batch` is a context manager that yields a session and commits at its end. Each piece runs in a
    savepoint, so that one that fails takes nothing from its neighbours; nobody hears of success before the commit.
    """

    def __init__(self, begin_batch):
        self._begin_batch = begin_batch
        self._queue = SimpleQueue()
        self._start = threading.Lock()
        self._thread = None

    def run(self, work):
        """Run `work` on the writer thread; return its result after the commit or raise what it or the commit raised."""
        self._ensure_thread()
        future = Future()
        self._queue.put((work, future))
        return future.result()

    def _ensure_thread(self):
        if self._thread is None:
            with self._start:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._serve, name="writer", daemon=True)
                    self._thread.start()

    def _serve(self):
        while True:
            batch = self._next_batch()
            try:
                outcomes = self._commit(batch)
            except BaseException as error:
                outcomes = [(future, None, error) for _, future in batch]
            for future, result, error in outcomes:
                future.set_exception(error) if error else future.set_result(result)

    def _next_batch(self):
        batch = [self._queue.get()]
        try:
            while len(batch) < LARGEST_BATCH:
                batch.append(self._queue.get_nowait())
        except Empty:
            pass
        return batch

    def _commit(self, batch):
        outcomes = []
        with self._begin_batch() as session:
            for work, future in batch:
                savepoint = session.begin_nested()
                try:
                    result = work()
                    session.flush()
                except Exception as error:
                    # A full disk makes SQLite give up the whole transaction: then this raises, and everybody is told.
                    savepoint.rollback()
                    outcomes.append((future, None, error))
                else:
                    savepoint.commit()
                    outcomes.append((future, result, None))
        return outcomes
