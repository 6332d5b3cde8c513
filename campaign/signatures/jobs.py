"""The periodic work on signatures: counting, reminders, bulk decisions, the index, and deletion."""

import os
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, Table, delete, exists, func, or_, select, update

from campaign.extensions import database_now, db, write
from campaign.jobs.registry import BackgroundWork
from campaign.jobs.runs import WorkerContext
from campaign.mail.models import BULK
from campaign.mail.operations import enqueue_about
from campaign.process.clock import utcnow
from campaign.signatures.confirmation_emails import LAST_REMINDER, REMINDER
from campaign.signatures.counting.aggregates import AggregateRefresher
from campaign.signatures.counting.groups import release_full_groups
from campaign.signatures.counting.hatching import hatch
from campaign.signatures.erasure import anonymise_due, warn_of_erasure
from campaign.signatures.models import (
    HELD_UNCONFIRMED,
    LINKED_FORM,
    PENDING,
    WITHDRAWN,
    RepeatSigning,
    Signature,
)
from campaign.signatures.moderation.bulk_decisions import (
    BULK_DECISIONS_WAIT,
    carry_out_batch,
    forget_undone,
)
from campaign.signatures.owner.operations import erase, forget_link_requests, move_up
from campaign.signatures.pending_forms import columns_of, waiting_forms
from campaign.signatures.queries import has_work_for_runner
from campaign.signatures.search.index import CHANGES_WAIT, SearchIndexer
from campaign.signatures.signing.repeats import MAX_EMAILS, REPEATS_WAIT, answer_repeats
from campaign.signatures.tokens import forget_keys_before
from campaign.site.settings import site_settings

HATCH_SECONDS = 0.2
AGGREGATES_SECONDS = 5
SEARCH_INDEX_SECONDS = 5
# How long a command waits until all is hatched, and between two looks at what another process
# hatches.
MAX_HATCH_SECONDS = 60
PAUSE_SECONDS = 0.1

REMINDERS = ((timedelta(days=1), 0, REMINDER), (timedelta(days=4), 1, LAST_REMINDER))
MIN_MAIL_INTERVAL = timedelta(days=1)
BATCH_SIZE = 500

work = BackgroundWork()
for operation in (release_full_groups, warn_of_erasure, anonymise_due, forget_undone):
    work.upkeep(operation)


@work.periodic(seconds=HATCH_SECONDS, process="runner")
def hatch_confirmed(worker: WorkerContext) -> int:
    """Give confirmed signatures their numbers and return how many rows changed."""
    # This check needs no commit, and most of the time there is nothing to do.
    if not has_work_for_runner():
        return 0
    changed: int = write(
        hatch,
        holder=worker.holder,
        now=database_now(),
        max_per_address=site_settings().hold_per_address,
    )
    return changed


def hatch_once() -> int:
    """Hatch one batch from a command and return how many rows changed."""
    changed: int = write(hatch, holder=f"generate-{os.getpid()}", now=utcnow())
    return changed


def hatch_all() -> None:
    """Hatch all that waits, or let the runner that holds the lease do it.

    Commands call this, so that they need not wait for the worker.
    """
    deadline = time.monotonic() + MAX_HATCH_SECONDS
    while time.monotonic() < deadline:
        if not hatch_once():
            db.session.rollback()
            if not has_work_for_runner():
                return
            time.sleep(PAUSE_SECONDS)


@work.periodic(when=REPEATS_WAIT)
def answer_repeated(worker: WorkerContext) -> int:
    """Answer people who have signed before and return how many."""
    good_for = timedelta(days=site_settings().confirm_days)
    answered: int = write(answer_repeats, now=database_now(), good_for=good_for)
    return answered


@work.periodic(when=BULK_DECISIONS_WAIT)
def carry_out_bulk_decisions(worker: WorkerContext) -> int:
    """Carry out or undo a batch of a bulk decision, and return how many signatures it looked at."""
    return write(carry_out_batch, holder=worker.holder, now=database_now())


@work.loop(seconds=AGGREGATES_SECONDS)
def refresh_aggregates(worker: WorkerContext) -> Callable[[], object]:
    """Return the pass that refreshes the aggregates of many signatures."""
    return AggregateRefresher(write, holder=worker.holder).refresh


@work.loop(seconds=SEARCH_INDEX_SECONDS, when=CHANGES_WAIT)
def extend_search_index(worker: WorkerContext) -> Callable[[], object]:
    """Return the pass that adds signatures to the search index."""
    return SearchIndexer(write, holder=worker.holder).extend


@work.upkeep
def remind(*, now: datetime) -> int:
    """Queue reminders for people who have not confirmed after one and after four days.

    Return how many were queued. After the second there are no more. Nobody gets one within a day of
    another email, even if the worker was down for a week.
    """
    return sum(_remind(now, age, sent, kind) for age, sent, kind in REMINDERS)


def _remind(now: datetime, age: timedelta, sent_before: int, kind: str) -> int:
    is_due = (
        PENDING,
        Signature.created_at <= now - age,
        Signature.mailed_at <= now - MIN_MAIL_INTERVAL,
        Signature.reminders == sent_before,
        Signature.mail_count < MAX_EMAILS,
    )
    due = select(Signature.id).where(*is_due).order_by(Signature.created_at).limit(BATCH_SIZE)
    rows = db.session.execute(
        update(Signature)
        # Repeated, so that changes by another worker or the supporter are seen once we lock the
        # row.
        .where(Signature.id.in_(due), *is_due)
        .values(reminders=sent_before + 1, mail_count=Signature.mail_count + 1, mailed_at=now)
        .returning(Signature.id, Signature.lang)
        .execution_options(synchronize_session=False)
    ).all()
    enqueue_about(rows, kind, priority=BULK)
    return len(rows)


