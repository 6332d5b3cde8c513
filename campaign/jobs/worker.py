"""The loops of the worker: they do what the packages have registered, each in its own thread."""

import logging
import os
import secrets
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import cast

from flask import Flask
from sqlalchemy import ColumnElement, select

from campaign.db.failure_log import FailureLog
from campaign.extensions import database_now, db, write
from campaign.jobs.models import Job
from campaign.jobs.operations import (
    HEARTBEAT_SECONDS,
    claim_job,
    fail_job,
    postpone_job,
    release_job,
    retry_job,
)
from campaign.jobs.queries import JOBS_WAIT, NOW, waiting_kinds
from campaign.jobs.registry import JobKind, Pass, Process, Upkeep, background_work, name_of
from campaign.jobs.runs import JobLost, JobRun, WorkerContext, WorkerStopping
from campaign.monitoring.metrics import note_job, show_jobs
from campaign.process.log_fields import logged_with
from campaign.surge.state import follow_surge, work_waits

# How often the worker asks whether there is something to do.
CHECK_SECONDS = 0.3
SURGE_SECONDS = 0.5
UPKEEP_SECONDS = 60
PAUSE_AFTER_ERROR = 2
STOP_SECONDS = 1.5

log = logging.getLogger("campaign.worker")
failure_log = FailureLog(log)


def worker_context(app: Flask, stop: threading.Event) -> WorkerContext:
    """Return the context of a worker, with a name that no other one has."""
    return WorkerContext(app, f"{os.getpid()}-{secrets.token_hex(4)}", stop)


class JobLoop:
    """Runs the jobs of one kind, one after the other."""

    def __init__(
        self,
        kind: JobKind,
        worker: WorkerContext,
        *,
        clock: Callable[[], datetime] = database_now,
    ) -> None:
        self._kind = kind
        self._worker = worker
        self._clock = clock
        self._current: JobRun | None = None
        worker.on_heartbeat.append(self.renew_claim)
        show_jobs(kind.name)

    def renew_claim(self) -> None:
        """Renew the claim on the job that runs now."""
        run = self._current
        if run is not None:
            run.renew()

    def run_next(self) -> bool:
        """Run the job that has been due longest and return whether there was work."""
        kind = self._kind
        if kind.waits_in_surge and work_waits():
            return False
        job = write(
            claim_job,
            kind.name,
            holder=self._worker.holder,
            now=self._clock(),
        )
        if job is None:
            return False
        with logged_with(job=job.kind, job_id=job.id):
            self._run(job)
        return True

    def _run(self, job: Job) -> None:
        run = JobRun(
            self._worker,
            job_id=job.id,
            subject_id=job.subject_id,
            clock=self._clock,
        )
        max_attempts = self._kind.max_attempts
        self._current = run
        try:
            if max_attempts is not None and job.attempts > max_attempts:
                # The job's workers were killed, so none of them could give it up.
                self._give_up(run, job)
            else:
                self._attempt(run, job, is_last=job.attempts == max_attempts)
        except JobLost:
            log.info("%s %s was cancelled or taken over", job.kind, job.subject_id)
        finally:
            self._current = None

    def _attempt(self, run: JobRun, job: Job, *, is_last: bool) -> None:
        kind = self._kind
        try:
            run_at = kind.handler(run)
        except JobLost:
            raise
        except WorkerStopping:
            db.session.rollback()
            run.end(release_job, partial(kind.on_return, job.subject_id))
        except Exception as error:
            db.session.rollback()
            failure_log.note(error, f"the worker's job {kind.name}, attempt {job.attempts}")
            if is_last:
                self._give_up(run, job)
            else:
                note_job(kind.name, "retried")
                retry = partial(retry_job, attempts=job.attempts, now=self._clock())
                run.end(retry, partial(kind.on_return, job.subject_id))
        else:
            db.session.rollback()
            if run_at is not None:
                run.end(partial(postpone_job, run_at=run_at), _do_nothing)
            elif not run.is_finished:
                run.finish(_do_nothing)
            note_job(kind.name, "done")

    def _give_up(self, run: JobRun, job: Job) -> None:
        log.error("%s %s is given up", job.kind, job.subject_id)
        note_job(job.kind, "failed")
        run.end(
            partial(fail_job, now=self._clock()), partial(self._kind.on_give_up, job.subject_id)
        )


@dataclass
class Loop:
    """A pass, repeated at once while it finds something to do.

    Otherwise it is repeated after `seconds`, or as soon as `wake` is set.
    """

    name: str
    work: Pass
    seconds: float | None = None
    wake: threading.Event = field(default_factory=threading.Event)


