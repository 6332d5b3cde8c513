"""Owing mail, and the life of what is owed."""

import random
from datetime import timedelta

from sqlalchemy import delete, func, select, update

from campaign.db.bulk import insert_all
from campaign.db.insertion import insert
from campaign.extensions import db
from campaign.mail.models import MAX_REPORTS, OWED, PERSONAL, OutboxMessage, UndeliverableAddress
from campaign.process.clock import utcnow

LOCK = timedelta(minutes=2)
FIRST_DELAY = timedelta(seconds=30)
MAX_DELAY = timedelta(hours=6)
MAX_ATTEMPTS = 10
# So few that nobody who waits to write notices.
SWEPT_AT_ONCE = 1000
# Why one waits that is due.
DAY_IS_FULL = "the address has had its emails for the day"
# Why a letter was given up that nobody misses: its occasion had passed.
NO_LONGER_APT = "no longer apt"

_table = OutboxMessage.__table__


def enqueue(*, kind, subject_id, lang):
    """Queue an email of `kind` about the row `subject_id`; it goes with the caller's transaction."""
    enqueue_many([{"kind": kind, "subject_id": subject_id, "lang": lang}])


def enqueue_many(mails, *, priority=PERSONAL, due_at=None):
    """Queue several emails with one statement, for `due_at` (now); each is a dict of `kind`, `subject_id` and `lang`."""
    now = utcnow()
    usual = {
        "priority": priority,
        "created_at": now,
        "due_at": due_at or now,
        "attempts": 0,
        "state": "owed",
        "last_error": "",
    }
    insert_all(db.session.connection(), _table, [mail | usual for mail in mails])


def claim(*, limit, now):
    """Claim up to `limit` due messages and return their rows, each with all columns.

    All have the same priority: as long as there are emails that one person waits for, only those are claimed, the ones due
    for longest first. They are ours for two minutes, unless renewed; then another worker may claim them. `now` is the
    database's time.
    """
    free = _table.c.locked_until.is_(None) | (_table.c.locked_until <= now)
    first = (
        select(func.min(_table.c.priority))
        .where(OWED, _table.c.due_at <= now, free)
        .scalar_subquery()
    )
    # As a CTE, since PostgreSQL may run a plain subquery with a limit more than once.
    due = (
        select(_table.c.id)
        .where(OWED, _table.c.due_at <= now, free, _table.c.priority == first)
        .order_by(_table.c.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    taken = db.session.execute(
        update(_table)
        .where(_table.c.id.in_(select(due.c.id)))
        .values(locked_until=now + LOCK, attempts=_table.c.attempts + 1)
        .returning(*_table.c)
    ).all()
    return sorted(taken, key=lambda owed: (owed.due_at, owed.id))


def renew(ids, *, now):
    """Keep claimed messages that a mail server takes its time over."""
    db.session.execute(
        update(_table).where(_table.c.id.in_(ids), OWED).values(locked_until=now + LOCK)
    )


def mark_sent(ids, *, now):
    """Note that the mail server has taken these messages."""
    _change(ids, state="sent", sent_at=now, last_error="")


def drop(ids, *, reason=""):
    """Give up these messages, because they are no longer apt or their address takes no mail."""
    _change(ids, state="dropped", last_error=reason)


def reschedule(id, *, error, now):
    """Try a message again later, each time four times later, at most about six hours; after ten attempts it has failed.

    `error` says what happened, without names or addresses.
    """
    attempts = db.session.scalar(select(_table.c.attempts).where(_table.c.id == id))
    if attempts >= MAX_ATTEMPTS:
        _change([id], state="failed", last_error=error[:200])
    else:
        _change([id], due_at=now + _delay(attempts), last_error=error[:200])


def wait_until(id, *, until):
    """Give back a claimed message that was not tried, to be claimed again from `until` on."""
    _change([id], due_at=until, attempts=_table.c.attempts - 1, last_error=DAY_IS_FULL)


def release(ids):
    """Give back claimed messages that were not tried, as if they had never been claimed."""
    _change(ids, attempts=_table.c.attempts - 1)


def refuse_address(digest, *, reason, now):
    """Remember that the address behind this keyed digest takes no mail: its server said so to us, or a mail service did."""
    statement = insert(UndeliverableAddress.__table__).values(
        digest=digest, reason=reason[:200], since=now, reports=MAX_REPORTS, message=""
    )
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["digest"], set_={"reports": statement.excluded.reports}
        )
    )


def report_address(digest, *, reason, message, now):
    """Count a report by email that the address takes no mail; a second one about the same `message` does not count."""
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


def refused_among(digests, *, min_reports=MAX_REPORTS):
    """Return the set of those digests whose address takes no mail, by at least `min_reports` reports."""
    known = UndeliverableAddress.digest
    return set(
        db.session.scalars(
            select(known).where(known.in_(digests), UndeliverableAddress.reports >= min_reports)
        )
    )


def refusal_of(digest):
    """Return the UndeliverableAddress of this keyed digest, or None."""
    return db.session.get(UndeliverableAddress, digest, populate_existing=True)


def try_again(*, digest):
    """Forget that an address took no mail: its server is asked anew by the next letter."""
    db.session.execute(delete(UndeliverableAddress).where(UndeliverableAddress.digest == digest))


def sweep(*, now, keep_days=30):
    """Delete what was settled more than `keep_days` ago, among the oldest rows; return how many."""
    oldest = select(func.min(_table.c.id)).scalar_subquery()
    return db.session.execute(
        delete(_table).where(
            _table.c.id < oldest + SWEPT_AT_ONCE,
            _table.c.state != "owed",
            _table.c.created_at <= now - timedelta(days=keep_days),
        )
    ).rowcount


def _change(ids, **values):
    db.session.execute(
        update(_table).where(_table.c.id.in_(ids), OWED).values(locked_until=None, **values)
    )


def _delay(attempts):
    # The jitter keeps what failed together from coming back together.
    return min(FIRST_DELAY * 4 ** (attempts - 1), MAX_DELAY) * random.uniform(0.8, 1.2)
