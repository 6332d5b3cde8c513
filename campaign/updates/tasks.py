"""The worker's part in mailing: letters are owed in batches, each in one transaction with its receipts."""

from datetime import timedelta

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import aliased

from campaign.accounts.audit import WORKER, is_untold, record, record_planned
from campaign.causes.models import Cause
from campaign.db.bulk import insert_all
from campaign.extensions import db
from campaign.mail.models import BULK, OWED, OutboxMessage
from campaign.mail.operations import enqueue_many
from campaign.subscriptions.models import WEEKLY, Subscription
from campaign.subscriptions.queries import suppressed
from campaign.updates.mailing import LETTER, UNREACHED, letters_of
from campaign.updates.mailing_models import RUNNING, Mailing, MailingReceipt
from campaign.updates.models import Update
from campaign.updates.operations import update_to_change
from campaign.updates.queries import public_at
from campaign.updates.recipients import never_reached, next_readers, turned_away

BATCH = 200
# So few letters wait in the outbox that a pause is felt at once, and so many that the postman never waits for us.
MAX_WAITING = 400
WEEK = timedelta(days=7)
MINUTE = timedelta(minutes=1)
KEPT = timedelta(days=25)
# Whatever came out before that is no news to the audit trail any more.
LATELY = timedelta(days=7)
PUBLISHED = ("updates.publish",)
DIGEST = "update_digest"


def mailings_wait(now):
    """Return whether any mailing has something to do; asking costs no commit."""
    return (
        db.session.scalar(select(Mailing.id).where(RUNNING, Mailing.starts_at <= now).limit(1))
        is not None
    )


def send_batch(*, now):
    """Owe the next letters of the mailing that began first; return how many subscriptions it went through.

    Whoever dies in here leaves the batch undone, and the next one begins where the last committed one ended.
    """
    due = db.session.scalars(
        select(Mailing)
        .where(RUNNING, Mailing.starts_at <= now)
        .order_by(Mailing.starts_at, Mailing.id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    return next((many for mailing in due if (many := _advance(mailing, now))), 0)


def _advance(mailing, now):
    news = db.session.scalar(
        select(Update).join(Update.cause).where(Update.id == mailing.update_id, *public_at(now))
    )
    if news is None:
        # It was taken back, or waits for a later hour.
        return 0
    mailing.state = "sending"
    room = _room(mailing, now)
    if room <= 0:
        db.session.flush()
        return 0
    rows = db.session.execute(next_readers(mailing, news.cause_id).limit(room)).all()
    if not rows:
        _finish(mailing, news.cause_id, now)
        return 0
    mailing.reached_id = rows[-1].id
    receipts = insert_all(
        db.session.connection(),
        MailingReceipt.__table__,
        [
            {
                "mailing_id": mailing.id,
                "subscription_id": r.id,
                "email_digest": bytes(r.email_digest),
                "owed_at": now,
            }
            for r in rows
        ],
        # One address has one letter, through whichever of its subscriptions.
        unless=("mailing_id", "email_digest"),
        returning=("id", "subscription_id"),
    )
    langs = {row.id: row.lang for row in rows}
    if receipts:
        enqueue_many(
            [
                {"kind": LETTER, "subject_id": receipt_id, "lang": langs[reader]}
                for receipt_id, reader in receipts
            ],
            priority=BULK,
        )
    db.session.flush()
    return len(rows)


def _room(mailing, now):
    waiting = db.session.scalar(
        select(func.count()).where(OWED, OutboxMessage.kind == LETTER, OutboxMessage.due_at <= now)
    )
    room = min(BATCH, MAX_WAITING - waiting)
    if not mailing.per_minute:
        return room
    lately = select(func.count()).where(
        MailingReceipt.mailing_id == mailing.id, MailingReceipt.owed_at > now - MINUTE
    )
    return min(room, mailing.per_minute - db.session.scalar(lately))


def _finish(mailing, cause_id, now):
    mailing.state, mailing.finished_at = "done", now
    letters = db.session.scalar(select(func.count()).where(MailingReceipt.mailing_id == mailing.id))
    record(
        WORKER,
        "mail.done",
        subject=("update", mailing.update_id),
        cause_id=cause_id,
        details={"letters": letters},
        at=now,
    )
    db.session.flush()


def note_published(*, now):
    """Note in the audit trail each update that has come out at the hour that was set for it; return how many."""
    out = select(Update.id, Update.publish_at).where(
        Update.state == "published", Update.publish_at <= now, Update.publish_at > now - LATELY
    )
    return sum(
        _note(update_id, now)
        for update_id, hour in db.session.execute(out).all()
        if _is_untold(update_id, hour)
    )


def _note(update_id, now):
    # Another worker may have noted it, or an editor have taken it back, before its row was ours.
    row = update_to_change(update_id)
    if row.phase(now) != "public" or not _is_untold(update_id, row.publish_at):
        return 0
    record_planned(
        "updates.publish",
        subject=("update", update_id),
        cause_id=row.cause_id,
        planned=PUBLISHED,
        now=now,
    )
    return 1


def _is_untold(update_id, hour):
    return is_untold(("update", update_id), hour, told=PUBLISHED, planned=PUBLISHED)


def settle(*, now):
    """Keep the reports of mailings before their letters are swept from the outbox, and drop their receipts; return how many."""
    over = db.session.scalars(
        select(Mailing)
        .where(Mailing.state.in_(("done", "stopped")), Mailing.finished_at <= now - KEPT)
        .with_for_update(skip_locked=True)
    ).all()
    unsettled = [mailing for mailing in over if not mailing.counts]
    for mailing in unsettled:
        mailing.counts = {"sent": 0, **letters_of(mailing.id), UNREACHED: never_reached(mailing)}
        db.session.flush()
        db.session.execute(delete(MailingReceipt).where(MailingReceipt.mailing_id == mailing.id))
    return len(unsettled)


def send_digests(*, now):
    """Owe the weekly letter to those whose week is over and who have news waiting; return how many.

    Its bounds are set in the same transaction, so that nothing stands in two of them.
    """
    mine = Subscription.__table__
    since = func.coalesce(mine.c.digest_at, mine.c.confirmed_at)
    news = exists().where(
        Mailing.update_id == Update.id,
        Cause.id == Update.cause_id,
        *public_at(now),
        Mailing.state != "stopped",
        Mailing.starts_at > since,
        Mailing.starts_at <= now,
        (mine.c.cause_id.is_(None)) | (mine.c.cause_id == Update.cause_id),
    )
    # Who hears weekly of everything gets it once, not once more for each cause.
    other = aliased(Subscription)
    wider = exists().where(
        other.email_digest == mine.c.email_digest, other.cause_id.is_(None), other.state == "active",
        other.frequency == "weekly", mine.c.cause_id.is_not(None),
    )  # fmt: skip
    is_due = (WEEKLY, since <= now - WEEK, news, ~wider, ~suppressed(), ~turned_away())
    due = select(Subscription.id).where(*is_due).order_by(Subscription.id).limit(BATCH)
    rows = db.session.execute(
        update(mine)
        .where(mine.c.id.in_(due), WEEKLY, since <= now - WEEK)
        .values(digest_from=since, digest_at=now)
        .returning(mine.c.id, mine.c.lang)
    ).all()
    if rows:
        enqueue_many(
            [{"kind": DIGEST, "subject_id": row.id, "lang": row.lang} for row in rows],
            priority=BULK,
        )
    return len(rows)
