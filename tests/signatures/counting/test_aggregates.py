"""Tests that stored aggregates plus the rows since equal the sums of all rows."""

import pytest
from sqlalchemy import delete, select

from campaign.extensions import db, write
from campaign.process.clock import utcnow
from campaign.signatures.counting import aggregates
from campaign.signatures.counting.aggregates import Aggregate
from tests.factories.petitions import make_petition
from tests.factories.signatures import ODILE, confirm, hatch_now, sign, sign_and_hatch, withdraw
from tests.together import together

pytestmark = pytest.mark.both_databases


@pytest.fixture
def petition(app):
    petition = make_petition()
    sign_and_hatch(petition)
    sign(petition, ODILE, email="waits@kwan.example", source="radio")
    return petition


@pytest.fixture
def refresher(monkeypatch):
    monkeypatch.setattr(aggregates, "MIN_SIGNATURES", 1)
    monkeypatch.setattr(aggregates, "MIN_INTERVAL_SECONDS", 0)
    monkeypatch.setattr(aggregates, "SHARE", 1e9)
    return aggregates.AggregateRefresher(write, holder="test")


def all_counts(*petitions):
    db.session.rollback()
    return {
        part: aggregates.grouped_counts(part, [petition.id for petition in petitions])
        for part in aggregates.PARTS
    }


def stored_last_ids():
    db.session.rollback()
    return set(db.session.scalars(select(Aggregate.last_id)))


def test_counts_are_the_same_with_and_without_aggregates(petition, refresher):
    counts = all_counts(petition)
    refresher.refresh()
    assert stored_last_ids() and all_counts(petition) == counts
    sign_and_hatch(petition, ODILE, email="new@kwan.example", country="MX", postal_code="")
    law = make_petition("law", cause_id=petition.cause_id)
    sign_and_hatch(law, ODILE)
    with_aggregates = all_counts(petition), all_counts(law), all_counts(petition, law)
    write(lambda: db.session.execute(delete(Aggregate)))
    assert with_aggregates == (all_counts(petition), all_counts(law), all_counts(petition, law))
    assert with_aggregates[0]["kinds"]["MX", "en", "email"] == 1


def test_one_of_several_workers_updates_the_aggregates(app, petition):
    last_id = sign_and_hatch(petition, ODILE, email="new@kwan.example")
    computed = aggregates.compute_aggregates(last_id)

    def store(holder):
        write(aggregates.store_aggregates, computed, last_id=last_id, holder=holder, now=utcnow())

    together(app, [lambda n=n: store(f"worker {n}") for n in range(4)])
    assert stored_last_ids() == {last_id}


def test_change_to_an_older_row_shows_with_the_next_pass(petition, refresher):
    refresher.refresh()
    withdraw(sign_and_hatch(petition))
    confirm(sign(petition, ODILE, email="waits@kwan.example"))
    hatch_now()
    refresher.refresh()
    counts = all_counts(petition)
    write(lambda: db.session.execute(delete(Aggregate)))
    assert counts == all_counts(petition)
    assert sum(counts["sources"].values()) == 1


def test_pass_runs_only_where_there_are_many_rows_and_changes(petition, refresher, monkeypatch):
    monkeypatch.setattr(aggregates, "MIN_SIGNATURES", 1000)
    refresher.refresh()
    assert not stored_last_ids()
    monkeypatch.setattr(aggregates, "MIN_SIGNATURES", 1)
    refresher.refresh()
    monkeypatch.setattr(aggregates, "store_aggregates", None)
    refresher.refresh()
    assert len(stored_last_ids()) == 1
