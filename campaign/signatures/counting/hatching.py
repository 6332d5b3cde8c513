"""Hatching: count confirmed signatures, give them butterfly numbers, and update tally and ledger.

All of that happens in one transaction. One runner does it in batches, so that no supporter ever
waits for a row that another supporter writes.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Table,
    TextClause,
    delete,
    func,
    select,
    true,
    update,
)

from campaign.causes.models import Cause, CauseTally, FreeNumber
from campaign.db.bulk_update import bulk_update
from campaign.db.upsert import insert
from campaign.extensions import AnyRow, db
from campaign.jobs.operations import take_lease
from campaign.notices.consents import withdraw_consents
from campaign.petitions.kinds import PETITION, kind_of
from campaign.petitions.models import Petition, PetitionTally
from campaign.signatures.answer_consents import note_answer_consents
from campaign.signatures.counting.groups import is_due, put_in_groups
from campaign.signatures.models import TO_HATCH, TO_RELEASE, LedgerEntry, Signature
from campaign.signatures.moderation.models import Rule
from campaign.signatures.moderation.rules import active_rules
from campaign.signatures.name_consents import SHOWN_DISPLAYS, note_shown_names
from campaign.subscriptions.signers import ask_signers, end_of_signatures, subscribe_signers
from campaign.switches.state import organisations_without, switched_off

# The most rows in one transaction. More would make people who sign wait noticeably.
BATCH_SIZE = 2000
RATE_WINDOW = timedelta(hours=1)
CROWDED = "many_from_one_address"
# Databases limit how many values a statement may carry.
MAX_IDS_PER_STATEMENT = 10_000

_table: Table = Signature.__table__


def hatch(*, holder: str, now: datetime, max_per_address: int = 0, limit: int = BATCH_SIZE) -> int:
    """Hatch up to `limit` confirmed signatures, and free the numbers of withdrawn ones.

    Return how many rows changed, or 0 if another runner is at work. `holder` names this process,
    and only the one that holds the lease works. At most `max_per_address` signatures an hour from
    one IP address are counted, and the rest are held (0: no limit).
    """
    if switched_off("hatching") or not take_lease("hatching", holder=holder, now=now):
        return 0
    released = _release(now, limit)
    resumed = _resume(now)
    held = _hold_crowded(now, limit, max_per_address, CROWDED, true()) if max_per_address else 0
    held += sum(_hold_by_rule(now, limit, rule) for rule in active_rules("rate"))
    return released + resumed + held + _count_waiting(now, limit)


def release_numbers(*, now: datetime, limit: int = BATCH_SIZE) -> int:
    """Remove withdrawn and held signatures from the tally when no runner is at work.

    Return how many. A restore needs this.
    """
    return _release(now, limit)


def _release(now: datetime, limit: int) -> int:
    """Remove withdrawn or held signatures from tally and ledger, and free their numbers."""
    rows = db.session.execute(
        select(
            _table.c.id,
            _table.c.cause_id,
            _table.c.petition_id,
            _table.c.evidence,
            _table.c.number,
            _table.c.state,
        )
        .where(TO_RELEASE)
        .order_by(_table.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    if not rows:
        return 0
    bulk_update(
        db.session.connection(),
        _table,
        [{"id": row.id} for row in rows],
        number=None,
        hatched_at=None,
    )
    numbered = [row for row in rows if row.number is not None]
    if numbered:
        db.session.execute(
            insert(FreeNumber),
            [{"cause_id": row.cause_id, "number": row.number} for row in numbered],
        )
    reasons = {"held": "held"}
    _update_tallies(
        now,
        Counter((r.petition_id, reasons.get(r.state, "withdrawn"), r.evidence) for r in rows),
        by=-1,
    )
    _subtract_from_causes(Counter(row.cause_id for row in numbered))
    # Withdrawing a signature also ends the subscription it created. Holding it does not.
    withdrawn = [row.id for row in rows if row.state != "held"]
    if withdrawn:
        end_of_signatures(withdrawn, now=now)
        withdraw_consents("signature", withdrawn, now=now)
    return len(rows)


def _resume(now: datetime) -> int:
    """Count signatures again whose withdrawal was undone before they had left the tally.

    Their butterflies keep their numbers.
    """
    return cast(
        CursorResult[Any],
        db.session.execute(
            update(_table)
            .where(TO_HATCH, _table.c.hatched_at.is_not(None))
            .values(state="counted", hatched_at=now)
        ),
    ).rowcount


def _hold_by_rule(now: datetime, limit: int, rule: Rule) -> int:
    scope = _table.c.cause_id == rule.cause_id
    if rule.petition_id is not None:
        scope &= _table.c.petition_id == rule.petition_id
    return _hold_crowded(now, limit, int(rule.pattern), rule.reason, scope)


def _hold_crowded(
    now: datetime,
    limit: int,
    max_signatures: int,
    reason: str,
    scope: ColumnElement[bool],
) -> int:
    """Hold signatures beyond `max_signatures` an hour from one IP address.

    What an organizer approved is never held again. `scope` limits which signatures are ranked and
    may be held. The IP address digests are read first and passed as values. Otherwise, when its
    statistics show few waiting rows, PostgreSQL would rank all of them again for each waiting
    signature.
    """
    waiting = (
        select(_table.c.address_digest)
        .where(TO_HATCH, scope, _table.c.address_digest.is_not(None))
        .order_by(_table.c.id)
        .limit(limit)
    )
    networks = set(db.session.scalars(waiting))
    if not networks:
        return 0
    rank = func.row_number().over(
        partition_by=_table.c.address_digest, order_by=(_table.c.confirmed_at, _table.c.id)
    )
    ranked = (
        select(_table.c.id, _table.c.state, _table.c.reviewed_at, rank.label("rank"))
        .where(
            scope,
            _table.c.address_digest.in_(networks),
            _table.c.created_at > now - RATE_WINDOW,
            _table.c.confirmed_at.is_not(None),
        )
        .subquery()
    )
    over_limit = db.session.scalars(
        select(ranked.c.id).where(
            ranked.c.rank > max_signatures,
            ranked.c.state == "confirmed",
            ranked.c.reviewed_at.is_(None),
        )
    ).all()
    chunks = (
        over_limit[start : start + MAX_IDS_PER_STATEMENT]
        for start in range(0, len(over_limit), MAX_IDS_PER_STATEMENT)
    )
    return sum(_hold(ids, reason, now) for ids in chunks)


def _hold(ids: Sequence[int], reason: str, now: datetime) -> int:
    # The state is checked again, because a supporter may have withdrawn since the ids were read.
    return cast(
        CursorResult[Any],
        db.session.execute(
            update(_table)
            .where(TO_HATCH, _table.c.reviewed_at.is_(None), _table.c.id.in_(ids))
            .values(state="held", held_reason=reason, held_at=now)
        ),
    ).rowcount


def _count_waiting(now: datetime, limit: int) -> int:
    """Count the signatures that are due, and put those that must wait into groups.

    Return how many rows changed.
    """
    counted = _counted_causes()
    new, due = _uncounted(limit, TO_HATCH, counted), _uncounted(limit, *is_due(now), counted)
    _count([*put_in_groups(new, now=now), *due], now)
    return len(new) + len(due)


def _counted_causes() -> ColumnElement[bool]:
    """Return the condition that counting is switched on for a signature's organisation."""
    paused = organisations_without("hatching")
    if not paused:
        return true()
    return _table.c.cause_id.not_in(select(Cause.id).where(Cause.organisation_id.in_(paused)))


