"""Queue emails in the outbox, and change the state of queued emails."""

import random
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, Select, case, delete, func, or_, select, update

from campaign.db.upsert import DATABASE_NOW, insert, insert_all
from campaign.extensions import database_clock, db
from campaign.jobs.operations import CLAIM_LIFETIME
from campaign.mail.models import (
    IS_QUEUED,
    LETTERS,
    MAX_REPORTS,
    PERSONAL,
    OutboxMessage,
    OutboxRow,
    UndeliverableAddress,
)
from campaign.mail.queries import is_claimable
from campaign.process.clock import utcnow

FIRST_DELAY = timedelta(seconds=30)
MAX_DELAY = timedelta(hours=6)
MAX_ATTEMPTS = 10
# Few enough that no waiting writer is delayed noticeably.
SWEEP_BATCH = 1000
# Why a due email waits.
DAILY_LIMIT_REACHED = "the address has had its emails for the day"
DOMAIN_LIMIT_REACHED = "the domain of the address gets emails more slowly"
# Why an email was dropped that nobody will miss: the reason for it had passed.
NO_LONGER_NEEDED = "no longer apt"
# Why an email was dropped without an attempt: its address was reported before.
ADDRESS_REFUSED = "the address takes no mail"
# What a claim finds of a worker that ended with the email in hand. The email may have left.
CLAIM_ENDED = "its worker ended before the result was recorded"
# Nobody may get a mailing twice. Before a worker sends its emails, it marks them with the first of
# these. If that worker dies, the next one marks them with the second and does not send them.
BEING_SENT = "it is being sent"
MAY_HAVE_ARRIVED = "its worker ended while it was being sent"
ENDED = (CLAIM_ENDED, MAY_HAVE_ARRIVED)

_table = OutboxMessage.__table__


def enqueue(*, kind: str, subject_id: int, lang: str, priority: int = PERSONAL) -> None:
    """Queue an email of `kind` about the row `subject_id`, in the caller's transaction."""
    enqueue_many([{"kind": kind, "subject_id": subject_id, "lang": lang}], priority=priority)


def enqueue_later(
    *, kind: str, subject_id: int, lang: str, priority: int, delay: timedelta
) -> None:
    """Queue an email that is due after `delay`, by the database's clock."""
    db.session.execute(
        _table.insert().values(
            kind=kind,
            subject_id=subject_id,
            lang=lang,
            priority=priority,
            due_at=database_clock(delay),
        )
    )


def enqueue_many(
    messages: Iterable[dict[str, Any]], *, priority: int = PERSONAL, due_at: datetime | None = None
) -> dict[int, int]:
    """Queue several emails with one statement, due at `due_at` (default: now).

    Each email is a dict of `kind`, `subject_id` and `lang`. Return the ids of their outbox rows, by
    `subject_id`.
    """
    defaults = {
        "priority": priority,
        "created_at": utcnow(),
        "due_at": due_at or DATABASE_NOW,
        "attempts": 0,
        "state": "owed",
        "last_error": "",
    }
    rows = insert_all(
        db.session.connection(),
        _table,
        [message | defaults for message in messages],
        returning=("subject_id", "id"),
    )
    return {subject_id: row_id for subject_id, row_id in rows}


def enqueue_about(
    rows: Iterable[Any], kind: str, *, priority: int = PERSONAL, due_at: datetime | None = None
) -> None:
    """Queue an email of `kind` about each of the rows, in its language, as `enqueue_many` does."""
    enqueue_many(
        [{"kind": kind, "subject_id": row.id, "lang": row.lang} for row in rows],
        priority=priority,
        due_at=due_at,
    )


