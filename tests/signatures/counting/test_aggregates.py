"""Tests that stored aggregates plus the rows since equal the sums of all rows."""

import pytest
from sqlalchemy import delete, select

from campaign.extensions import db, write
from campaign.process.clock import utcnow
from campaign.signatures.counting import aggregates
from campaign.signatures.counting.aggregates import KeptSum
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
    monkeypatch.setattr(aggregates, "MANY", 1)
    monkeypatch.setattr(aggregates, "SECONDS", 0)
    monkeypatch.setattr(aggregates, "SHARE", 1e9)
    return aggregates.AggregateRefresher(write, holder="test")


def all_sums(*petitions):
    db.session.rollback()
    return {
        part: aggregates.grouped_counts(part, [petition.id for petition in petitions])
        for part in aggregates.PARTS
    }


def kept_ids():
    db.session.rollback()
    return set(db.session.scalars(select(KeptSum.last_id)))


def test_sums_are_the_same_with_and_without_aggregates(petition, refresher):
    whole = all_sums(petition)
    refresher.refresh()
    assert kept_ids() and all_sums(petition) == whole
    sign_and_hatch(petition, ODILE, email="new@kwan.example", country="MX", postal_code="")
    law = make_petition("law", cause_id=petition.cause_id)
    sign_and_hatch(law, ODILE)
    with_kept = all_sums(petition), all_sums(law), all_sums(petition, law)
    write(lambda: db.session.execute(delete(KeptSum)))
    assert with_kept == (all_sums(petition), all_sums(law), all_sums(petition, law))
    assert with_kept[0]["kinds"]["MX", "en", "email"] == 1


def test_one_of_several_workers_updates_the_sums(app, petition):
    last_id = sign_and_hatch(petition, ODILE, email="new@kwan.example")
    found = aggregates.compute_aggregates(last_id)

    def keep(holder):
        write(aggregates.store_aggregates, found, last_id=last_id, holder=holder, now=utcnow())

    together(app, [lambda n=n: keep(f"worker {n}") for n in range(4)])
    assert kept_ids() == {last_id}


def test_change_to_an_older_row_shows_with_the_next_pass(petition, refresher):
    refresher.refresh()
    withdraw(sign_and_hatch(petition))
    confirm(sign(petition, ODILE, email="waits@kwan.example"))
    hatch_now()
    refresher.refresh()
    kept = all_sums(petition)
    write(lambda: db.session.execute(delete(KeptSum)))
    assert kept == all_sums(petition)
    assert sum(kept["sources"].values()) == 1


def test_pass_runs_only_where_there_are_many_rows_and_changes(petition, refresher, monkeypatch):
    monkeypatch.setattr(aggregates, "MANY", 1000)
    refresher.refresh()
    assert not kept_ids()
    monkeypatch.setattr(aggregates, "MANY", 1)
    refresher.refresh()
    monkeypatch.setattr(aggregates, "store_aggregates", None)
    refresher.refresh()
    assert len(kept_ids()) == 1
