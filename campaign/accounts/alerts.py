"""Queue emails to organizers: about what another person changed, and what owners should know."""

from campaign.accounts.audit import WORKER, record_audit_event
from campaign.accounts.audit_models import AccountAlert, AuditEntry
from campaign.accounts.models import Organizer
from campaign.accounts.operations import GrantedRole
from campaign.accounts.permissions import ADMIN
from campaign.accounts.queries import admins, organizer_by_id, owners_of
from campaign.db.upsert import insert
from campaign.extensions import db
from campaign.mail.models import ACCOUNT
from campaign.mail.operations import enqueue, enqueue_many

ALERT = "account_alert"


def alert(entry: AuditEntry, organizer: Organizer) -> None:
    """Queue one email to an organizer about an audit event, in the current transaction.

    A second call for the same event and organizer does nothing.
    """
    row = {"organizer_id": organizer.id, "entry_id": entry.id}
    statement = (
        insert(AccountAlert.__table__)
        .values(row)
        .on_conflict_do_nothing()
        .returning(AccountAlert.__table__.c.id)
    )
    alert_id = db.session.scalar(statement)
    if alert_id is not None:
        enqueue(kind=ALERT, subject_id=alert_id, lang=organizer.lang, priority=ACCOUNT)


def alert_subject(entry: AuditEntry, was_changed: object) -> None:
    """Alert the organizer that an audit event is about, if anything was changed."""
    if was_changed:
        alert(entry, organizer_by_id(entry.subject_id))


def alert_admins(entry: AuditEntry) -> None:
    """Alert every admin about an audit event.

    This includes the admin who acted, because someone else may be using their session.
    """
    for admin in admins():
        is_subject = (entry.subject_kind, entry.subject_id) == ("organizer", admin.id)
        if not is_subject and not admin.is_invited:
            alert(entry, admin)


def alert_of_new_admin(entry: AuditEntry, granted: GrantedRole) -> None:
    """Alert every admin if the role just given makes someone a new admin."""
    if granted.is_new and entry.details["role"] == ADMIN:
        alert_admins(entry)


def tell_owners(kind: str, action: str, *, subject: tuple[str, int], cause_id: int) -> None:
    """Queue an email of `kind` to each owner of a cause, about something the worker has noticed.

    Each email is about its own audit event, which names the owner and the subject.
    """
    messages = []
    for owner in owners_of(cause_id):
        entry = record_audit_event(
            WORKER, action, subject=subject, cause_id=cause_id, details={"organizer": owner.id}
        )
        messages.append({"kind": kind, "subject_id": entry.id, "lang": owner.lang})
    if messages:
        enqueue_many(messages)
