"""Changing something in the workspace, and noting it, in one transaction."""

from campaign.accounts.audit import record
from campaign.extensions import write
from campaign.organize.presence import actor


def act(action, operation, /, *, on=None, cause_id=None, reason="", details=None, **named):
    """Run `operation(**named)` and record `action` with it; return what it returns.

    `on` is the subject, a pair (kind, id), or a function that makes one from the result (of something just created);
    `cause_id` may be such a function too.
    """
    who = actor()

    def operate_and_record():
        result = operation(**named)
        subject = on(result) if callable(on) else on
        cause = cause_id(result) if callable(cause_id) else cause_id
        record(who, action, subject=subject, cause_id=cause, reason=reason, details=details)
        return result

    return write(operate_and_record)


def note(action, *, on=None, cause_id=None, reason="", details=None):
    """Record that somebody looked at personal data, or anything else that changes nothing."""
    write(record, actor(), action, subject=on, cause_id=cause_id, reason=reason, details=details)
