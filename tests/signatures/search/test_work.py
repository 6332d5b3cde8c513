"""Tests that pages for organizers read no more rows when a petition has more signatures."""

from contextlib import contextmanager

import pytest
from sqlalchemy import text

from campaign.demo.signers import add_rows, invented_rows
from campaign.extensions import db, write
from campaign.process.clock import utcnow
from campaign.signatures.counting import aggregates, statistics
from campaign.signatures.counting.aggregates import AggregateRefresher
from campaign.signatures.search.index import SearchIndexer
from campaign.signatures.search.queries import Search, find
from tests.factories.signatures import hatch_now
from tests.query_plans import rows_handled

pytestmark = pytest.mark.both_databases

FEW, MANY = 400, 1600
# SQLite counts its steps in tens.
STEP = 10
# A scan of the added rows takes more, in rows and in steps.
SLACK = 300
SEARCHES = {
    "nobody": {"text": "nobody@nowhere.example"},
    "no such name": {"text": "qqqqq zzzzz"},
    "held": {"state": "held"},
    "rejected": {"state": "rejected"},
    "pending": {"state": "pending"},
    "withdrawn": {"state": "withdrawn"},
    "erased": {"state": "erased"},
    "counted": {"state": "counted"},
    "country of nobody": {"country": "AQ"},
    "country of some": {"country": "MX"},
    "evidence of nobody": {"evidence": "api"},
}


@pytest.fixture(autouse=True)
def small_window(monkeypatch):
    """Read fewer of the newest rows first than there are."""
    monkeypatch.setattr("campaign.signatures.search.queries.WINDOW", 50)
    monkeypatch.setattr(aggregates, "MIN_SIGNATURES", 1)


def grow(petition, count, seed):
    """Add signatures, and let the worker do what it does in the background."""
    version_id = petition.current_version.id
    for rows in invented_rows(petition, version_id, count, seed=seed, now=utcnow()):
        write(add_rows, rows)
    while hatch_now():
        pass
    indexer = SearchIndexer(write, holder="test", settle=0)
    while indexer.extend():
        db.session.rollback()
    AggregateRefresher(write, holder="test").refresh()
    db.session.rollback()
    db.session.execute(text("analyze"))
    db.session.commit()


@contextmanager
def work_done():
    """Yield a list with the work of each statement: rows on PostgreSQL, steps on SQLite."""
    work = []
    if db.engine.dialect.name == "sqlite":
        connection = db.session.connection().connection.driver_connection
        connection.set_progress_handler(lambda: work.append(1) and None, STEP)
        try:
            yield work
        finally:
            connection.set_progress_handler(None, 0)
        return
    # PostgreSQL scans small tables. With this, it plans for a table of millions.
    db.session.execute(
        text(
            "update pg_class set reltuples = 5000000 where oid in"
            " ('signature'::regclass, 'signature_lookup'::regclass)"
        )
    )

    with rows_handled(_is_query) as handled:
        yield handled


def _is_query(statement):
    return statement.lstrip().lower().startswith(("select", "with"))


def first_figures(petition):
    statistics.states([petition.id])
    statistics.hours(statistics.counted_by_hour([petition.id]))
    statistics.counted_by_kind([petition.id])
    statistics.counted_by_source([petition.id])


def works(petition):
    """Return {what: work} of each search and of the first figures."""
    actions = {
        name: lambda criteria=criteria: find(Search((petition.id,), **criteria))
        for name, criteria in SEARCHES.items()
    }
    actions["first figures"] = lambda: first_figures(petition)
    found = {}
    for name, act in actions.items():
        db.session.rollback()
        with work_done() as work:
            act()
        found[name] = sum(work)
    db.session.rollback()
    return found


def test_searches_and_figures_read_no_more_rows_of_a_larger_table(petition):
    grow(petition, FEW, seed=1)
    few = works(petition)
    grow(petition, MANY, seed=2)
    many = works(petition)
    assert {name for name in many if many[name] > 2 * few[name] + SLACK} == set()