@work.upkeep
def forget_old(*, now: datetime) -> int:
    """Erase what is no longer kept after the days that the settings say."""
    return forget(
        now=now,
        unconfirmed_days=site_settings().erase_pending_days,
        address_days=site_settings().address_days,
    )


def forget(*, now: datetime, unconfirmed_days: int, address_days: int) -> int:
    """Erase what is no longer kept and return how many rows changed.

    Unconfirmed signatures are deleted after `unconfirmed_days`. That includes held ones, because
    nobody has said that they signed. A held signature that its supporter has confirmed stays held
    until an organizer decides. Withdrawn ones are erased the same number of days after the
    withdrawal. Digests of IP addresses are removed after `address_days`.
    """
    cutoff = now - timedelta(days=unconfirmed_days)
    forget_link_requests(now=now)
    forget_old_forms(cutoff)
    replace_expiring_signatures(cutoff)
    removed = sum(_drop_unconfirmed(state, cutoff) for state in (PENDING, HELD_UNCONFIRMED))
    withdrawn = db.session.scalars(
        select(Signature.id)
        .where(WITHDRAWN, Signature.withdrawn_at <= cutoff, Signature.hatched_at.is_(None))
        .limit(BATCH_SIZE)
        .with_for_update(skip_locked=True)
    ).all()
    erase(withdrawn)
    return removed + len(withdrawn) + _forget_ip_digests(now - timedelta(days=address_days))


def _drop_unconfirmed(state: Any, cutoff: datetime) -> int:
    is_old = (state, Signature.created_at <= cutoff, Signature.hatched_at.is_(None))
    old = select(Signature.id).where(*is_old).limit(BATCH_SIZE)
    dropped = db.session.execute(
        delete(Signature)
        # Repeated, so that a confirmation at this very moment is seen.
        .where(Signature.id.in_(old), *is_old)
        .returning(Signature.petition_id, Signature.email_digest)
        .execution_options(synchronize_session=False)
    ).all()
    move_up(dropped)
    return len(dropped)


def _forget_ip_digests(cutoff: datetime) -> int:
    forms = RepeatSigning.__table__
    db.session.execute(
        update(forms)
        .where(LINKED_FORM, forms.c.created_at <= cutoff, forms.c.address_digest.is_not(None))
        .values(address_digest=None)
    )
    forget_keys_before(cutoff.date())
    old = (
        select(Signature.id)
        .where(Signature.address_digest.is_not(None), Signature.created_at <= cutoff)
        .limit(BATCH_SIZE)
    )
    return cast(
        CursorResult[Any],
        db.session.execute(
            update(Signature)
            .where(Signature.id.in_(old))
            .values(address_digest=None)
            .execution_options(synchronize_session=False)
        ),
    ).rowcount


FORMS_BATCH = 100
_forms: Table = RepeatSigning.__table__


def forget_old_forms(cutoff: datetime) -> int:
    """Delete the forms that were sent before `cutoff` and return how many."""
    return cast(
        CursorResult[Any],
        db.session.execute(delete(_forms).where(LINKED_FORM, _forms.c.created_at <= cutoff)),
    ).rowcount


def replace_expiring_signatures(cutoff: datetime) -> int:
    """Give forms a new signature if the one they wait with is about to be erased.

    Return how many signatures that was. A form's time counts from when it was sent, so an earlier
    form with the same address never shortens it.
    """
    is_old = or_(
        PENDING & (Signature.created_at <= cutoff),
        HELD_UNCONFIRMED & (Signature.created_at <= cutoff),
        WITHDRAWN & (Signature.withdrawn_at <= cutoff),
    )
    has_form = exists().where(_forms.c.signature_id == Signature.id, _forms.c.used_at.is_(None))
    old = db.session.scalars(
        select(Signature)
        .where(is_old, has_form, Signature.hatched_at.is_(None))
        .order_by(Signature.id)
        .limit(FORMS_BATCH)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    return sum(_replace(signature) for signature in old)


def _replace(signature: Signature) -> int:
    ids = [form.id for form in waiting_forms(signature) if form.id]
    if not ids:
        return 0
    rows = db.session.scalars(
        select(RepeatSigning).where(RepeatSigning.id.in_(ids)).order_by(RepeatSigning.id)
    ).all()
    for row in rows:
        row.signature_id = None
    db.session.flush()
    mail_columns = {
        "mail_count": signature.mail_count,
        "mailed_at": signature.mailed_at,
        "reminders": signature.reminders,
    }
    petition_id, email_digest = signature.petition_id, signature.email_digest
    if signature.state == "withdrawn":
        erase([signature.id])
    else:
        db.session.delete(signature)
    db.session.flush()
    same_address = (Signature.petition_id == petition_id, Signature.email_digest == email_digest)
    taken = db.session.scalar(select(func.max(Signature.position_at_address)).where(*same_address))
    successor = Signature(
        **{
            **columns_of(rows[0]),
            **mail_columns,
            "position_at_address": {None: 1, 1: 2, 2: 1}[taken],
        }
    )
    db.session.add(successor)
    db.session.flush()
    for row in rows:
        row.signature_id = successor.id
    db.session.flush()
    return 1
