"""Tests of batches from paper: the result of each row, all or nothing, and undo."""

from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from campaign.errors import EditConflict
from campaign.extensions import db, write
from campaign.imports import commit
from campaign.imports.classification import leave_out_wrong_rows
from campaign.imports.commit import StillWrong, accept, import_in_parts
from campaign.imports.jobs import drop_abandoned
from campaign.imports.models import ImportRow
from campaign.imports.operations import (
    STOPPED_AFTER,
    BatchClosed,
    drop,
    match,
    store_outcomes,
    store_typed,
)
from campaign.imports.queries import batch_by_id, row_of_signature
from campaign.imports.rollback import NothingToUndo, erase_rows
from campaign.process.clock import utcnow
from campaign.signatures.erasure import count_personal
from campaign.signatures.models import Signature
from campaign.signatures.moderation import decisions
from campaign.signatures.moderation.rules import create_rule, switch_on
from campaign.signatures.owner.operations import SignatureNotYours
from campaign.signatures.queries import differences
from tests.factories.paper import (
    begin,
    bring,
    bring_decided,
    csv_of,
    finish_rest,
    outcomes_of,
    withdraw_and_erase,
)
from tests.factories.petitions import make_petition
from tests.factories.signatures import (
    AMALIA,
    ODILE,
    hatch_now,
    rows,
    sign,
    sign_and_hatch,
    withdraw,
)
from tests.power_cuts import stopped_after
from tests.together import together

pytestmark = pytest.mark.both_databases

ZORA = "Zora,Quetzalli,zora@correo.mx,MX,06600,2026-11-20,S1,1"
ANA = "Ana,Torres,,MX,06600,2026-11-20,S1,2"
LEFT = (
    "given_name",
    "family_name",
    "email",
    "email_digest",
    "person_digest",
    "postal_code",
    "comment",
    "answers",
)


def tally():
    hatch_now()
    assert differences() == []
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(Signature.number.is_not(None)))


def outcomes(batch):
    return [item.outcome for item in outcomes_of(batch)]


def test_each_row_has_its_result_and_reason(petition):
    online = sign_and_hatch(petition, AMALIA)
    pending = sign(petition, ODILE)
    batch = begin(
        petition,
        csv_of(
            ZORA,
            ANA,
            "Zora,Q,ZORA@Correo.MX,MX,06600,,,",
            "ána,TORRES,,México,06600,,,",
            f"Amalia,Rosales,{AMALIA['email'].upper()},CA,,,,",
            f"O,K,{ODILE['email']},CA,,,,",
            "Amalia,Rosales,,CA,M5V 2T6,,,",
            ",Nobody,x,CA,1,,,",
        ),
    )
    decided = outcomes_of(batch)
    assert [row.outcome for row in decided] == ["new", "new", *["duplicate"] * 5, "wrong"]
    assert [row.outcome_details for row in decided[2:6]] == [
        {"row": 2},
        {"row": 3},
        {"of": online, "evidence": "email", "state": "counted"},
        {"of": pending, "evidence": "email", "state": "pending"},
    ]
    # Without an email address, name and postal code decide, even against online signatures.
    assert decided[6].outcome_details["of"] == online
    assert decided[7].outcome_details == {
        "given_name": "missing",
        "email": "no_at",
        "postal_code": "postal_code:CA",
    }


def test_imported_batch_is_counted_with_its_paper_and_adds_nobody_twice(petition):
    batch = bring(begin(petition, csv_of(ZORA, ANA, ANA)))
    assert tally() == 2
    signatures = sorted(rows(), key=lambda row: row.given_name)
    assert [
        (row.evidence, row.state, row.given_name, row.created_at.date().isoformat())
        for row in signatures
    ] == [
        ("paper", "counted", "Ana", "2026-11-20"),
        ("paper", "counted", "Zora", "2026-11-20"),
    ]
    row, batch_of_row = row_of_signature(signatures[1].id)
    assert (batch_of_row.id, row.sheet, row.sheet_row, row.outcome) == (batch.id, "S1", "1", "new")
    imported = db.session.scalars(select(ImportRow).where(ImportRow.batch_id == batch.id)).all()
    assert [(row.cells, row.typed) for row in imported] == [(None, None)] * 3
    assert batch.counts == {"new": 2, "duplicate": 1}
    with pytest.raises(BatchClosed):
        bring(batch)


