"""Changing something in the workspace, and noting it, in one transaction."""

from collections.abc import Callable
from typing import Any, NamedTuple

from campaign.accounts.audit import record
from campaign.accounts.operations import tell_of_change
from campaign.accounts.queries import organizer_by_id
from campaign.extensions import write
from campaign.organize.changes import changes_between, state_of
from campaign.organize.identity import actor


class Fact(NamedTuple):
    """What the audit trail is told: the action, on what, of which cause, why, and plain details.

    `on` is the subject, a pair (kind, id). Of something that is only being made, `on` and `cause_id` are functions of the
    result.
    """

    action: str
    on: tuple | Callable | None = None
    cause_id: Any = None
    reason: str = ""
    details: dict | None = None

    def with_changes(self, changes):
        """Return the fact that also says what was changed."""
        return (
            self._replace(details={**(self.details or {}), "changes": changes}) if changes else self
        )

    def told(self, who, result):
        """Record the fact, and return the entry."""
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


def act(fact, operation, /, *, then=None, **named):
    """Run `operation(**named)` and record `fact` in the same transaction; return what the operation returns.

    `then(entry, result)` runs in that transaction too, and may tell others of it.
    """
    who = actor()

    def operate_and_record():
        before = state_of(fact.on)
        result = operation(**named)
        entry = fact.with_changes(changes_between(before, state_of(fact.on))).told(who, result)
        if then is not None:
            then(entry, result)
        return result

    return write(operate_and_record)


def act_on_some(fact, operation, /, **named):
    """Like `act`, for an operation that returns the ids of the signatures it changed: the trail names these, and nothing where there are none."""
    who = actor()

    def operate_and_record():
        ids = operation(**named)
        if ids:
            fact._replace(details={"signatures": sorted(ids)}).told(who, ids)
        return ids

    return write(operate_and_record)


def act_on_account(action, operation, /, *, organizer_id, details=None, **named):
    """Like `act`, for a change to the account of `organizer_id`, who is told of it by mail."""
    who = actor()

    def operate_and_tell():
        result = operation(organizer_id=organizer_id, **named)
        entry = record(who, action, subject=("organizer", organizer_id), details=details)
        tell_of_change(entry, organizer_by_id(organizer_id))
        return result

    return write(operate_and_tell)


def note(*facts):
    """Record that somebody looked at personal data, or anything else that changes nothing."""
    who = actor()
    if facts:
        write(lambda: [fact.told(who, None) for fact in facts])
