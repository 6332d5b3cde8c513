"""Tests of hatching: numbers without gaps, matching tally and ledger, and held signatures."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select, text, update

from campaign.causes.queries import cause_count, cause_numbers
from campaign.demo.signers import add_rows, invented_rows
from campaign.extensions import db, write
from campaign.jobs.models import Lease
from campaign.notices.models import Consent
from campaign.petitions.queries import petition_counts
from campaign.process.clock import utcnow
from campaign.signatures import tokens
from campaign.signatures.counting import hatching
from campaign.signatures.models import Signature
from campaign.signatures.queries import differences, has_work_for_runner, ledger_by_hour
from tests.factories.causes import make_cause
from tests.factories.petitions import make_petition
from tests.factories.signatures import (
    AMALIA,
    ODILE,
    change,
    confirm,
    confirm_form,
    forms,
    hatch_now,
    restore,
    row,
    rows,
    sign,
    sign_and_hatch,
    sign_many,
    withdraw,
)
from tests.query_plans import rows_handled

pytestmark = pytest.mark.both_databases

NOON = utcnow().replace(hour=12, minute=34)
HOUR = NOON.replace(minute=0, second=0, microsecond=0)


def confirm_many(petition, count, **more):
    ids = sign_many(petition, count, **more)
    for signature_id in ids:
        confirm(signature_id)
    return ids


def count_of(petition):
    db.session.rollback()
    return petition_counts([petition.id])[petition.id]


def ledger_of(petition):
    db.session.rollback()
    return [tuple(entry) for entry in ledger_by_hour(petition.id)]


def given_numbers():
    return [row.number for row in rows() if row.number]


def test_confirmed_signature_gets_a_number_and_moves_tally_and_ledger(petition):
    signature_id = sign(petition)
    confirm(signature_id)
    assert hatch_now(now=NOON) == 1
    signature = row(signature_id)
    assert (signature.state, signature.number, signature.hatched_at) == ("counted", 1, NOON)
    assert (count_of(petition), cause_count(petition.cause_id)) == (1, 1)
    assert ledger_of(petition) == [(HOUR, "hatched", "email", 1)]
    assert differences() == []


def test_unconfirmed_held_or_withdrawn_signatures_do_not_hatch(petition):
    sign(petition, AMALIA)
    confirm(sign(petition, ODILE, held_reason="hidden_field"))
    gone = sign(petition, ODILE, email="gone@kwan.example")
    confirm(gone)
    withdraw(gone)
    assert hatch_now() == 0
    assert given_numbers() == []
    assert count_of(petition) == 0


def test_numbers_follow_the_order_of_signing_across_the_petitions_of_a_cause(petition):
    law = make_petition("law", cause_id=petition.cause_id)
    for place, item in enumerate((petition, law, petition)):
        sign(item, ODILE, email=f"odile{place}@kwan.example")
    for signature in reversed(rows()):
        confirm(signature.id)
    hatch_now()
    assert given_numbers() == [1, 2, 3]
    assert (count_of(petition), count_of(law), cause_count(petition.cause_id)) == (2, 1, 3)
    assert differences() == []


def test_another_cause_counts_from_one(petition):
    confirm_many(petition, 2)
    other = make_petition("elsewhere", cause_id=make_cause("elsewhere").id)
    confirm(sign(other))
    hatch_now()
    assert given_numbers() == [1, 2, 1]
    assert differences() == []


def test_pass_is_limited_and_the_next_continues_without_a_gap(petition):
    confirm_many(petition, 7)
    assert [hatch_now(limit=3) for _ in range(4)] == [3, 3, 1, 0]
    assert given_numbers() == [1, 2, 3, 4, 5, 6, 7]
    assert ledger_of(petition)[0][-1] == 7
    assert differences() == []


def test_withdrawal_leaves_tally_and_ledger_in_the_hour_of_its_release(petition):
    signature_id = sign(petition)
    confirm(signature_id)
    hatch_now(now=NOON)
    withdraw(signature_id)
    hatch_now(now=NOON + timedelta(hours=1))
    assert ledger_of(petition) == [
        (HOUR, "hatched", "email", 1),
        (HOUR + timedelta(hours=1), "withdrawn", "email", -1),
    ]
    assert (count_of(petition), cause_count(petition.cause_id)) == (0, 0)
    assert cause_numbers(petition.cause_id) == (1, (1,))
    assert differences() == []


def test_counted_signature_that_is_held_leaves_the_count_with_that_reason(petition):
    signature_id = sign_and_hatch(petition)
    change(signature_id, state="held", held_reason="reviewed")
    hatch_now(now=NOON)
    assert (HOUR, "held", "email", -1) in ledger_of(petition)
    assert row(signature_id).number is None
    assert differences() == []


def test_one_pass_releases_and_reuses(petition):
    ids = confirm_many(petition, 3)
    hatch_now()
    withdraw(ids[1])
    confirm(sign(petition, AMALIA))
    hatch_now()
    assert given_numbers() == [1, 3, 2]
    assert cause_numbers(petition.cause_id) == (3, ())
    assert differences() == []


def test_return_before_the_release_keeps_the_butterfly_in_place(petition):
    signature_id = sign_and_hatch(petition, now=utcnow() - timedelta(days=1))
    withdraw(signature_id)
    sign(petition)
    confirm_form(forms()[0])
    hatch_now()
    assert (row(signature_id).state, row(signature_id).number) == ("counted", 1)
    assert count_of(petition) == 1
    assert differences() == []


def test_return_during_a_pass_keeps_the_butterfly_too(petition, monkeypatch):
    first = sign_and_hatch(petition)
    second = sign(petition, ODILE)
    confirm(second)
    resume = hatching._resume

    def resume_too_early(now):
        many = resume(now)
        db.session.execute(update(Signature).where(Signature.id == first).values(state="confirmed"))
        return many

    with monkeypatch.context() as patch:
        patch.setattr(hatching, "_resume", resume_too_early)
        hatch_now()
    hatch_now()
    assert [(item.state, item.number) for item in (row(first), row(second))] == [
        ("counted", 1),
        ("counted", 2),
    ]
    assert count_of(petition) == 2
    assert differences() == []


def test_runner_sees_what_there_is_to_do(petition):
    assert not has_work_for_runner()
    signature_id = sign(petition)
    assert not has_work_for_runner()
    confirm(signature_id)
    assert has_work_for_runner()
    hatch_now()
    assert not has_work_for_runner()
    withdraw(signature_id)
    assert has_work_for_runner()
    restore(signature_id)
    hatch_now()
    assert not has_work_for_runner()


def test_runner_without_the_lease_does_nothing_until_it_ends(app, petition):
    if db.engine.dialect.name == "postgresql":
        pytest.skip("PostgreSQL's lock ends with the transaction")
    confirm_many(petition, 2)
    now = utcnow()
    assert hatch_now(holder="first", now=now, limit=1) == 1
    assert hatch_now(holder="second", now=now) == 0
    assert hatch_now(holder="second", now=now + timedelta(seconds=2)) == 1
    db.session.rollback()
    assert db.session.scalar(select(Lease.holder)) == "second"


@pytest.fixture
def crowd(petition):
    """Five confirmed signatures from one IP address and one from another."""
    network = tokens.network_digest("203.0.113.7")
    ids = confirm_many(petition, 5, network_digest=network)
    confirm(sign(petition, AMALIA, network_digest=tokens.network_digest("198.51.100.9")))
    return ids


def states():
    return [row.state for row in rows()]


def test_signatures_beyond_the_limit_of_one_address_are_held(crowd):
    hatch_now(max_per_address=3)
    assert states() == ["counted"] * 3 + ["held"] * 2 + ["counted"]
    assert {row(signature_id).held_reason for signature_id in crowd[3:]} == {
        "many_from_one_address"
    }
    assert given_numbers() == [1, 2, 3, 4]
    assert differences() == []


def test_group_below_the_limit_passes_whole(crowd):
    hatch_now(max_per_address=5)
    assert states() == ["counted"] * 6


def test_without_a_limit_nothing_is_held(crowd):
    hatch_now(max_per_address=0)
    assert states() == ["counted"] * 6


def test_signatures_of_an_hour_ago_no_longer_count_against_an_address(crowd):
    for signature_id in crowd[:3]:
        change(signature_id, created_at=utcnow() - timedelta(hours=2))
    hatch_now(max_per_address=3)
    assert states() == ["counted"] * 6


def test_unconfirmed_signatures_do_not_block_later_ones(petition):
    network = tokens.network_digest("203.0.113.7")
    sign_many(petition, 5, network_digest=network)
    confirm(sign(petition, AMALIA, network_digest=network))
    hatch_now(max_per_address=3)
    assert states()[-1] == "counted"


def test_signatures_without_an_address_are_not_limited(petition):
    confirm_many(petition, 5)
    hatch_now(max_per_address=1)
    assert states() == ["counted"] * 5


def confirmed_rows(petition, count, seed):
    """Return rows for `add_rows`, each from its own network."""
    version_id = petition.current_version.id
    batches = invented_rows(petition, version_id, count, seed=seed, now=utcnow())
    rows = [row for batch in batches for row in batch]
    networks = (
        tokens.network_digest(f"10.{seed}.{place // 250}.{place % 250}") for place in range(count)
    )
    return [
        row | {"created_at": utcnow(), "address_digest": network}
        for row, network in zip(rows, networks, strict=True)
    ]


def test_backlog_reads_each_waiting_signature_a_few_times_only(petition):
    """It must not depend on PostgreSQL's statistics.

    In everyday use hardly anything waits, so the statistics expect a single row.
    """
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite does not count the rows of a plan")
    count = 1500
    write(add_rows, confirmed_rows(petition, 4 * count, seed=1))
    while hatch_now(max_per_address=500):
        pass
    db.session.execute(text("analyze signature"))
    db.session.commit()
    write(add_rows, confirmed_rows(petition, count, seed=2))
    with rows_handled(lambda statement: "row_number" in statement) as read:
        hatching.hatch(holder="test", now=utcnow(), max_per_address=500)
    db.session.rollback()
    assert count <= sum(read) < 50 * count


def test_larger_batch_needs_no_more_statements(petition):
    """Names, subscriptions and their consents are written for the batch, not for each signature."""
    hatch_now()
    counts = []
    for seed, count in ((1, 60), (2, 60), (3, 600)):
        rows = confirmed_rows(petition, count, seed=seed)
        write(add_rows, [row | {"name_display": "full", "subscribe": True} for row in rows])
        with statements_run() as statements:
            hatch_now()
        counts.append(len(statements))
    [consents] = db.session.execute(
        select(func.count()).select_from(Consent).where(Consent.purpose == "name")
    ).one()
    assert consents == 720
    # The first batch also inserts the texts of the consents.
    assert counts[0] >= counts[1] == counts[2]


@contextmanager
def statements_run():
    """Yield a list of the SQL statements that run."""
    statements = []

    def note(_connection, _cursor, statement, *_rest):
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