def test_nothing_is_imported_while_a_row_is_wrong(petition):
    batch = begin(petition, csv_of(ZORA, "Bo,,no address,,,,,"))
    with pytest.raises(StillWrong):
        bring(batch)
    assert rows() == []


@pytest.fixture
def left(petition, monkeypatch):
    """A batch of five, of which two were imported before the power went."""
    monkeypatch.setattr(commit, "BATCH_SIZE", 2)
    batch = begin(
        petition,
        csv_of(ZORA, ANA, ANA, *(f"Luz,Sol,luz{n}@correo.mx,MX,06600,,S2,{n}" for n in range(2))),
    )
    decided = outcomes_of(batch)
    write(accept, batch_id=batch.id, version=None, decided=decided, now=utcnow())
    with pytest.raises(RuntimeError):
        import_in_parts(stopped_after(1), batch.id, decided)
    return batch


def test_interrupted_import_is_completed_once(petition, left):
    assert (tally(), batch_by_id(left.id).is_arriving) == (2, True)
    assert finish_rest() == 0
    for operation, named in (
        (store_typed, {"typed": {}}),
        (drop, {}),
        (accept, {"version": None, "decided": [], "now": utcnow()}),
    ):
        with pytest.raises(BatchClosed):
            write(operation, batch_id=left.id, **named)
    assert (
        finish_rest(utcnow() + 2 * STOPPED_AFTER),
        finish_rest(utcnow() + 2 * STOPPED_AFTER),
    ) == (1, 0)
    finished = batch_by_id(left.id)
    assert (tally(), finished.state, finished.counts) == (4, "imported", {"new": 4, "duplicate": 1})
    imported = db.session.scalars(
        select(ImportRow).where(ImportRow.batch_id == left.id).order_by(ImportRow.row_number)
    ).all()
    assert [(row.cells, row.sheet_row if row.signature_id else "") for row in imported] == [
        (None, "1"),
        (None, "2"),
        (None, ""),
        (None, "0"),
        (None, "1"),
    ]


def test_batch_left_in_the_middle_can_be_undone_and_nothing_follows(petition, left):
    assert withdraw_and_erase(left) == 2
    import_in_parts(write, left.id, [])
    assert (finish_rest(utcnow() + 2 * STOPPED_AFTER), tally(), batch_by_id(left.id).state) == (
        1,
        0,
        "undone",
    )
    assert (
        db.session.scalar(
            select(func.count()).where(ImportRow.batch_id == left.id, ImportRow.cells.is_not(None))
        )
        == 0
    )


def test_two_workers_on_one_batch_import_each_person_once(app, petition, monkeypatch):
    monkeypatch.setattr(commit, "BATCH_SIZE", 7)
    batch = begin(
        petition, csv_of(*(f"Ana{n},Torres,a{n}@correo.mx,MX,{n:05},,," for n in range(60)))
    )
    write(accept, batch_id=batch.id, version=None, decided=outcomes_of(batch), now=utcnow())
    # The request is still at work when the batch's job starts.
    decided, later = outcomes_of(batch), utcnow() + 2 * STOPPED_AFTER
    together(app, [lambda: import_in_parts(write, batch.id, decided), lambda: finish_rest(later)])
    assert (tally(), batch_by_id(batch.id).counts) == (60, {"new": 60})


def test_wrong_rows_are_corrected_or_skipped(petition):
    batch = begin(petition, csv_of(ZORA, "Bo,,no address,,,,,", ",,,CA,,,,", '"Eva,Luz'))
    store_outcomes(write, batch_id=batch.id, version=None, decided=outcomes_of(batch), now=utcnow())
    assert batch_by_id(batch.id).counts == {"new": 1, "wrong": 3}
    write(
        store_typed,
        batch_id=batch.id,
        typed={3: {"email": "bo@correo.mx"}, 5: {"given_name": "Eva"}},
        left_out=set(),
    )
    assert outcomes(batch) == ["new", "new", "wrong", "new"]
    store_outcomes(
        write,
        batch_id=batch.id,
        version=None,
        decided=leave_out_wrong_rows(outcomes_of(batch)),
        now=utcnow(),
    )
    assert batch_by_id(batch.id).counts == {"new": 3, "left_out": 1}
    assert outcomes(batch) == ["new", "new", "left_out", "new"]
    bring(batch)
    assert tally() == 3