class WorkCheck:
    """Wakes loops as soon as there is something for them to do.

    One statement asks for all of them, because an idle worker does little else. `conditions` are
    SQL conditions, each with its loop. `job_loops` are by kind of job.
    """

    def __init__(
        self,
        conditions: Sequence[tuple[ColumnElement[bool], Loop]],
        job_loops: Mapping[str, Loop],
    ) -> None:
        self._job_loops = job_loops
        self._loops = [loop for _, loop in conditions]
        self._query = select(JOBS_WAIT, *(condition for condition, _ in conditions))

    def check(self) -> None:
        """Wake the loops that have something to do."""
        now = database_now()
        with db.engine.connect() as connection:
            has_jobs, *answers = connection.execute(self._query, {NOW.key: now}).one()
        for loop, has_work in zip(self._loops, answers, strict=True):
            if has_work:
                loop.wake.set()
        if has_jobs:
            for kind in waiting_kinds(now) & self._job_loops.keys():
                self._job_loops[kind].wake.set()


class UpkeepRound:
    """Does each piece of upkeep, even if an earlier one fails."""

    def __init__(self, at_start: Iterable[Upkeep], operations: Iterable[Upkeep]) -> None:
        self._at_start = list(at_start)
        self._operations = list(operations)

    def do(self) -> int:
        """Make one round and return how much was done."""
        now = database_now()
        # What failed at the start is tried again in the next round.
        self._at_start = [operation for operation in self._at_start if _try(operation, now) is None]
        return sum(_try(operation, now) or 0 for operation in self._operations)


class Worker:
    """Does all work that is registered for one process, until it is told to stop."""

    def __init__(self, app: Flask, stop: threading.Event, *, process: Process = "worker") -> None:
        self._app = app
        self._context = worker_context(app, stop)
        registry = background_work(app)
        self._loops: list[Loop] = []
        conditions = []
        for work in registry.periodic:
            if work.process == process:
                loop = self._add(work.name, work.make(self._context), work.seconds)
                if work.when is not None:
                    conditions.append((work.when, loop))
        if process == "worker":
            job_loops = {
                name: self._add(f"job {name}", JobLoop(kind, self._context).run_next)
                for name, kind in registry.kinds.items()
            }
            self._add("check", WorkCheck(conditions, job_loops).check, CHECK_SECONDS)
            self._add("upkeep", UpkeepRound(registry.at_start, registry.upkeep).do, UPKEEP_SECONDS)
            self._add("surge", follow_surge, SURGE_SECONDS)
        if self._context.on_heartbeat:
            self._add("heartbeat", self._beat, HEARTBEAT_SECONDS)

    def _add(self, name: str, work: Pass, seconds: float | None = None) -> Loop:
        loop = Loop(name, work, seconds)
        self._loops.append(loop)
        return loop

    def run(self) -> None:
        """Run the loops, and return within STOP_SECONDS of the stop.

        What a loop had claimed is resumed later.
        """
        threads = [
            threading.Thread(target=self._repeat, args=[loop], name=loop.name, daemon=True)
            for loop in self._loops
        ]
        for thread in threads:
            thread.start()
        log.info("the worker runs: %s", ", ".join(loop.name for loop in self._loops))
        self._context.stop.wait()
        log.info("the worker stops")
        for callback in self._context.on_stop:
            callback()
        for loop in self._loops:
            loop.wake.set()
        for thread in threads:
            thread.join(STOP_SECONDS / len(threads))

    def _beat(self) -> None:
        """Renew all claims, even if renewing an earlier one fails."""
        for renew in self._context.on_heartbeat:
            try:
                renew()
            except Exception as error:
                failure_log.note(error, "the worker's heartbeat")

    def _repeat(self, loop: Loop) -> None:
        """Repeat the work of a loop until the worker stops."""
        stop = self._context.stop
        while not stop.is_set():
            try:
                with self._app.app_context():
                    is_busy = loop.work()
            except Exception as error:
                failure_log.note(error, f"the worker's {loop.name}")
                stop.wait(PAUSE_AFTER_ERROR)
            else:
                if not is_busy:
                    loop.wake.wait(loop.seconds)
                    loop.wake.clear()


def _try(operation: Upkeep, now: datetime) -> int | None:
    """Do a piece of upkeep in a transaction and return how much was done, or None if it failed."""
    try:
        return int(cast(int | None, write(operation, now=now)) or 0)
    except Exception as error:
        failure_log.note(error, f"the worker's upkeep, {name_of(operation)}")
        return None


def _do_nothing() -> None:
    pass
