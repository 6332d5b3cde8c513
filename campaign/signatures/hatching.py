"""Hatching: confirmed signatures get their butterfly number, tally and ledger move with them, in one transaction.

One runner does this in batches, so that no supporter ever waits for a row that another supporter writes.
"""

from collections import Counter
from datetime import timedelta
from itertools import groupby

from sqlalchemy import bindparam, delete, func, select, true, update

from campaign.causes.models import CauseTally, FreeNumber
from campaign.db.insertion import insert
from campaign.extensions import db
from campaign.jobs.operations import take_lease
from campaign.petitions.models import PetitionTally
from campaign.signatures.batches import is_due, put_in_batches
from campaign.signatures.models import TO_HATCH, TO_RELEASE, LedgerEntry, Signature
from campaign.signatures.rule_cache import standing_rules
from campaign.subscriptions.signers import ask_signers, end_of_signatures, subscribe_signers

# In one transaction: more would keep those who sign waiting for longer than they notice.
BATCH = 2000
RATE_WINDOW = timedelta(hours=1)
CROWDED = "many_from_one_address"
# Databases limit how many values a statement may carry.
MAX_IDS_PER_STATEMENT = 10_000

_table = Signature.__table__
_by_id = update(_table).where(_table.c.id == bindparam("row_id"))


def hatch(*, holder, now, most_per_address=0, limit=BATCH):
    """Hatch up to `limit` confirmed signatures and release the numbers of those withdrawn.

    `holder` names this process; only the one that holds the lease works. `most_per_address` signatures an hour from one
    network address are counted, those beyond are held (0: no limit). Returns how many rows changed, 0 if another runs.
    """
    if not take_lease("hatching", holder=holder, now=now):
        return 0
    released = _release(now, limit)
    resumed = _resume(now)
    held = _hold_crowded(now, limit, most_per_address, CROWDED) if most_per_address else 0
    held += sum(_hold_by_rule(now, limit, rule) for rule in standing_rules("rate"))
    return released + resumed + held + _give_numbers(now, limit)


def release_left(*, now, limit=BATCH):
    """Take what was withdrawn or held out of the tally where no runner is at work, as after a restore; return how many."""
    return _release(now, limit)


def _release(now, limit):
    """Take withdrawn or held signatures out of tally and ledger, and free their numbers."""
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
    db.session.execute(
        _by_id.values(number=None, hatched_at=None), [{"row_id": row.id} for row in rows]
    )
    db.session.execute(
        insert(FreeNumber), [{"cause_id": row.cause_id, "number": row.number} for row in rows]
    )
    reasons = {"held": "held"}
    _count(
        now,
        Counter((r.petition_id, reasons.get(r.state, "withdrawn"), r.evidence) for r in rows),
        sign=-1,
    )
    _leave_causes(Counter(row.cause_id for row in rows))
    # Who took the signature back takes back what was agreed with it; who is only held does not.
    left = [row.id for row in rows if row.state != "held"]
    if left:
        end_of_signatures(left, now=now)
    return len(rows)


def _resume(now):
    """A withdrawal undone before its number was freed: the butterfly stays where it is."""
    return db.session.execute(
        update(_table)
        .where(TO_HATCH, _table.c.number.is_not(None))
        .values(state="counted", hatched_at=now)
    ).rowcount


def _hold_by_rule(now, limit, rule):
    here = _table.c.cause_id == rule.cause_id
    if rule.petition_id is not None:
        here &= _table.c.petition_id == rule.petition_id
    return _hold_crowded(now, limit, int(rule.pattern), rule.reason, here)


def _hold_crowded(now, limit, max_signatures, reason, here=true()):
    """Hold signatures beyond `max_signatures` an hour from one network; what an organizer approved is never held again.

    `here` narrows which signatures count and may be held. Networks are read first and handed over as values: with few
    rows waiting in its statistics, PostgreSQL would otherwise rank all of them again for each signature that waits.
    """
    waiting = (
        select(_table.c.address_digest)
        .where(TO_HATCH, here, _table.c.address_digest.is_not(None))
        .order_by(_table.c.id)
        .limit(limit)
    )
    networks = set(db.session.scalars(waiting))
    if not networks:
        return 0
    place = func.row_number().over(
        partition_by=_table.c.address_digest, order_by=(_table.c.confirmed_at, _table.c.id)
    )
    ranked = (
        select(_table.c.id, _table.c.state, _table.c.reviewed_at, place.label("place"))
        .where(
            here,
            _table.c.address_digest.in_(networks),
            _table.c.created_at > now - RATE_WINDOW,
            _table.c.confirmed_at.is_not(None),
        )
        .subquery()
    )
    beyond = db.session.scalars(
        select(ranked.c.id).where(
            ranked.c.place > max_signatures,
            ranked.c.state == "confirmed",
            ranked.c.reviewed_at.is_(None),
        )
    ).all()
    parts = (
        beyond[start : start + MAX_IDS_PER_STATEMENT]
        for start in range(0, len(beyond), MAX_IDS_PER_STATEMENT)
    )
    return sum(_hold(ids, reason, now) for ids in parts)


