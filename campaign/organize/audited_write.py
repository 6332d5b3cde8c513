"""Run a change in the workspace and record its audit event in one transaction."""

from collections.abc import Callable
from typing import Any, NamedTuple, Self

from campaign.accounts.audit import Actor, record
from campaign.accounts.audit_models import AuditEntry
from campaign.accounts.operations import tell_of_change
from campaign.accounts.queries import organizer_by_id
from campaign.extensions import write
from campaign.organize.changes import changes_between, state_of
from campaign.organize.identity import actor


class Fact(NamedTuple):
    """What the activity log records: action, subject, cause, reason and plain details.

    `on` is the subject, a pair (kind, id). For an object that is only being created, `on` and
    `cause_id` are functions of the result.
    """

    action: str
    on: tuple | Callable | None = None
    cause_id: Any = None
    reason: str = ""
    details: dict | None = None

    def with_changes(self, changes: list[dict[str, Any]]) -> Self:
        """Return this fact with the changed fields added to its details."""
        return (
            self._replace(details={**(self.details or {}), "changes": changes}) if changes else self
        )

    def told(self, who: Actor, result: Any) -> AuditEntry:
        """Record the audit event and return the entry."""
        on, cause_id = (
            each(result) if callable(each) else each for each in (self.on, self.cause_id)
        )
        return record(
            who,
            self.action,
            subject=on,
            cause_id=cause_id,
            reason=self.reason,
            details=self.details,
        )


def act(
    fact: Fact,
    operation: Callable[..., Any],
    /,
    *,
    then: Callable[[AuditEntry, Any], Any] | None = None,
    **named: Any,
) -> Any:
    """Run `operation(**named)` and record `fact` in one transaction; return the operation's result.

    `then(entry, result)` runs in that transaction too, for example to queue emails.
    """
    who = actor()

    def operate_and_record() -> Any:
        before = state_of(fact.on)
        result = operation(**named)
        entry = fact.with_changes(changes_between(before, state_of(fact.on))).told(who, result)
        if then is not None:
            then(entry, result)
        return result

    return write(operate_and_record)


def act_on_some(fact: Fact, operation: Callable[..., Any], /, **named: Any) -> Any:
    """Run an operation that returns the ids of the signatures it changed, and record these ids.

    Nothing is recorded if there are none.
    """
    who = actor()

    def operate_and_record() -> Any:
        ids = operation(**named)
        if ids:
            fact._replace(details={"signatures": sorted(ids)}).told(who, ids)
        return ids

    return write(operate_and_record)


def act_on_account(
    action: str,
    operation: Callable[..., Any],
    /,
    *,
    organizer_id: int,
    details: dict[str, Any] | None = None,
    **named: Any,
) -> Any:
    """Run a change to an organizer's account, record it, and email the organizer about it."""
    who = actor()

    def operate_and_tell() -> Any:
        result = operation(organizer_id=organizer_id, **named)
        entry = record(who, action, subject=("organizer", organizer_id), details=details)
        tell_of_change(entry, organizer_by_id(organizer_id))
        return result

    return write(operate_and_tell)


def note(*facts: Fact) -> None:
    """Record that someone viewed personal data, or did something else that changes nothing."""
    who = actor()
    if facts:
        write(lambda: [fact.told(who, None) for fact in facts])
