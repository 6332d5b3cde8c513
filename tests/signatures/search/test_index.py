"""Tests that the signature index always agrees with the signatures."""

import pytest
from sqlalchemy import delete, func, select

from campaign.extensions import db, write
from campaign.signatures.models import Signature
from campaign.signatures.owner.operations import erase
from campaign.signatures.search import index as search_index
from campaign.signatures.search.index import (
    LookupDue,
    LookupProgress,
    SearchIndexer,
    signature_lookup,
)
from campaign.signatures.search.queries import Search, find
from tests.factories.petitions import make_petition
from tests.factories.signatures import AMALIA, ODILE, change, sign, sign_and_hatch


@pytest.fixture
def index(monkeypatch):
    """Call it to index what is due. Then only the index is searched, not the newest rows."""
    indexer = SearchIndexer(write, holder="test", settle=0)
    monkeypatch.setattr("campaign.signatures.search.queries.WINDOW", 0)

    def index():
        db.session.rollback()
        while indexer.extend():
            db.session.rollback()

    return index


def find_ids(petition, **criteria):
    db.session.rollback()
    ids = petition if isinstance(petition, tuple) else (petition.id,)
    return [row.id for row in find(Search(ids, **criteria))]


def count_indexed():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(signature_lookup))


WORDS = (
    "amal",
    "ROSALES",
    "o’neill jean",
    "jean-luc",
    "rosales.example",
    "amalia@ros",
    "peña",
    "zora",
    "%",
    "x_y",
    "nobody@rosales.example",
)


def test_indexed_and_unindexed_searches_find_the_same(petition, index):
    sign_and_hatch(petition)
    sign(
        petition,
        {**AMALIA, "given_name": "Jean-Luc", "family_name": "O’Neill Peña"},
        email="jl@kwan.example",
        country="MX",
    )
    sign(petition, ODILE, held_reason="no_proof")
    searches = [
        *({"text": word} for word in WORDS),
        {"country": "MX"},
        {"country": "CA", "state": "held"},
        {"evidence": "email"},
        {"evidence": "paper"},
    ]
    before = [find_ids(petition, **search) for search in searches]
    index()
    assert count_indexed() == 3
    assert [find_ids(petition, **search) for search in searches] == before
    assert before[0] == [1] and before[2] == [2]


def test_comments_are_found_by_their_own_words_only(petition, index):
    one = sign_and_hatch(petition, comment="The river is ours")
    for _ in range(2):
        assert find_ids(petition, text="riv", comments="waiting") == [one]
        assert (
            find_ids(petition, text="river")
            == find_ids(petition, text="amalia", comments="waiting")
            == []
        )
        index()


def test_changed_signature_leaves_the_index_at_once_and_is_indexed_again(petition, index):
    one = sign_and_hatch(petition, email="a.r@kwan.example")
    index()
    change(one, family_name="Quetzalli")
    assert count_indexed() == 0
    index()
    assert (find_ids(petition, text="rosales"), find_ids(petition, text="quetz")) == ([], [one])


def test_erased_or_deleted_signature_leaves_the_index_at_once(petition, index):
    erased, deleted = sign_and_hatch(petition), sign(petition, ODILE)
    index()
    write(erase, [erased])
    write(lambda: db.session.execute(delete(Signature).where(Signature.id == deleted)))
    assert count_indexed() == 0
    index()
    assert count_indexed() == 0
    assert db.session.scalar(select(func.count()).select_from(LookupDue)) == 0


def test_confirming_and_hatching_do_not_touch_the_index(petition, index):
    sign(petition)
    index()
    sign_and_hatch(petition)
    assert count_indexed() == 1
    assert db.session.scalar(select(LookupDue.signature_id)) is None


def test_results_are_limited_to_the_chosen_petitions_and_page(petition, index):
    other = make_petition("law", cause_id=petition.cause_id)
    ids = [sign(petition, ODILE, email=f"o{n}@kwan.example") for n in range(4)]
    theirs = sign(other, ODILE)
    index()
    assert find_ids(petition, text="odile") == ids[::-1]
    assert find_ids((petition.id, other.id), text="odile") == [theirs, *ids[::-1]]
    assert [
        row.id for row in find(Search((petition.id,), text="odile"), before_id=ids[2], limit=1)
    ] == [ids[1]]


def test_unsettled_signature_is_not_indexed_yet_but_still_found(petition):
    indexer = SearchIndexer(write, holder="test", settle=3600)
    one = sign(petition)
    assert indexer.extend() == 0
    assert find_ids(petition, text="amalia") == [one]
    assert db.session.scalar(select(LookupProgress.last_id)) is None


def test_words_are_the_same_on_both_databases():
    assert search_index.terms_of("  O’Neill-Peña,  MARÍA ") == ["oneill", "pena", "maria"]
    assert search_index.terms_of("%'\\") == []
