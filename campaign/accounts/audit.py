"""Writing and reading the audit trail."""

from dataclasses import dataclass

from sqlalchemy import select

from campaign.accounts.audit_models import AuditEntry
from campaign.extensions import db

MOST_REASON = 500


@dataclass(frozen=True)
class Actor:
    """Who acts, through which door, from which network; `organizer_id` is None where nobody is signed in."""

    organizer_id: int | None = None
    door: str = "web"
    address: str = ""


COMMAND = Actor(door="command")
WORKER = Actor(door="worker")


def record(actor, action, *, subject=None, cause_id=None, reason="", details=None):
    """Note in the present transaction that `actor` did `action`; return the entry.

    `subject` is a pair (kind, id), such as ("petition", 7). `details` are plain values, never a supporter's own words.
    """
    kind, subject_id = subject or ("", None)
    entry = AuditEntry(
        organizer_id=actor.organizer_id,
        door=actor.door,
        address=actor.address,
        action=action,
        subject_kind=kind,
        subject_id=subject_id,
        cause_id=cause_id,
        reason=reason.strip()[:MOST_REASON],
        details=details or {},
    )
    db.session.add(entry)
    db.session.flush()
    return entry


def entries(
    *, cause_ids=None, organizer_id=None, action="", subject=None, since=None, until=None, before_id=None, most=50
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
            AuditEntry.action == action if "." in action else AuditEntry.action.startswith(f"{action}.", autoescape=True)
        )
    if subject:
        query = query.where(AuditEntry.subject_kind == subject[0], AuditEntry.subject_id == subject[1])
    if since is not None:
        query = query.where(AuditEntry.at >= since)
    if until is not None:
        query = query.where(AuditEntry.at < until)
    if before_id is not None:
        query = query.where(AuditEntry.id < before_id)
    return db.session.scalars(query).all()
