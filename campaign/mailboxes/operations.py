"""Request a new email address for a mailbox, confirm it, refuse it, agree to it and stop it.

The new mailbox confirms, so that nobody's data goes to an address with a mistake. The old one then
has time to object: someone else may have opened its personal link.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select

from campaign.accounts.audit import Actor, record_audit_event
from campaign.errors import CampaignError, LinkExpired
from campaign.extensions import db, load_for_update_or_none, note_ended, rows_changed
from campaign.mail.models import OutboxMessage
from campaign.mail.operations import enqueue, enqueue_many, refused_among
from campaign.mailboxes.models import WAITING, AddressChange
from campaign.mailboxes.parts import Mailbox, counts_of, lang_of, mailbox_parts
from campaign.mailboxes.queries import (
    CAUTION_PERIOD,
    OBJECTION_PERIOD,
    changes_from,
    was_stopped,
)

REQUEST = "address_change_request"
NOTICE = "address_change_notice"
STOPPED = "address_change_stopped"
DONE = "address_change_done"
# As long as an earlier objection counts.
RETENTION = CAUTION_PERIOD
OPEN = ("requested", "waiting")
PUBLIC = Actor(channel="web")


class ChangeOver(CampaignError):
    """The change has ended: it was made, stopped, refused or replaced."""

    status = 409


def request_change(*, old: Mailbox, new: Mailbox, lang: str, now: datetime) -> int:
    """Record the request, and queue the email that asks the new mailbox, and return the id.

    It replaces requests of the old mailbox that nobody confirmed yet. Nothing is looked up about
    the new mailbox, so that neither the answer nor its time says whether it is known here.
    """
    for earlier in changes_from(old, "requested"):
        _end(earlier, "replaced", now)
    change = AddressChange(
        lang=lang,
        old_email=old.email,
        old_digest=old.digest,
        new_email=new.email,
        new_digest=new.digest,
        created_at=now,
    )
    db.session.add(change)
    db.session.flush()
    enqueue(kind=REQUEST, subject_id=change.id, lang=lang)
    return change.id


def confirm_change(*, change_id: int, now: datetime, good_for: timedelta) -> AddressChange:
    """Confirm the change for the new mailbox, and tell the old one at once.

    It takes effect OBJECTION_PERIOD after the old mailbox was told, or if it agrees. It replaces an
    earlier change that waits. Confirming twice changes nothing. `good_for` is how long the link in
    the email works. Raise LinkExpired and ChangeOver.
    """
    change = _load_with_others(change_id)
    if change.state != "requested":
        return change
    if change.created_at <= now - good_for:
        raise LinkExpired(change_id)
    for earlier in changes_from(change.old, "waiting"):
        _end(earlier, "replaced", now)
    change.state, change.confirmed_at = "waiting", now
    change.needs_agreement = was_stopped(change.old, now=now)
    _tell_old(change)
    return change


def follow_notices(*, now: datetime) -> int:
    """Begin the time to object of changes whose old mailbox was told, and return how many changed.

    A notice that the mail server did not accept is queued again. If the old address accepts no
    email at all, nobody can read a notice there, and the time begins without one.
    """
    waiting = db.session.scalars(
        select(AddressChange)
        .where(WAITING, AddressChange.takes_effect_at.is_(None))
        .order_by(AddressChange.id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    return sum(_follow_notice(change, now) for change in waiting)


def _follow_notice(change: AddressChange, now: datetime) -> bool:
    query = select(OutboxMessage.state, OutboxMessage.sent_at)
    notice = db.session.execute(query.where(OutboxMessage.id == change.notice_id)).one_or_none()
    state = notice.state if notice else ""
    if state == "owed":
        return False
    if state != "sent" and not refused_among([change.old_digest]):
        _tell_old(change)
        return True
    if change.needs_agreement:
        return False
    notified_at = notice.sent_at if notice and state == "sent" else now
    change.takes_effect_at = notified_at + OBJECTION_PERIOD
    db.session.flush()
    return True


def refuse_change(*, change_id: int, now: datetime) -> AddressChange:
    """End the change for the new mailbox, whose holder did not ask for it. Raise ChangeOver."""
    change = _load(change_id)
    if change.state != "refused":
        _stop(change, "refused", now)
    return change


def agree(*, change_id: int, now: datetime) -> AddressChange:
    """Let the change take effect now, because the old mailbox agrees. Raise ChangeOver."""
    change = _load(change_id)
    if change.state == "done":
        return change
    if change.state != "waiting":
        raise ChangeOver(change_id)
    change.takes_effect_at = min(change.takes_effect_at or now, now)
    db.session.flush()
    return change


def stop(*, change_id: int, now: datetime) -> AddressChange:
    """Stop the change permanently, because the old mailbox objects, and tell the new one.

    Stopping twice changes nothing. Raise ChangeOver.
    """
    change = _load(change_id)
    if change.state != "stopped":
        _stop(change, "stopped", now)
        enqueue(kind=STOPPED, subject_id=change.id, lang=change.lang)
    return change


def take_effect(*, change_id: int, now: datetime) -> bool:
    """Move everything of the old mailbox, if the time has come, and return whether it was done.

    All of it is one transaction. After a killed worker, the next one finds the row as it was.
    """
    change = db.session.scalar(
        select(AddressChange)
        .where(AddressChange.id == change_id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if (
        change is None
        or change.state != "waiting"
        or change.takes_effect_at is None
        or change.takes_effect_at > now
    ):
        return False
    for part in mailbox_parts():
        part.move(change.old, change.new, now=now)
    _end(change, "done", now)
    enqueue(kind=DONE, subject_id=change.id, lang=change.lang)
    return True


def forget_old(*, now: datetime) -> int:
    """Let changes expire that nobody agreed to or was told of, and delete old rows.

    Return how many.
    """
    unanswered = db.session.scalars(
        select(AddressChange)
        .where(
            AddressChange.state == "waiting",
            AddressChange.takes_effect_at.is_(None),
            AddressChange.confirmed_at <= now - OBJECTION_PERIOD,
        )
        .with_for_update(skip_locked=True)
    ).all()
    for change in unanswered:
        _end(change, "expired", now)
    table = AddressChange
    return len(unanswered) + rows_changed(
        delete(table).where(
            or_(
                table.ended_at <= now - RETENTION,
                (table.state == "requested") & (table.created_at <= now - RETENTION),
            )
        )
    )


def forget_erased(digests: Iterable[bytes]) -> None:
    """Delete the changes of mailboxes among these to which nothing belongs any longer.

    A change that has not ended moves what belongs to its old mailbox, so that one alone decides.
    """
    wanted = set(digests)
    table = AddressChange
    changes = db.session.scalars(
        select(table).where(or_(table.old_digest.in_(wanted), table.new_digest.in_(wanted)))
    ).all()
    for change in changes:
        mailboxes = [change.old] if change.state in OPEN else [change.old, change.new]
        if not any(sum(counts_of(mailbox).values()) for mailbox in mailboxes):
            db.session.delete(change)
    db.session.flush()


def _tell_old(change: AddressChange) -> None:
    # The language of the change is that of the person who asked for it, who may be a thief.
    lang = lang_of(change.old) or change.lang
    message = {"kind": NOTICE, "subject_id": change.id, "lang": lang}
    change.notice_id = enqueue_many([message])[change.id]
    db.session.flush()


def _load(change_id: int) -> AddressChange:
    change = load_for_update_or_none(AddressChange, change_id)
    if change is None:
        raise ChangeOver(change_id)
    return change


def _load_with_others(change_id: int) -> AddressChange:
    """Return the change, with all changes of its old mailbox locked.

    Of two that are confirmed at the same time, one then replaces the other.
    """
    mailbox = select(AddressChange.old_digest).where(AddressChange.id == change_id)
    rows = db.session.scalars(
        select(AddressChange)
        .where(AddressChange.old_digest == mailbox.scalar_subquery())
        .order_by(AddressChange.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    change = next((row for row in rows if row.id == change_id), None)
    if change is None:
        raise ChangeOver(change_id)
    return change


def _stop(change: AddressChange, state: str, now: datetime) -> None:
    if change.state not in OPEN:
        raise ChangeOver(change.id)
    _end(change, state, now)
    record_audit_event(PUBLIC, f"addresses.{state}", subject=("address_change", change.id), at=now)


def _end(change: AddressChange, state: str, now: datetime) -> None:
    change.state, change.ended_at = state, now
    if state != "done":
        # A restored backup must not bring it back.
        note_ended("address_change.stopped", change.id, change.created_at)
    db.session.flush()
