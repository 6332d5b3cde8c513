"""Decide whether this machine can serve requests, within a bounded time."""

from functools import partial
from typing import Literal, NamedTuple, TypeAlias

from flask import Flask, current_app

from campaign.health.database_checks import check_database
from campaign.health.disk_checks import check_space
from campaign.health.findings import Finding, State
from campaign.process.bounded_call import BoundedCall

EXTENSION = "readiness"
DATABASE_SECONDS = 2
# Without these, nobody can sign. Whatever else is wrong, the site can still serve.
REQUIRED = ("database", "migrations")
REPORTED = (*REQUIRED, "worker")

ReadyState: TypeAlias = Literal["ready", "degraded", "unavailable"]


class Readiness(NamedTuple):
    """Whether requests can be served, and the state of each check."""

    state: ReadyState
    checks: dict[str, State]


def init_app(app: Flask) -> None:
    """Let `app` check its database with a time limit."""
    app.extensions[EXTENSION] = BoundedCall(partial(_check_database, app), seconds=DATABASE_SECONDS)


def readiness() -> Readiness:
    """Check the database, its migrations, the worker and the disk, in a few seconds at most."""
    checks: dict[str, State]
    try:
        checks = _states(current_app.extensions[EXTENSION].result())
    except TimeoutError:
        checks = {"database": "wrong"}
    checks |= _states([check_space(current_app.config["VAR_DIR"])])
    if any(checks.get(subject) == "wrong" for subject in REQUIRED):
        return Readiness("unavailable", checks)
    is_well = all(state == "ok" for state in checks.values())
    return Readiness("ready" if is_well else "degraded", checks)


def _check_database(app: Flask) -> list[Finding]:
    with app.app_context():
        return [finding for finding in check_database() if finding.subject in REPORTED]


def _states(findings: list[Finding]) -> dict[str, State]:
    return {finding.subject: finding.state for finding in findings}
