"""Tests of the queries about petitions that pages, forms and commands use."""

from datetime import timedelta

import pytest

from campaign.extensions import db
from campaign.petitions.queries import (
    petition_by_id,
    petition_by_slug,
    published_petitions,
    signing_terms,
)
from campaign.process.clock import utcnow
from tests.factories.causes import make_cause
from tests.factories.petitions import make_petition, new_version, terms_of

pytestmark = pytest.mark.both_databases

HOUR = timedelta(hours=1)
NOW = utcnow()


@pytest.mark.parametrize(
    ("settings", "phase"),
    [
        ({}, "open"),
        ({"opens_at": NOW + HOUR}, "not_yet"),
        ({"opens_at": NOW}, "open"),
        ({"opens_at": NOW - HOUR, "closes_at": NOW + HOUR}, "open"),
        ({"closes_at": NOW}, "closed"),
        ({"closes_at": NOW - HOUR}, "closed"),
        ({"state": "closed", "opens_at": NOW + HOUR}, "closed"),
    ],
)
def test_petition_is_open_from_its_first_instant_until_its_last(app, settings, phase):
    petition = make_petition(**settings)
    assert terms_of(petition, now=NOW).phase == phase
    assert petition_by_slug("home").phase(NOW) == phase
    db.session.rollback()


def test_terms_contain_everything_that_signing_needs(app):
    question = {"name": "why", "type": "text", "label": {"en": "Why?"}, "required": False}
    petition = make_petition(
        two_per_address=True, required_fields=["country"], questions=[question]
    )
    terms = terms_of(petition)
    assert (terms.id, terms.cause_id, terms.slug) == (petition.id, petition.cause_id, "home")
    assert (terms.required_fields, terms.questions) == (frozenset({"country"}), (question,))
    assert terms.two_per_address
    assert terms.version_id == petition.current_version.id


def test_terms_name_the_version_that_was_read_or_else_the_newest(app):
    petition = make_petition()
    first = petition.current_version.id
    second = new_version(petition).id
    other = make_petition("law", cause_id=petition.cause_id)
    version_ids = {
        version: terms_of(petition, version=version).version_id
        for version in (None, 1, 2, 3, 0, -1, 2**31, 2**70)
    }
    assert version_ids == {1: first, **dict.fromkeys((None, 2, 3, 0, -1, 2**31, 2**70), second)}
    assert terms_of(other, version=2).version_id == other.current_version.id


@pytest.mark.parametrize("slug", ["nowhere", "draft", "hidden", ""])
def test_unpublished_petition_has_no_terms_and_is_not_found(app, slug):
    make_petition("draft", state="draft")
    make_petition("hidden", cause_id=make_cause("hidden", state="draft").id)
    assert signing_terms(slug, now=NOW) is None
    assert petition_by_slug(slug) is None
    db.session.rollback()


def test_public_petitions_come_in_their_order_including_closed_ones(app):
    first = make_petition("last", position=9)
    make_petition("first", cause_id=first.cause_id, position=1)
    make_petition("middle", cause_id=first.cause_id, position=5, state="closed")
    make_petition("draft", cause_id=first.cause_id, state="draft")
    elsewhere = make_petition("elsewhere", cause_id=make_cause("other").id)
    assert [petition.slug for petition in published_petitions(first.cause_id)] == [
        "first",
        "middle",
        "last",
    ]
    assert [petition.slug for petition in published_petitions()][-1] == elsewhere.slug
    db.session.rollback()


def test_petition_is_found_by_its_id_in_any_state(app):
    assert petition_by_id(make_petition(state="draft").id).slug == "home"
    assert petition_by_id(404) is None
    db.session.rollback()
