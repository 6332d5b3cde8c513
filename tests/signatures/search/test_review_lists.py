"""Tests of the lists that organizers work through: the oldest first, of all their petitions."""

import pytest

from campaign.signatures.search import queries
from campaign.signatures.search.queries import comments_of, held_for_review
from tests.factories.petitions import make_petition
from tests.factories.signatures import AMALIA, change, sign, sign_and_hatch

pytestmark = pytest.mark.both_databases


@pytest.fixture(params=[0, 50], ids=["many petitions", "few petitions"])
def max_merged(request, monkeypatch):
    """Make a site have more petitions than are read one by one, or fewer."""
    monkeypatch.setattr(queries, "MAX_MERGED", request.param)


def ids_of(signatures):
    return [signature.id for signature in signatures]


def test_held_signatures_of_several_petitions_come_in_turn_and_page_by_page(petition, max_merged):
    petitions = [petition, make_petition("law", cause_id=petition.cause_id)]
    others = make_petition("tree", cause_id=petition.cause_id)
    ids = [
        sign(
            petitions[number % 2],
            AMALIA,
            email=f"a{number}@rosales.example",
            held_reason="no_proof",
        )
        for number in range(5)
    ]
    sign(others, AMALIA, held_reason="no_proof")
    of_both = [petition.id for petition in petitions]
    assert ids_of(held_for_review(of_both, limit=3)) == ids[:3]
    assert ids_of(held_for_review(of_both, limit=3, after_id=ids[2])) == ids[3:]
    assert ids_of(held_for_review(of_both, held_reason="hidden_field")) == []
    assert held_for_review([]) == []


def test_comments_of_several_petitions_come_in_turn(petition, max_merged):
    law = make_petition("law", cause_id=petition.cause_id)
    ids = [sign_and_hatch(one, AMALIA) for one in (petition, law)]
    for signature_id in ids:
        change(signature_id, comment="For my brother")
    assert ids_of(comments_of([law.id, petition.id])) == ids
    assert ids_of(comments_of([law.id, petition.id], after_id=ids[0])) == ids[1:]