def _hold(ids, reason, now):
    # The state is asked again: somebody may have withdrawn since the ids were read.
    return db.session.execute(
        update(_table)
        .where(TO_HATCH, _table.c.reviewed_at.is_(None), _table.c.id.in_(ids))
        .values(state="held", held_reason=reason, held_at=now)
    ).rowcount


def _give_numbers(now, limit):
    """Count those whose turn it is; those that must wait for their batch are put into it. Return how many rows changed."""
    fresh, due = _unnumbered(limit, TO_HATCH), _unnumbered(limit, *is_due(now))
    _number([*put_in_batches(fresh, now=now), *due], now)
    return len(fresh) + len(due)


def _unnumbered(limit, *conditions):
    return db.session.execute(
        select(
            _table.c.id,
            _table.c.cause_id,
            _table.c.petition_id,
            _table.c.evidence,
            _table.c.subscribe,
        )
        # Who came back since `_resume` looked has a number still, and is taken up by the next pass.
        .where(*conditions, _table.c.number.is_(None))
        .order_by(_table.c.id)
        .limit(limit)
        # Whoever withdraws at this instant comes before us, and is skipped, or after us, and is not overwritten.
        .with_for_update(skip_locked=True)
    ).all()


def _number(rows, now):
    if not rows:
        return
    numbered = []
    for cause_id, of_cause in groupby(
        sorted(rows, key=lambda row: row.cause_id), key=lambda row: row.cause_id
    ):
        ids = sorted(row.id for row in of_cause)
        numbered += zip(ids, _next_numbers(cause_id, len(ids)), strict=True)
    db.session.execute(
        _by_id.values(
            state="counted", number=bindparam("new_number"), hatched_at=now, waits_until=None
        ),
        [{"row_id": row_id, "new_number": number} for row_id, number in numbered],
    )
    _count(now, Counter((row.petition_id, "hatched", row.evidence) for row in rows), sign=1)
    _pass_on([row for row in rows if row.subscribe], now)


def _pass_on(agreed, now):
    """Subscribe those who asked for news: by their own confirmation where it came by mail, else they are asked by a letter."""
    by_mail = [row.id for row in agreed if row.evidence == "email"]
    others = [row.id for row in agreed if row.evidence != "email"]
    if by_mail:
        subscribe_signers(_table, _table.c.id.in_(by_mail), now=now)
    if others:
        ask_signers(_table, _table.c.id.in_(others), now=now)


def _next_numbers(cause_id, wanted):
    """Take `wanted` numbers of the cause, lowest free ones first, and move its tally by as many."""
    free = db.session.scalars(
        select(FreeNumber.number)
        .where(FreeNumber.cause_id == cause_id)
        .order_by(FreeNumber.number)
        .limit(wanted)
    ).all()
    if free:
        db.session.execute(
            delete(FreeNumber).where(FreeNumber.cause_id == cause_id, FreeNumber.number <= free[-1])
        )
    more = wanted - len(free)
    last = db.session.scalar(
        update(CauseTally)
        .where(CauseTally.cause_id == cause_id)
        .values(count=CauseTally.count + wanted, last_number=CauseTally.last_number + more)
        .returning(CauseTally.last_number)
    )
    return [*free, *range(last - more + 1, last + 1)]


def _leave_causes(left):
    """Take those who left, a Counter of cause ids, out of the causes' tallies."""
    for cause_id, many in left.items():
        db.session.execute(
            update(CauseTally)
            .where(CauseTally.cause_id == cause_id)
            .values(count=CauseTally.count - many, freed=CauseTally.freed + many)
        )


def _count(now, changes, *, sign):
    """Move petition tallies and the ledger's hour by `changes`, a Counter of (petition id, reason, evidence)."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    for (petition_id, reason, evidence), change in changes.items():
        db.session.execute(
            update(PetitionTally)
            .where(PetitionTally.petition_id == petition_id)
            .values(count=PetitionTally.count + sign * change)
        )
        entry = insert(LedgerEntry).values(
            petition_id=petition_id,
            hour=hour,
            reason=reason,
            evidence=evidence,
            change=sign * change,
        )
        db.session.execute(
            entry.on_conflict_do_update(
                index_elements=["petition_id", "hour", "reason", "evidence"],
                set_={"change": LedgerEntry.change + entry.excluded.change},
            )
        )
