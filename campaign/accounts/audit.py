"""Write and read the activity log."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from campaign.accounts.audit_models import AuditEntry
from campaign.extensions import db
from campaign.process.clock import utcnow

MAX_REASON_LENGTH = 500


@dataclass(frozen=True)
class Actor:
    """Who acts, through which interface, and from which network.

    `organizer_id` is None if nobody is signed in. `channel` is one of CHANNELS.
    """

    organizer_id: int | None = None
    channel: str = "web"
    address: str = ""


COMMAND = Actor(channel="command")
WORKER = Actor(channel="worker")


def record_audit_event(
    actor: Actor,
    action: str,
    *,
    subject: tuple[str, int | None] | None = None,
    cause_id: int | None = None,
    reason: str = "",
    details: dict[str, Any] | None = None,
    at: datetime | None = None,
) -> AuditEntry:
    """Log in the current transaction that `actor` did `action` and return the entry.

    `at` is when it happened (default: now). `subject` is a pair (kind, id), such as ("petition",
    7). `details` are plain values, never text that a supporter wrote.
    """
    kind, subject_id = subject or ("", None)
    entry = AuditEntry(
        at=at or utcnow(),
        organizer_id=actor.organizer_id,
        channel=actor.channel,
        address=actor.address,
        action=action,
        subject_kind=kind,
        subject_id=subject_id,
        cause_id=cause_id,
        reason=reason.strip()[:MAX_REASON_LENGTH],
        details=details or {},
    )
    db.session.add(entry)
    db.session.flush()
    return entry


def record_planned(
    action: str,
    *,
    subject: tuple[str, int],
    cause_id: int | None,
    planned: Collection[str],
    now: datetime,
) -> AuditEntry:
    """Log that the worker did at `now` what an organizer had planned, and who planned it.

    `planned` are the actions that can have planned it.
    """
    plan = last_entry(subject, planned)
    details = {"planned_by": plan.organizer_id} if plan and plan.organizer_id else None
    return record_audit_event(
        WORKER, action, subject=subject, cause_id=cause_id, details=details, at=now
    )


def is_unrecorded(
    subject: tuple[str, int],
    moment: datetime,
    *,
    recorded_by: Collection[str],
    planned_by: Collection[str],
) -> bool:
    """Return whether the log has a `planned_by` action, but no `recorded_by` action since `moment`.

    This finds changes that happen by the clock alone, when no row is changed.
    """
    recorded = last_entry(subject, recorded_by)
    return (recorded is None or recorded.at < moment) and last_entry(
        subject, planned_by
    ) is not None


def last_entry(subject: tuple[str, int], actions: Iterable[str]) -> AuditEntry | None:
    """Return the newest entry about `subject` with one of these actions, or None.

    "petitions.edit:dates" matches only edits of that part.
    """
    return db.session.scalar(
        select(AuditEntry)
        .where(
            AuditEntry.subject_kind == subject[0],
            AuditEntry.subject_id == subject[1],
            or_(*map(_is_action, actions)),
        )
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )


def _is_action(pattern: str) -> ColumnElement[bool]:
    action, _, part = pattern.partition(":")
    matches = AuditEntry.action == action
    return matches & (AuditEntry.details["part"].as_string() == part) if part else matches


def entries_since(since: datetime, actions: Collection[str], *, limit: int) -> Sequence[AuditEntry]:
    """Return at most `limit` entries with one of these actions since `since`, newest first."""
    query = select(AuditEntry).where(AuditEntry.at >= since, AuditEntry.action.in_(actions))
    return db.session.scalars(query.order_by(AuditEntry.id.desc()).limit(limit)).all()


def entries(
    *,
    cause_ids: Collection[int] | None = None,
    organizer_id: int | None = None,
    action: str = "",
    subject: tuple[str, int] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before_id: int | None = None,
    limit: int = 50,
) -> Sequence[AuditEntry]:
    """Return the newest entries that match every given filter, newest first.

    `before_id` gets the next page. If `cause_ids` is None, entries of all causes and of none are
    returned. `action` is a whole action, or a subject such as "petitions".
    """
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if cause_ids is not None:
        query = query.where(AuditEntry.cause_id.in_(cause_ids))
    if organizer_id is not None:
        query = query.where(AuditEntry.organizer_id == organizer_id)
    if action:
        query = query.where(
            AuditEntry.action == action
            if "." in action
            else AuditEntry.action.startswith(f"{action}.", autoescape=True)
        )
    if subject:
        query = query.where(
            AuditEntry.subject_kind == subject[0], AuditEntry.subject_id == subject[1]
        )
    if since is not None:
        query = query.where(AuditEntry.at >= since)
    if until is not None:
        query = query.where(AuditEntry.at < until)
    if before_id is not None:
        query = query.where(AuditEntry.id < before_id)
    return db.session.scalars(query).all()