def _uncounted(limit: int, *conditions: ColumnElement[bool] | TextClause) -> Sequence[AnyRow]:
    return db.session.execute(
        select(
            _table.c.id,
            _table.c.cause_id,
            _table.c.petition_id,
            _table.c.evidence,
            _table.c.subscribe,
            _table.c.tell_answer,
            _table.c.name_display,
        )
        # A signature that came back after `_resume` looked is still in the tally, and the next pass
        # takes it.
        .where(*conditions, _table.c.hatched_at.is_(None))
        .order_by(_table.c.id)
        .limit(limit)
        # A concurrent withdrawal either comes first and is skipped, or comes after us and is not
        # overwritten.
        .with_for_update(skip_locked=True)
    ).all()


def _count(rows: Sequence[AnyRow], now: datetime) -> None:
    if not rows:
        return
    others = _actions_unlike_petitions({row.petition_id for row in rows})
    without_butterflies = {action.id for action in others if not action.has_butterflies}
    numbers: dict[int, int | None] = dict.fromkeys(row.id for row in rows)
    numbered = [row for row in rows if row.petition_id not in without_butterflies]
    for cause_id, of_cause in groupby(
        sorted(numbered, key=lambda row: row.cause_id), key=lambda row: row.cause_id
    ):
        ids = sorted(row.id for row in of_cause)
        numbers.update(zip(ids, _next_numbers(cause_id, len(ids)), strict=True))
    bulk_update(
        db.session.connection(),
        _table,
        [{"id": row_id, "number": number} for row_id, number in numbers.items()],
        state="counted",
        hatched_at=now,
        waits_until=None,
    )
    _update_tallies(now, Counter((row.petition_id, "hatched", row.evidence) for row in rows), by=1)
    _note_counted(others, rows, now)
    _subscribe([row for row in rows if row.subscribe], now)
    if shown := [row.id for row in numbered if row.name_display in SHOWN_DISPLAYS]:
        note_shown_names(shown)
    if asking := [row.id for row in rows if row.tell_answer]:
        note_answer_consents(asking)