def test_second_of_two_editors_of_a_batch_gets_a_conflict(petition):
    batch = begin(petition, csv_of(ZORA))
    decided, seen = outcomes_of(batch), batch.version
    write(store_typed, batch_id=batch.id, typed={2: {"given_name": "Zoraida"}}, version=seen)
    for operation, named in (
        (store_typed, {"typed": {2: {"given_name": "Zara"}}}),
        (accept, {"decided": decided, "now": utcnow()}),
    ):
        with pytest.raises(EditConflict):
            write(operation, batch_id=batch.id, version=seen, **named)
    assert rows() == []


def test_person_signing_during_a_preview_is_counted_once(petition):
    batch = begin(petition, csv_of(ZORA, ANA))
    decided, seen = outcomes_of(batch), batch.version
    sign_and_hatch(petition, {**AMALIA, "email": "zora@correo.mx"})
    imported = bring_decided(batch, decided, version=seen)
    assert imported.counts == {"new": 1, "duplicate": 1}
    assert tally() == 2


def test_same_file_imported_twice_at_once_counts_each_person_once(app, petition):
    lines = [
        f"Ana{n},Torres,{f'ana{n}@correo.mx' if n % 2 else ''},MX,{n:05},,," for n in range(300)
    ]
    batches = [begin(petition, csv_of(*lines)) for _ in range(2)]
    # One of them was imported the other way.
    decided = [outcomes_of(batch) for batch in batches]
    decided[1].reverse()
    both = zip(batches, decided, strict=True)
    together(
        app, [lambda batch=batch, item=item: bring_decided(batch, item) for batch, item in both]
    )
    assert tally() == 300
    assert sorted(batch_by_id(batch.id).counts.get("new", 0) for batch in batches) == [0, 300]


def test_same_batch_submitted_twice_is_imported_once(app, petition):
    batch = begin(petition, csv_of(ZORA))
    decided = outcomes_of(batch)

    def press():
        try:
            return bring_decided(batch, decided).state
        except BatchClosed:
            return "refused"

    assert sorted(together(app, [press, press])) == ["imported", "refused"]
    assert tally() == 1


def test_undo_removes_everything_that_was_imported(petition):
    other = sign_and_hatch(petition, AMALIA)
    batch = bring(begin(petition, csv_of(ZORA, ANA)))
    assert tally() == 3
    bring(begin(petition, csv_of("Late,Comer,,MX,06600,,,")))
    assert withdraw_and_erase(batch) == 2
    assert count_personal(petition.id) == 2
    assert tally() == 2
    # They are emptied at once, and erased later like all withdrawn ones.
    gone = [row for row in rows() if row.id != other and row.given_name != "Late"]
    assert [[getattr(row, name) or None for name in LEFT] for row in gone] == [
        [None] * len(LEFT)
    ] * 2
    assert [row.state for row in gone] == ["withdrawn", "withdrawn"]
    write(decisions.restore_withdrawn, ids=[row.id for row in gone], cause_ids=None)
    assert tally() == 2
    with pytest.raises(NothingToUndo):
        withdraw_and_erase(batch)
    # People removed by mistake can be imported again at once.
    again = bring(begin(petition, csv_of(ZORA, ANA)))
    assert (again.counts, tally()) == ({"new": 2}, 4)


def test_undo_before_counting_counts_nothing(petition):
    batch = bring(begin(petition, csv_of(ZORA, ANA)))
    withdraw_and_erase(batch)
    assert (tally(), [row.state for row in rows()]) == (0, ["erased", "erased"])


def withdraw_by_owner(signature_id):
    """Withdraw as the supporter would, unless the import was just undone."""
    with suppress(SignatureNotYours):
        withdraw(signature_id)


