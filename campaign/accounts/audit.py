"""Writing and reading the audit trail."""

from dataclasses import dataclass

from sqlalchemy import or_, select

from campaign.accounts.audit_models import AuditEntry
from campaign.extensions import db
from campaign.process.clock import utcnow

MAX_REASON_LENGTH = 500


@dataclass(frozen=True)
class Actor:
    """Who acts, through which door, from which network; `organizer_id` is None where nobody is signed in."""

    organizer_id: int | None = None
    door: str = "web"
    address: str = ""


COMMAND = Actor(door="command")
WORKER = Actor(door="worker")


def record(actor, action, *, subject=None, cause_id=None, reason="", details=None, at=None):
    """Note in the present transaction that `actor` did `action`, just now or at an instant; return the entry.

    `subject` is a pair (kind, id), such as ("petition", 7). `details` are plain values, never a supporter's own words.
    """
    kind, subject_id = subject or ("", None)
    entry = AuditEntry(
        at=at or utcnow(),
        organizer_id=actor.organizer_id,
        door=actor.door,
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


def record_planned(action, *, subject, cause_id, planned, now):
    """Note that the worker did at `now` what somebody had planned by one of the actions `planned`, and who that was."""
    plan = last_entry(subject, planned)
    details = {"planned_by": plan.organizer_id} if plan and plan.organizer_id else None
    return record(WORKER, action, subject=subject, cause_id=cause_id, details=details, at=now)


def is_untold(subject, moment, *, told, planned):
    """Return whether one of the actions `planned` stands in the trail, and since `moment` none of those that tell of it.

    So it is with what comes about by the clock alone, without anybody changing a row.
    """
    teller = last_entry(subject, told)
    return (teller is None or teller.at < moment) and last_entry(subject, planned) is not None


def last_entry(subject, actions):
    """Return the newest entry about `subject` with one of these actions, or None; "petitions.edit:dates" is an edit of that part alone."""
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


def _is_action(words):
    action, _, part = words.partition(":")
    is_it = AuditEntry.action == action
    return is_it & (AuditEntry.details["part"].as_string() == part) if part else is_it


def entries_since(since, actions, *, most):
    """Return the newest entries since an instant that are one of these actions, the newest first."""
    query = select(AuditEntry).where(AuditEntry.at >= since, AuditEntry.action.in_(actions))
    return db.session.scalars(query.order_by(AuditEntry.id.desc()).limit(most)).all()


def entries(
    *,
    cause_ids=None,
    organizer_id=None,
    action="",
    subject=None,
    since=None,
    until=None,
    before_id=None,
    most=50,
):
    """Return the newest entries that fit all that is asked, newest first; `before_id` turns the page.

    `cause_ids` None means all, with those of no cause; `action` may be a whole action or a subject such as "petitions".
    """
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(most)
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