def _actions_unlike_petitions(petition_ids: Collection[int]) -> Sequence[AnyRow]:
    """Return those of the actions that are of another kind, or without butterflies."""
    return db.session.execute(
        select(Petition.id, Petition.action_kind, Petition.has_butterflies)
        .where(
            (Petition.action_kind != PETITION) | ~Petition.has_butterflies,
            Petition.id.in_(petition_ids),
        )
        # Whether it has butterflies does not change before the numbers are committed.
        .with_for_update(read=True)
    ).all()


def _note_counted(actions: Sequence[AnyRow], rows: Sequence[AnyRow], now: datetime) -> None:
    """Tell the kinds of these actions which responses were counted."""
    for action in actions:
        if note := kind_of(action.action_kind).note_counted:
            note(signature_ids=[row.id for row in rows if row.petition_id == action.id], now=now)


def _subscribe(rows: Sequence[AnyRow], now: datetime) -> None:
    """Subscribe supporters who asked for news.

    A confirmation by email is also their consent. The others get an email that asks for it.
    """
    by_mail = [row.id for row in rows if row.evidence == "email"]
    others = [row.id for row in rows if row.evidence != "email"]
    if by_mail:
        subscribe_signers(_table, _table.c.id.in_(by_mail), now=now)
    if others:
        ask_signers(_table, _table.c.id.in_(others), now=now)


def _next_numbers(cause_id: int, count: int) -> list[int]:
    """Take `count` numbers of the cause, lowest free ones first, and add as many to its tally."""
    free = db.session.scalars(
        select(FreeNumber.number)
        .where(FreeNumber.cause_id == cause_id)
        .order_by(FreeNumber.number)
        .limit(count)
    ).all()
    if free:
        db.session.execute(
            delete(FreeNumber).where(FreeNumber.cause_id == cause_id, FreeNumber.number <= free[-1])
        )
    missing = count - len(free)
    last = cast(
        int,
        db.session.scalar(
            update(CauseTally)
            .where(CauseTally.cause_id == cause_id)
            .values(count=CauseTally.count + count, last_number=CauseTally.last_number + missing)
            .returning(CauseTally.last_number)
        ),
    )
    return [*free, *range(last - missing + 1, last + 1)]


def _subtract_from_causes(left: Counter[int]) -> None:
    """Subtract `left`, a Counter of cause ids, from the tallies of causes."""
    for cause_id, count in left.items():
        db.session.execute(
            update(CauseTally)
            .where(CauseTally.cause_id == cause_id)
            .values(count=CauseTally.count - count, freed=CauseTally.freed + count)
        )


def _update_tallies(now: datetime, changes: Counter[tuple[int, str, str]], *, by: int) -> None:
    """Update petition tallies and this hour's ledger by `changes`.

    They are a Counter of (petition id, reason, evidence).
    """
    hour = now.replace(minute=0, second=0, microsecond=0)
    for (petition_id, reason, evidence), change in changes.items():
        db.session.execute(
            update(PetitionTally)
            .where(PetitionTally.petition_id == petition_id)
            .values(count=PetitionTally.count + by * change)
        )
        entry = insert(LedgerEntry).values(
            petition_id=petition_id,
            hour=hour,
            reason=reason,
            evidence=evidence,
            change=by * change,
        )
        db.session.execute(
            entry.on_conflict_do_update(
                index_elements=["petition_id", "hour", "reason", "evidence"],
                set_={"change": LedgerEntry.change + entry.excluded.change},
            )
        )
