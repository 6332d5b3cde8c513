"""What the worker hands to the work that it does: who it is, and one attempt at a job."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from threading import Event
from typing import Any, cast

from flask import Flask

from campaign.db.transactions import Parameters, Result
from campaign.extensions import database_now, write
from campaign.jobs.operations import CLAIM_LIFETIME, finish_job, renew_job


class JobLost(Exception):
    """The job was cancelled, or another worker has taken it over. Nothing was written."""


class WorkerStopping(Exception):
    """The worker was told to stop. It gives the job back."""


@dataclass(frozen=True)
class WorkerContext:
    """The worker that does the work: its application, its name in claims, and when to stop.

    What is appended to `on_stop` is called when the worker is told to stop. What is appended to
    `on_heartbeat` is called every HEARTBEAT_SECONDS, in its own thread: it renews claims.
    """

    app: Flask
    holder: str
    stop: Event
    on_stop: list[Callable[[], object]] = field(default_factory=list)
    on_heartbeat: list[Callable[[], object]] = field(default_factory=list)

    @property
    def settings(self) -> Mapping[str, Any]:
        """The settings of the application."""
        return self.app.config


class JobRun:
    """One attempt at a job.

    A handler writes with `write`, so that nothing is written by a worker that has lost the job.
    While it runs, the worker renews the claim with `renew`.
    """

    def __init__(
        self,
        worker: WorkerContext,
        *,
        job_id: int,
        subject_id: int,
        clock: Callable[[], datetime] = database_now,
    ) -> None:
        self.worker = worker
        self.subject_id = subject_id
        self.now = clock
        self.is_finished = False
        self._job_id = job_id

    def write(
        self,
        operation: Callable[Parameters, Result],
        /,
        *arguments: Parameters.args,
        **named: Parameters.kwargs,
    ) -> Result:
        """Run an operation in a committed transaction, and renew the claim in the same one.

        Return the operation's result. Raise JobLost or WorkerStopping, with nothing written.
        """
        self.check_stop()
        renew = partial(renew_job, until=self.now() + CLAIM_LIFETIME)
        return cast(Result, write(self._while_held, renew, partial(operation, *arguments, **named)))

    def renew(self) -> None:
        """Renew the claim. If the job is lost, the handler is told at its next `write`."""
        write(renew_job, self._job_id, holder=self.worker.holder, until=self.now() + CLAIM_LIFETIME)

    def report(self, percent: int) -> None:
        """Record the progress, and renew the claim. Raise JobLost or WorkerStopping."""
        self.check_stop()
        write(
            self._change_or_lose,
            partial(renew_job, until=self.now() + CLAIM_LIFETIME, progress=percent),
        )

    def finish(self, operation: Callable[..., Any], /, *arguments: Any, **named: Any) -> None:
        """Run the last operation of the job, and mark the job as done in the same transaction.

        Raise JobLost, with nothing written.
        """
        end = partial(finish_job, now=self.now())
        write(self._while_held, end, partial(operation, *arguments, **named))
        self.is_finished = True

    def end(self, change: Callable[..., bool], operation: Callable[[], object]) -> None:
        """Run an operation, then `change` the job itself, in one transaction. Raise JobLost."""
        write(self._while_held, change, operation)
        self.is_finished = True

    def check_stop(self) -> None:
        """Raise WorkerStopping if the worker was told to stop."""
        if self.worker.stop.is_set():
            raise WorkerStopping

    def _while_held(self, change: Callable[..., bool], operation: Callable[[], Any]) -> Any:
        # The job's row is locked last, as when it is enqueued.
        outcome = operation()
        self._change_or_lose(change)
        return outcome

    def _change_or_lose(self, change: Callable[..., bool]) -> None:
        if not change(self._job_id, holder=self.worker.holder):
            raise JobLost
