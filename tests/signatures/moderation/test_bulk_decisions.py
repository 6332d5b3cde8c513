"""Tests of bulk decisions by filter: bound to their preview, carried out in batches, undone."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from campaign.accounts.audit import entries
from campaign.extensions import db, write
from campaign.process.clock import utcnow
from campaign.signatures.models import LedgerEntry
from campaign.signatures.moderation import bulk_decisions, decisions
from campaign.signatures.moderation.models import BulkDecision, BulkItem
from campaign.signatures.owner.operations import erase
from campaign.signatures.queries import differences
from campaign.signatures.search.queries import Search
from tests.factories.organizers import make_organizer
from tests.factories.signatures import (
    ODILE,
    change,
    confirm,
    hatch_now,
    row,
    sign,
    sign_and_hatch,
    withdraw,
)
from tests.together import together


@pytest.fixture
def organizer(petition):
    return make_organizer("reviewer", petition.cause_id)


def held(petition, count, **more):
    return [
        sign(petition, ODILE, email=f"h{place}@kwan.example", held_reason="no_proof", **more)
        for place in range(count)
    ]


def decide(organizer, petition, verb="reject", *, search=None, snapshot=None, reason="A flood"):
    search = search or Search((petition.id,), state="held")
    snapshot = snapshot or bulk_decisions.take_snapshot(utcnow())
    counts = bulk_decisions.preview(search, snapshot)
    total = counts[petition.cause_id].verbs[verb] if counts else 0
    named = {
        "organizer_id": organizer.id,
        "cause_id": petition.cause_id,
        "verb": verb,
        "search": search,
        "snapshot": snapshot,
    }
    return write(
        bulk_decisions.create_decision, **named, total=total, reason=reason, now=utcnow()
    ).id


def work(limit=bulk_decisions.BATCH_SIZE, holder="test"):
    while write(bulk_decisions.carry_out_batch, holder=holder, now=utcnow(), limit=limit):
        pass


def undo(bulk_id, organizer):
    write(bulk_decisions.undo, bulk_id=bulk_id, organizer_id=organizer.id, now=utcnow())
    work()


def decision(bulk_id):
    db.session.rollback()
    return db.session.get(BulkDecision, bulk_id, populate_existing=True)


def states_of(ids):
    return [(row(item).state, bool(row(item).rejected_at)) for item in ids]


def test_all_matches_are_rejected_in_batches_and_restored_by_undoing(organizer, petition):
    ids = held(petition, 5)
    other = sign(petition, ODILE, email="other@kwan.example", held_reason="hidden_field")
    bulk_id = decide(
        organizer, petition, search=Search((petition.id,), state="held", held_reason="no_proof")
    )
    work(limit=2)
    assert states_of([*ids, other]) == [("held", True)] * 5 + [("held", False)]
    assert (decision(bulk_id).state, decision(bulk_id).changed) == ("done", 5)
    undo(bulk_id, organizer)
    assert states_of(ids) == [("held", False)] * 5
    assert {row(item).held_reason for item in ids} == {"no_proof"}
    assert (decision(bulk_id).state, decision(bulk_id).restored) == ("undone", 5)
    assert [entry.details["signatures"] for entry in entries(action="bulk")] == [5, 5]


def test_signatures_added_after_the_preview_are_left_alone(organizer, petition):
    ids = held(petition, 2)
    older = sign_and_hatch(petition)
    snapshot = bulk_decisions.take_snapshot(utcnow())
    later = sign(petition, ODILE, email="later@kwan.example", held_reason="no_proof")
    # This one existed before, and is held only now.
    write(decisions.hold, ids=[older], reason="rule:1", now=utcnow())
    decide(organizer, petition, snapshot=snapshot)
    work()
    assert states_of([*ids, older, later]) == [("held", True)] * 2 + [("held", False)] * 2


def test_numbers_of_rejected_ones_are_freed_and_undoing_counts_them_again(organizer, petition):
    ids = [sign_and_hatch(petition, ODILE, email=f"c{n}@kwan.example") for n in range(4)]
    search = Search((petition.id,), country="CA")
    snapshot = bulk_decisions.take_snapshot(utcnow())
    assert bulk_decisions.preview(search, snapshot)[petition.cause_id].counted == 4
    bulk_id = decide(organizer, petition, search=search, snapshot=snapshot)
    work()
    hatch_now()
    assert [row(item).number for item in ids] == [None] * 4
    assert differences() == []
    newcomer = sign_and_hatch(petition, ODILE, email="new@kwan.example")
    assert row(newcomer).number == 1
    undo(bulk_id, organizer)
    hatch_now()
    assert [(row(item).state, row(item).number) for item in ids] == [
        ("counted", n) for n in (2, 3, 4, 5)
    ]
    assert differences() == []
    assert db.session.scalar(select(db.func.sum(LedgerEntry.change))) == 5


def test_approved_ones_hatch_in_order_and_undoing_holds_them_again(organizer, petition):
    ids = held(petition, 3)
    for item in ids[:2]:
        confirm(item)
    bulk_id = decide(organizer, petition, "approve")
    work()
    hatch_now()
    assert [(row(item).state, row(item).number) for item in ids] == [
        ("counted", 1),
        ("counted", 2),
        ("pending", None),
    ]
    undo(bulk_id, organizer)
    hatch_now()
    assert [(row(item).state, row(item).number, row(item).reviewed_at) for item in ids] == [
        ("held", None, None)
    ] * 3
    assert differences() == []


def test_signatures_decided_withdrawn_or_erased_in_between_stay_so(organizer, petition):
    ids = held(petition, 4)
    bulk_id = decide(organizer, petition)
    withdraw(ids[0])
    write(decisions.approve, ids=[ids[1]], cause_ids=None, now=utcnow())
    work()
    assert states_of(ids) == [
        ("withdrawn", False),
        ("pending", False),
        ("held", True),
        ("held", True),
    ]
    write(decisions.approve, ids=[ids[2]], cause_ids=None, now=utcnow())
    write(erase, [ids[3]])
    undo(bulk_id, organizer)
    assert [row(item).state for item in ids] == ["withdrawn", "pending", "pending", "erased"]
    assert decision(bulk_id).restored == 0


def test_signature_confirmed_while_rejected_is_counted_after_undoing(organizer, petition):
    pending = sign(petition)
    bulk_id = decide(organizer, petition, search=Search((petition.id,), state="pending"))
    work()
    confirm(pending)
    undo(bulk_id, organizer)
    hatch_now()
    assert (row(pending).state, row(pending).number) == ("counted", 1)


def test_rejected_ones_are_restored_where_the_search_asks_for_them(organizer, petition):
    ids = held(petition, 2)
    decide(organizer, petition)
    work()
    decide(organizer, petition, "approve")
    work()
    assert states_of(ids) == [("held", True)] * 2
    decide(organizer, petition, "approve", search=Search((petition.id,), state="rejected"))
    work()
    assert states_of(ids) == [("pending", False)] * 2


def test_two_organizers_and_two_workers_decide_each_signature_once(app, organizer, petition):
    ids = held(petition, 30)
    first, second = decide(organizer, petition), decide(organizer, petition, "approve")
    together(app, [lambda n=n: work(limit=7, holder=f"worker {n}") for n in range(3)])
    work(limit=7)
    assert states_of(ids) == [("held", True)] * 30
    assert (decision(first).changed, decision(second).changed) == (30, 0)
    assert db.session.scalar(select(db.func.count()).select_from(BulkItem)) == 30


def test_worker_that_dies_between_two_batches_loses_and_repeats_nothing(
    organizer, petition, monkeypatch
):
    ids = held(petition, 5)
    bulk_id = decide(organizer, petition)
    write(
        bulk_decisions.carry_out_batch, holder="dies", now=utcnow() - timedelta(seconds=30), limit=2
    )
    with monkeypatch.context() as broken:
        broken.setattr(bulk_decisions, "BulkItem", None)
        broken.setattr(bulk_decisions, "insert", lambda _table: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            write(
                bulk_decisions.carry_out_batch,
                holder="dies",
                now=utcnow() - timedelta(seconds=30),
                limit=2,
            )
    assert (decision(bulk_id).changed, sum(is_rejected for _, is_rejected in states_of(ids))) == (
        2,
        2,
    )
    work(limit=2, holder="another")
    assert (decision(bulk_id).state, decision(bulk_id).changed) == ("done", 5)


def test_comments_are_shown_and_hidden_and_each_returns_to_its_state(organizer, petition):
    ids = [
        sign_and_hatch(petition, ODILE, email=f"c{n}@kwan.example", comment=f"Water {n}")
        for n in range(3)
    ]
    write(decisions.hide_comments, ids=ids[:1], cause_ids=None, now=utcnow())
    bulk_id = decide(organizer, petition, "show", search=Search((petition.id,), comments="waiting"))
    work()
    assert [row(item).comment_shown for item in ids] == [False, True, True]
    # The supporter changes one comment, which then waits for review.
    change(ids[1], comment="Wine", comment_shown=False, comment_read_at=None)
    undo(bulk_id, organizer)
    assert [(row(item).comment_shown, bool(row(item).comment_read_at)) for item in ids] == [
        (False, True),
        (False, False),
        (False, False),
    ]


def test_undoing_is_possible_for_a_time_and_then_its_data_is_deleted(organizer, petition):
    held(petition, 2)
    bulk_id = decide(organizer, petition, search=Search((petition.id,), text="kwan", state="held"))
    assert decision(bulk_id).search["text"] == "kwan"
    with pytest.raises(bulk_decisions.CannotUndoError):
        write(bulk_decisions.undo, bulk_id=bulk_id, organizer_id=organizer.id, now=utcnow())
    work()
    assert "words" not in decision(bulk_id).search
    late = utcnow() + bulk_decisions.UNDO_FOR
    with pytest.raises(bulk_decisions.CannotUndoError):
        write(bulk_decisions.undo, bulk_id=bulk_id, organizer_id=organizer.id, now=late)
    assert write(bulk_decisions.forget_undone, now=late) == 1
    assert db.session.scalar(select(db.func.count()).select_from(BulkItem)) == 0