def claim(*, limit: int, now: datetime, last_priority: int = LETTERS) -> list[OutboxRow]:
    """Claim up to `limit` due messages, and return their rows with all columns.

    All have the same priority: while personal emails are due, only those are claimed, and those
    after `last_priority` wait. The longest overdue come first. A claim lasts CLAIM_LIFETIME unless
    renewed. Then another worker may claim the messages, with CLAIM_ENDED as their last error. Those
    that `begin` marked are not sent again: they are returned as failed. `now` is the database's
    time.
    """
    claimable = is_claimable(now, last_priority=last_priority)
    top_priority = select(func.min(_table.c.priority)).where(claimable).scalar_subquery()
    # A CTE, because PostgreSQL may run a plain subquery with a limit more than once.
    due = (
        select(_table.c.id)
        .where(claimable, _table.c.priority == top_priority)
        .order_by(_table.c.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    was_begun = _table.c.last_error == BEING_SENT
    claimed = db.session.execute(
        update(_table)
        .where(_table.c.id.in_(select(due.c.id)))
        .values(
            state=case((was_begun, "failed"), else_=_table.c.state),
            locked_until=case((was_begun, None), else_=now + CLAIM_LIFETIME),
            attempts=_table.c.attempts + 1,
            last_error=case(
                (was_begun, MAY_HAVE_ARRIVED),
                (_table.c.locked_until.is_not(None), CLAIM_ENDED),
                (_table.c.last_error == CLAIM_ENDED, ""),
                else_=_table.c.last_error,
            ),
        )
        .returning(*_table.c)
    ).all()
    return sorted(claimed, key=lambda row: (row.due_at, row.id))


def renew(ids: Collection[int]) -> None:
    """Extend the claim on messages that are still in hand, by the database's clock."""
    db.session.execute(
        update(_table)
        .where(_table.c.id.in_(ids), IS_QUEUED, _table.c.locked_until.is_not(None))
        .values(locked_until=database_clock(CLAIM_LIFETIME))
    )


def begin(ids: Collection[int]) -> None:
    """Record that these claimed messages are about to be sent, so that no worker does it again."""
    db.session.execute(
        update(_table)
        .where(_table.c.id.in_(ids), IS_QUEUED, _table.c.locked_until.is_not(None))
        .values(last_error=BEING_SENT)
    )


def mark_sent(ids: Collection[int], *, now: datetime) -> None:
    """Record that the mail server accepted these messages."""
    _change(ids, state="sent", sent_at=now, last_error="")


def drop(ids: Collection[int], *, reason: str = "") -> None:
    """Give up these messages: they are no longer needed, or their address accepts no email."""
    _change(ids, state="dropped", last_error=reason)


def reschedule(email_id: int, *, error: str, now: datetime) -> None:
    """Try a message again later, or mark it as failed after ten attempts.

    Each wait is four times longer than the one before, up to about six hours. `error` says what
    happened, without names or addresses.
    """
    attempts = cast(
        int, db.session.scalar(select(_table.c.attempts).where(_table.c.id == email_id))
    )
    if attempts >= MAX_ATTEMPTS:
        _change([email_id], state="failed", last_error=error[:200])
    else:
        _change([email_id], due_at=now + _delay(attempts), last_error=error[:200])


def wait_until(email_id: int, *, until: datetime, reason: str) -> None:
    """Return an unsent message to the outbox, to be claimed again from `until` on."""
    _change([email_id], due_at=until, attempts=_table.c.attempts - 1, last_error=reason)


def end_wait(*, kind: str, subject_ids: Select[int], reason: str) -> None:
    """Make the emails of `kind` about these subjects due that wait for this `reason`."""
    waiting = (
        select(_table.c.id)
        .where(
            IS_QUEUED,
            _table.c.kind == kind,
            _table.c.last_error == reason,
            _table.c.subject_id.in_(subject_ids),
        )
        # An email that a worker has claimed was rendered before, and waits again.
        .with_for_update(skip_locked=True)
    )
    db.session.execute(
        update(_table).where(_table.c.id.in_(waiting)).values(due_at=database_clock(timedelta()))
    )


def release(ids: Collection[int]) -> None:
    """Return unsent messages to the outbox, as if they had never been claimed."""
    last_error = case(
        (_table.c.last_error.in_((BEING_SENT, MAY_HAVE_ARRIVED)), ""), else_=_table.c.last_error
    )
    _change(ids, attempts=_table.c.attempts - 1, last_error=last_error)


def refuse_address(digest: bytes, *, reason: str, now: datetime) -> None:
    """Record that the address behind this keyed digest accepts no email.

    Either its own server told us, or a mail service did.
    """
    statement = insert(UndeliverableAddress.__table__).values(
        digest=digest, reason=reason[:200], since=now, reports=MAX_REPORTS, message=""
    )
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["digest"], set_={"reports": statement.excluded.reports}
        )
    )


def report_address(digest: bytes, *, reason: str, message: str, now: datetime) -> None:
    """Count an emailed report that the address accepts no email.

    A second report about the same `message` does not count.
    """
    statement = insert(UndeliverableAddress.__table__).values(
        digest=digest, reason=reason[:200], since=now, reports=1, message=message
    )
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["digest"],
            set_={"reports": MAX_REPORTS},
            where=UndeliverableAddress.message != statement.excluded.message,
        )
    )


def refused_among(digests: Collection[bytes], *, min_reports: int = MAX_REPORTS) -> set[bytes]:
    """Return those of the digests whose address has at least `min_reports` reports."""
    column = UndeliverableAddress.digest
    return set(
        db.session.scalars(
            select(column).where(column.in_(digests), UndeliverableAddress.reports >= min_reports)
        )
    )


def refusal_of(digest: bytes) -> UndeliverableAddress | None:
    """Return the UndeliverableAddress of this keyed digest, or None."""
    return db.session.get(UndeliverableAddress, digest, populate_existing=True)


def clear_refusal(*, digest: bytes) -> None:
    """Forget that an address accepted no email, so that the next email tries its server again."""
    db.session.execute(delete(UndeliverableAddress).where(UndeliverableAddress.digest == digest))


def sweep(*, now: datetime, keep_days: int = 30) -> int:
    """Delete finished messages older than `keep_days` among the oldest rows and return how many."""
    oldest = select(func.min(_table.c.id)).scalar_subquery()
    result = db.session.execute(
        delete(_table).where(
            _table.c.id < oldest + SWEEP_BATCH,
            _table.c.state != "owed",
            _table.c.created_at <= now - timedelta(days=keep_days),
        )
    )
    return cast(CursorResult[Any], result).rowcount


def _change(ids: Collection[int], **values: Any) -> None:
    # The worker that sent a message may learn its result after another took it for ended.
    is_changeable = or_(IS_QUEUED, _table.c.last_error == MAY_HAVE_ARRIVED)
    db.session.execute(
        update(_table)
        .where(_table.c.id.in_(ids), is_changeable)
        .values({"state": "owed", "locked_until": None, **values})
    )


def _delay(attempts: int) -> timedelta:
    # The jitter keeps messages that failed together from being retried together.
    delay = cast(timedelta, min(FIRST_DELAY * 4 ** (attempts - 1), MAX_DELAY))
    return delay * random.uniform(0.8, 1.2)
