"""Decisions that can be undone, with the former state of each signature.

Bulk decisions are about everything that matches a filter: preview, carry out in batches, undo.

A decision is bound to its preview. It ignores signatures that arrive, or begin to match the filter,
later. Each batch changes its signatures, stores their former state and moves the cursor, all in one
transaction. So killing a worker loses nothing, and the next one continues. Decisions are carried
out one after the other.

Decisions about chosen names from a table are carried out at once, and undone in the same way.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, Select, Table, case, delete, func, select

from campaign.accounts.audit import WORKER, record_audit_event
from campaign.db.upsert import insert
from campaign.errors import CampaignError
from campaign.extensions import db
from campaign.jobs.operations import take_lease
from campaign.signatures import name_display
from campaign.signatures.models import NAME_DISPLAY_REQUESTED, Signature
from campaign.signatures.moderation import decisions
from campaign.signatures.moderation.models import IN_WORK, BulkDecision, BulkItem
from campaign.signatures.moderation.undo import restore_batch
from campaign.signatures.search.queries import Search, conditions, matching, signatures_by_id

# The most rows in one transaction. More would make people who sign wait noticeably.
BATCH_SIZE = 1000
MAX_SIGNATURES = 1_000_000
UNDO_FOR = timedelta(days=7)

_table: Table = Signature.__table__
_items: Table = BulkItem.__table__
_SAVED_COLUMNS = (
    "state",
    "held_reason",
    "reviewed_at",
    "rejected_at",
    "comment_shown",
    "comment_read_at",
    "name_display",
    "name_display_requested",
)
_CARRY_OUT = {
    "approve": decisions.approve_waiting,
    "reject": decisions.reject,
    "show": decisions.show_comments,
    "hide": decisions.hide_comments,
}
_DECIDE_NAMES = {
    "name": name_display.confirm_by_organizer,
    "private": name_display.keep_private,
}


class CannotUndoError(CampaignError):
    """The decision is not carried out yet, was undone already, or is too old."""

    status = 409


@dataclass(frozen=True)
class PreviewSnapshot:
    """What a preview is bound to: the newest signature at that time, and the time."""

    upto_id: int
    at: datetime


@dataclass(frozen=True)
class MatchCounts:
    """How many signatures of a cause match a filter.

    `total` are all, `counted` those in the tally, and `verbs` those that each verb would change.
    """

    total: int
    counted: int
    verbs: dict[str, int]


def take_snapshot(now: datetime) -> PreviewSnapshot:
    """Return the PreviewSnapshot of `now`."""
    return PreviewSnapshot(db.session.scalar(select(func.max(Signature.id))) or 0, now)


def preview(search: Search, snapshot: PreviewSnapshot) -> dict[int, MatchCounts]:
    """Return {cause id: MatchCounts}. Counting stops after MAX_SIGNATURES + 1 signatures."""
    matches = _matching(search, snapshot).limit(MAX_SIGNATURES + 1).subquery()
    is_open = _table.c.state.in_(decisions.UNDECIDED) & _table.c.rejected_at.is_(None)
    changeable = {
        "approve": _can_approve(search),
        "reject": is_open,
        "show": ~_table.c.comment_shown & (_table.c.comment != ""),
        "hide": (_table.c.comment_shown | _table.c.comment_read_at.is_(None))
        & (_table.c.comment != ""),
    }
    numbers = (
        func.count(),
        func.count(_table.c.hatched_at),
        *(func.count(case((condition, 1))) for condition in changeable.values()),
    )
    query = (
        select(_table.c.cause_id, *numbers)
        .join(matches, matches.c.id == _table.c.id)
        .group_by(_table.c.cause_id)
    )
    rows = db.session.execute(query).all()
    return {
        cause_id: MatchCounts(total, counted, dict(zip(changeable, verbs, strict=True)))
        for cause_id, total, counted, *verbs in rows
    }


def sample(search: Search, snapshot: PreviewSnapshot, limit: int = 20) -> Sequence[Signature]:
    """Return the newest signatures that match."""
    query = _matching(search, snapshot)
    ids = db.session.scalars(query.order_by(query.selected_columns[0].desc()).limit(limit)).all()
    return signatures_by_id(ids)


def create_decision(
    *,
    organizer_id: int,
    cause_id: int,
    verb: str,
    search: Search,
    snapshot: PreviewSnapshot,
    total: int,
    reason: str,
    now: datetime,
) -> BulkDecision:
    """Create a decision about everything in one cause that matches. The worker carries it out."""
    decision = BulkDecision(
        organizer_id=organizer_id,
        verb=verb,
        search=search.to_json(),
        upto_id=snapshot.upto_id,
        previewed_at=snapshot.at,
        total=total,
        cause_id=cause_id,
        reason=reason,
        decided_at=now,
    )
    db.session.add(decision)
    db.session.flush()
    return decision


def decide_names(
    *, organizer_id: int, cause_id: int, verb: str, ids: Iterable[int], now: datetime
) -> tuple[BulkDecision, list[int]] | None:
    """Show these full names from a table, or keep them private, as `verb` says.

    Return the decision and the ids that it changed, or None if none of these names waits.
    """
    waiting = (NAME_DISPLAY_REQUESTED, _table.c.id.in_(list(ids)), _table.c.cause_id == cause_id)
    rows = _lock_rows(*waiting)
    changed = _DECIDE_NAMES[verb](ids=[row.id for row in rows], cause_ids=None)
    if not changed:
        return None
    decision = create_decision(
        organizer_id=organizer_id,
        cause_id=cause_id,
        verb=verb,
        search=Search(()),
        snapshot=PreviewSnapshot(max(changed), now),
        total=len(changed),
        reason="",
        now=now,
    )
    decision.state, decision.finished_at = "done", now
    decision.changed = _save_rows(decision, rows, changed)
    db.session.flush()
    return decision, sorted(changed)


def undo(*, bulk_id: int, organizer_id: int, now: datetime) -> BulkDecision:
    """Make the worker restore everything to its former state. Raise CannotUndoError."""
    decision = cast(
        BulkDecision,
        db.session.get(BulkDecision, bulk_id, with_for_update=True, populate_existing=True),
    )
    if not can_undo(decision, now):
        raise CannotUndoError(bulk_id)
    decision.state, decision.undone_by, decision.cursor = "undoing", organizer_id, 0
    db.session.flush()
    return decision


def can_undo(decision: BulkDecision, now: datetime) -> bool:
    """Return whether the decision changed anything and is not too old to be undone."""
    return (
        decision.state == "done" and decision.changed > 0 and now < decision.decided_at + UNDO_FOR
    )


def bulk_by_id(bulk_id: int) -> BulkDecision | None:
    """Return the decision, or None."""
    return db.session.get(BulkDecision, bulk_id)


def newest_bulk(cause_ids: Iterable[int] | None, limit: int = 50) -> Sequence[BulkDecision]:
    """Return the newest decisions in these causes, or in all if `cause_ids` is None."""
    query = select(BulkDecision).order_by(BulkDecision.id.desc()).limit(limit)
    return db.session.scalars(
        query if cause_ids is None else query.where(BulkDecision.cause_id.in_(cause_ids))
    ).all()


BULK_DECISIONS_WAIT = select(BulkDecision.id).where(IN_WORK).exists()


def carry_out_batch(*, holder: str, now: datetime, limit: int = BATCH_SIZE) -> int:
    """Process a batch of the oldest decision in work and return how many signatures it looked at.

    Return at least 1 if there was such a decision.
    """
    if not take_lease("bulk", holder=holder, now=now):
        return 0
    query = (
        select(BulkDecision)
        .where(IN_WORK)
        .order_by(BulkDecision.id)
        .limit(1)
        .with_for_update(of=BulkDecision)
    )
    decision = db.session.scalar(query.execution_options(populate_existing=True))
    if decision is None:
        return 0
    processed = (
        _decide(decision, limit)
        if decision.state == "running"
        else restore_batch(decision, limit=limit, now=now)
    )
    if processed < limit:
        _finish(decision, now)
    db.session.flush()
    return max(processed, 1)


def forget_undone(*, now: datetime) -> int:
    """Delete the former states of signatures for decisions that can no longer be undone.

    Return for how many decisions.
    """
    too_old = select(BulkDecision.id).where(
        BulkDecision.decided_at <= now - UNDO_FOR, BulkDecision.state.in_(("done", "undone"))
    )
    old = db.session.scalars(
        select(_items.c.bulk_id).where(_items.c.bulk_id.in_(too_old)).distinct().limit(20)
    ).all()
    for bulk_id in old:
        ids = select(_items.c.signature_id).where(_items.c.bulk_id == bulk_id).limit(BATCH_SIZE)
        db.session.execute(
            delete(_items).where(_items.c.bulk_id == bulk_id, _items.c.signature_id.in_(ids))
        )
    return len(old)


def _decide(decision: BulkDecision, limit: int) -> int:
    search, snapshot = (
        Search.from_json(decision.search),
        PreviewSnapshot(decision.upto_id, decision.previewed_at),
    )
    query = _matching(search, snapshot, above=decision.cursor)
    ids = db.session.scalars(query.order_by(query.selected_columns[0]).limit(limit)).all()
    if not ids:
        return 0
    # Checked again now that the rows are locked: what another organizer has decided since no longer
    # matches.
    still_matching = (
        _table.c.id.in_(ids),
        _table.c.cause_id == decision.cause_id,
        *conditions(search, has_text=False),
    )
    rows = _lock_rows(*still_matching)
    operation = (
        decisions.approve
        if _includes_rejected(decision.verb, search)
        else _CARRY_OUT[decision.verb]
    )
    changed = operation(ids=[row.id for row in rows], cause_ids=None, now=decision.decided_at)
    decision.cursor, decision.changed = (
        ids[-1],
        decision.changed + _save_rows(decision, rows, changed),
    )
    return len(ids)


def _lock_rows(*conditions: Any) -> Sequence[Row[Any]]:
    """Lock the signatures that match and return their ids and _SAVED_COLUMNS."""
    columns = (_table.c.id, *(_table.c[name] for name in _SAVED_COLUMNS))
    return db.session.execute(
        select(*columns).where(*conditions).order_by(_table.c.id).with_for_update()
    ).all()


def _save_rows(decision: BulkDecision, rows: Iterable[Row[Any]], ids: Collection[int]) -> int:
    """Save the former state of those of the rows that the decision changed and return how many."""
    changed = set(ids)
    items = [
        {
            "bulk_id": decision.id,
            "signature_id": row.id,
            **{name: getattr(row, name) for name in _SAVED_COLUMNS},
        }
        for row in rows
        if row.id in changed
    ]
    if items:
        db.session.execute(insert(_items), items)
    return len(items)


def _finish(decision: BulkDecision, now: datetime) -> None:
    is_undo = decision.state == "undoing"
    decision.state, decision.finished_at = "undone" if is_undo else "done", now
    # The search text may be a person's name, so it does not stay.
    decision.search = Search.from_json(decision.search).without_text().to_json()
    count = decision.restored if is_undo else decision.changed
    action = "bulk.undone" if is_undo else "bulk.done"
    record_audit_event(
        WORKER,
        action,
        subject=("bulk", decision.id),
        cause_id=decision.cause_id,
        details={"signatures": count},
    )


def _matching(
    search: Search, snapshot: PreviewSnapshot, above: int = 0
) -> Select[*tuple[Any, ...]]:
    return matching(search, above=above, below=snapshot.upto_id + 1).where(
        _matched_at(search, snapshot.at)
    )


def _matched_at(search: Search, at: datetime) -> ColumnElement[bool]:
    """Return the condition that a signature matched at the time of the preview.

    One that began to match later is not included, however old it is.
    """
    since: dict[str, ColumnElement[Any]] = {
        "held": func.coalesce(_table.c.held_at, _table.c.created_at),
        "rejected": _table.c.rejected_at,
        "counted": func.coalesce(_table.c.hatched_at, _table.c.confirmed_at, _table.c.created_at),
    }
    return since.get(search.state, _table.c.created_at) <= at


def _can_approve(search: Search) -> ColumnElement[bool]:
    is_held = _table.c.state == "held"
    return is_held if search.state == "rejected" else is_held & _table.c.rejected_at.is_(None)


def _includes_rejected(verb: str, search: Search) -> bool:
    return verb == "approve" and search.state == "rejected"
