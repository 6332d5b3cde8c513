"""Tests of creating a cause."""

import pytest

from campaign.causes.queries import cause_by_slug, cause_count, cause_numbers, published_causes
from campaign.extensions import db
from campaign.publishing.slug_history import SlugTaken
from tests.factories.causes import make_cause
from tests.factories.petitions import make_petition
from tests.factories.signatures import AMALIA, ODILE, hatch_now, sign_and_hatch, withdraw

pytestmark = pytest.mark.both_databases


def test_new_cause_counts_from_zero(app):
    cause = make_cause()
    assert (cause_count(cause.id), cause_numbers(cause.id)) == (0, (0, ()))
    assert cause_by_slug("valley").text("es").title == "Mariposas para el valle"
    db.session.rollback()


def test_cause_without_a_translation_falls_back_to_another_language(app):
    assert make_cause().text("fr").title == "Butterflies for the Valley"


def test_two_causes_cannot_share_a_slug(app):
    make_cause()
    with pytest.raises(SlugTaken):
        make_cause()


@pytest.mark.parametrize(("state", "is_found"), [("draft", False), ("archived", True)])
def test_draft_is_not_found_and_an_archived_cause_is_not_listed(app, state, is_found):
    make_cause("hidden", state=state)
    make_cause("shown")
    assert (cause_by_slug("hidden") is not None) == is_found
    assert [cause.slug for cause in published_causes()] == ["shown"]
    db.session.rollback()


def test_unknown_cause_has_no_butterflies(app):
    assert (cause_count(404), cause_numbers(404)) == (0, (0, ()))
    db.session.rollback()


def test_count_is_of_butterflies_and_numbers_show_the_gaps(app):
    petition = make_petition()
    first = sign_and_hatch(petition, AMALIA)
    sign_and_hatch(petition, ODILE)
    withdraw(first)
    hatch_now()
    db.session.rollback()
    assert cause_count(petition.cause_id) == 1
    assert cause_numbers(petition.cause_id) == (2, (1,))
    db.session.rollback()
