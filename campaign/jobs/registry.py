"""Registration of work for the worker: each package lists its own in its `jobs.py`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Literal, TypeAlias, TypeVar

from flask import Flask
from sqlalchemy import ColumnElement

from campaign.jobs.runs import JobRun, WorkerContext

MAX_ATTEMPTS = 3

# A handler returns when the job is to run again, or None if it is finished.
Handler: TypeAlias = Callable[[JobRun], datetime | None]
# A pass returns whether it found work. Then the next pass follows at once.
Pass: TypeAlias = Callable[[], object]
Upkeep: TypeAlias = Callable[..., object]
Process: TypeAlias = Literal["worker", "runner"]
_Handler = TypeVar("_Handler", bound=Handler)
_Work = TypeVar("_Work", bound=Callable[[WorkerContext], object])
_Make = TypeVar("_Make", bound=Callable[[WorkerContext], Pass])
_Operation = TypeVar("_Operation", bound=Upkeep)


def do_nothing(_subject_id: int) -> None:
    """Do nothing about the row of a job."""


@dataclass(frozen=True)
class JobKind:
    """How jobs of one kind are run.

    A job that failed `max_attempts` times is given up, or never if that is None. With
    `waits_in_surge`, none begins while the site is too busy. `on_return` is an operation that gets
    the subject's id when the job has to wait again after a failure or because its worker stops.
    `on_give_up` gets it when the job is given up.
    """

    name: str
    handler: Handler
    max_attempts: int | None = MAX_ATTEMPTS
    on_return: Callable[[int], object] = do_nothing
    on_give_up: Callable[[int], object] = do_nothing
    waits_in_surge: bool = False


@dataclass(frozen=True)
class PeriodicWork:
    """Work that is done again and again in its own thread, after pauses of `seconds`.

    `make` is called when the worker starts, and returns the pass. The worker also makes a pass soon
    after the SQL condition `when` holds, in which `queries.NOW` is the database's time. With None
    for `seconds`, it makes no other passes. `process` is where the work is done.
    """

    name: str
    make: Callable[[WorkerContext], Pass]
    seconds: float | None
    when: ColumnElement[bool] | None = None
    process: Process = "worker"


@dataclass
class Registry:
    """All work that the packages of an application have registered."""

    kinds: dict[str, JobKind] = field(default_factory=dict)
    periodic: list[PeriodicWork] = field(default_factory=list)
    upkeep: list[Upkeep] = field(default_factory=list)
    at_start: list[Upkeep] = field(default_factory=list)

    def add(self, other: "Registry") -> None:
        """Add other work. Raise ValueError if a kind of job is registered twice."""
        for name in other.kinds:
            if name in self.kinds:
                raise ValueError(f"two packages register jobs of the kind {name}")
        self.kinds |= other.kinds
        self.periodic += other.periodic
        self.upkeep += other.upkeep
        self.at_start += other.at_start


class BackgroundWork:
    """The jobs and the periodic work of one package, registered by decorators.

    Several workers may do the same work at the same time. A job is claimed by one of them. All
    other work keeps them apart itself: it locks rows (`skip_locked`) or takes a lease.
    """

    def __init__(self) -> None:
        self.registry = Registry()

    def job(
        self,
        kind: str,
        *,
        max_attempts: int | None = MAX_ATTEMPTS,
        on_return: Callable[[int], object] = do_nothing,
        on_give_up: Callable[[int], object] = do_nothing,
        waits_in_surge: bool = False,
    ) -> Callable[[_Handler], _Handler]:
        """Register the handler of a kind of job. See JobKind."""

        def decorate(handler: _Handler) -> _Handler:
            job_kind = JobKind(kind, handler, max_attempts, on_return, on_give_up, waits_in_surge)
            self.registry.kinds[kind] = job_kind
            return handler

        return decorate

    def periodic(
        self,
        *,
        seconds: float | None = None,
        when: ColumnElement[bool] | None = None,
        process: Process = "worker",
    ) -> Callable[[_Work], _Work]:
        """Register a function that does one pass. It commits what it writes. See PeriodicWork."""

        def decorate(work: _Work) -> _Work:
            self._repeat(work, lambda worker: partial(work, worker), seconds, when, process)
            return work

        return decorate

    def loop(
        self, *, seconds: float, when: ColumnElement[bool] | None = None
    ) -> Callable[[_Make], _Make]:
        """Register a function that makes a pass which remembers something for the next one."""

        def decorate(make: _Make) -> _Make:
            self._repeat(make, make, seconds, when)
            return make

        return decorate

    def upkeep(self, operation: _Operation) -> _Operation:
        """Register an operation that takes `now`, runs once a minute, and returns what it changed.

        All of them take turns in one thread. If one fails, the others are still done.
        """
        self.registry.upkeep.append(operation)
        return operation

    def at_start(self, operation: _Operation) -> _Operation:
        """Register an operation that takes `now` and runs once after each start of the worker."""
        self.registry.at_start.append(operation)
        return operation

    def init_app(self, app: Flask) -> None:
        """Add this work to that of `app`. Raise ValueError if a kind of job is registered twice."""
        app.extensions.setdefault("background_work", Registry()).add(self.registry)

    def _repeat(
        self,
        work: Callable[..., object],
        make: Callable[[WorkerContext], Pass],
        seconds: float | None,
        when: ColumnElement[bool] | None,
        process: Process = "worker",
    ) -> None:
        self.registry.periodic.append(PeriodicWork(name_of(work), make, seconds, when, process))


def background_work(app: Flask) -> Registry:
    """Return what the packages of `app` have registered."""
    registry: Registry = app.extensions["background_work"]
    return registry


def name_of(work: Callable[..., object]) -> str:
    """Return the name of a function for the log, such as `signatures.jobs.remind`."""
    return f"{work.__module__.removeprefix('campaign.')}.{work.__qualname__}"