def test_undo_during_hatching_and_a_withdrawal_keeps_the_ledger_true(app, petition):
    batch = bring(
        begin(petition, csv_of(*(f"Ana{n},Torres,a{n}@correo.mx,MX,{n:05},,," for n in range(80))))
    )
    ids = [row.id for row in rows()]
    together(app, [lambda: withdraw_and_erase(batch), hatch_now, lambda: withdraw_by_owner(ids[0])])
    assert tally() == 0


def test_person_sharing_an_email_address_with_a_removed_one_moves_up(app):
    petition = make_petition(two_per_address=True)
    batch = bring(begin(petition, csv_of("Amalia,Rosales,amalia@rosales.example,CA,M5V 2T6,,,")))
    teo = sign(petition, {**AMALIA, "given_name": "Teo", "family_name": "Brandt"})
    assert db.session.get(Signature, teo).position_at_address == 2
    withdraw_and_erase(batch)
    db.session.rollback()
    assert db.session.get(Signature, teo).position_at_address == 1


def test_moderation_rule_holds_rows_from_paper_too(petition):
    rule = write(
        create_rule,
        cause_id=petition.cause_id,
        petition_id=None,
        kind="words",
        pattern="quetzalli",
        note="",
    )
    write(switch_on, rule_id=rule.id, now=utcnow())
    batch = begin(petition, csv_of(ZORA, ANA))
    assert outcomes(batch) == ["held", "new"]
    bring(batch)
    assert tally() == 1
    withdraw_and_erase(batch)
    assert tally() == 0


def test_paper_signed_before_the_end_is_imported_after_it(app, still_clock):
    petition = make_petition(
        closes_at=utcnow() - timedelta(days=1), opens_at=utcnow() - timedelta(days=30)
    )
    day = (still_clock - timedelta(days=5)).date().isoformat()
    late = still_clock.date().isoformat()
    batch = begin(
        petition, csv_of(f"Ana,Torres,,MX,06600,{day},,", f"Bo,Torres,,MX,06600,{late},,")
    )
    assert [(item.outcome, item.outcome_details) for item in outcomes_of(batch)] == [
        ("new", {}),
        ("wrong", {"signed_at": "date_after_end"}),
    ]


def test_matched_columns_are_remembered(petition):
    data = csv_of("Zora,x,1", header="Llamada,Otra cosa,Numero")
    first = begin(petition, data)
    assert (first.header, first.rows) == ([], 2)
    remembered = {
        "mapping": {0: "given_name"},
        "has_heading": True,
        "consent_text": "I sign.",
        "day_first": True,
    }
    write(match, batch_id=first.id, version=None, **remembered)
    bring(first)
    second = begin(petition, csv_of("Ana,x,2", header="Llamada,Otra cosa,Numero"))
    assert (second.header, second.mapping, outcomes(second)) == (
        ["Llamada", "Otra cosa", "Numero"],
        {"0": "given_name"},
        ["new"],
    )


def test_batch_untouched_for_a_week_is_erased(petition):
    old, young, done = (begin(petition, csv_of(line)) for line in (ZORA, ANA, "Bo,,,,,,,"))
    bring(done)
    later = utcnow() + timedelta(days=7, minutes=1)
    write(store_typed, batch_id=young.id, typed={2: {"given_name": "Anna"}})
    db.session.get(type(young), young.id, populate_existing=True).changed_at = later
    db.session.commit()
    assert drop_abandoned(now=later) == 1
    assert [batch_by_id(batch.id).state for batch in (old, young, done)] == [
        "dropped",
        "open",
        "imported",
    ]
    assert db.session.scalar(select(func.count()).where(ImportRow.batch_id == old.id)) == 0


def test_dropping_leaves_nothing(petition):
    batch = begin(petition, csv_of(ZORA))
    write(drop, batch_id=batch.id)
    erase_rows(write, batch.id)
    assert db.session.scalar(select(func.count()).select_from(ImportRow)) == 0
    with pytest.raises(BatchClosed):
        write(store_typed, batch_id=batch.id, typed={2: {"given_name": "Zoe"}})
