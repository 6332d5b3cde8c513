"""What each process counts and measures for `/metrics`.

Labels hold only names that the code has: never a URL, a person or a text that someone entered.
"""

from typing import Literal, TypeAlias, get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)

FailureKind: TypeAlias = Literal["database", "unexpected"]
MailOutcome: TypeAlias = Literal["sent", "retried", "refused", "dropped", "delayed"]
JobOutcome: TypeAlias = Literal["done", "retried", "failed"]

BUCKETS = (0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
# Where no view was reached: the page was in memory, or the request was refused before.
NO_VIEW = "none"

disable_created_metrics()  # type: ignore[no-untyped-call]
registry = CollectorRegistry()
ProcessCollector(registry=registry)
_requests = Histogram(
    "volante_http_request_seconds",
    "How long answers took, by view and first digit of the status. The view “none”: from memory, or refused.",
    ["endpoint", "status"],
    buckets=BUCKETS,
    registry=registry,
)
_failures = Counter(
    "volante_failures",
    "Errors that nobody expected, and those because the database is away. The log has their references.",
    ["kind"],
    registry=registry,
)
_emails = Counter(
    "volante_mail_outcomes",
    "What became of the emails that this worker tried to send.",
    ["outcome"],
    registry=registry,
)
_jobs = Counter(
    "volante_job_outcomes",
    "How the jobs that this worker ran have ended.",
    ["kind", "outcome"],
    registry=registry,
)
# To find a child by its labels costs more than to count.
_request_children: dict[tuple[str, str], Histogram] = {}
# Counters exist from the start, because Prometheus sees no increase in a series that is new.
for _kind in get_args(FailureKind):
    _failures.labels(_kind)
for _outcome in get_args(MailOutcome):
    _emails.labels(_outcome)


def note_request(endpoint: str, status: str, seconds: float) -> None:
    """Measure an answer. `status` is its first digit."""
    key = endpoint, status
    child = _request_children.get(key)
    if child is None:
        child = _request_children[key] = _requests.labels(endpoint, f"{status}xx")
    child.observe(seconds)


def note_failure(kind: FailureKind) -> None:
    """Count an error."""
    _failures.labels(kind).inc()


def note_email(outcome: MailOutcome) -> None:
    """Count what became of an attempt to send an email."""
    _emails.labels(outcome).inc()


def show_jobs(kind: str) -> None:
    """Show the counters of this kind of job before any has ended."""
    for outcome in get_args(JobOutcome):
        _jobs.labels(kind, outcome)


def note_job(kind: str, outcome: JobOutcome) -> None:
    """Count how an attempt at a job has ended."""
    _jobs.labels(kind, outcome).inc()
